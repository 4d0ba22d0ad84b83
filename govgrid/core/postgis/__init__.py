"""Django's PostGIS backend, which asks the operating system before it asks the database."""
