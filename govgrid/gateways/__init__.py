"""The outside world, one function for each way out. Only tasks come here."""
