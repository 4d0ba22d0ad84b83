"""States, kinds and tables of moves, pure. Each part of the roster has its module."""
