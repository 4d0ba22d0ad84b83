"""Pages of the roster, a module for each noun."""
