"""The smallest valid rows, in numbers, not random words."""
