"""The shape of what people give, a module for each noun."""
