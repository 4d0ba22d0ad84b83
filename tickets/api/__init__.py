"""The programs' way in: one module for each noun. Read, call one action, answer."""
