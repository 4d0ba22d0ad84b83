"""Files of tables and maps: read by a program of its own, and written."""
