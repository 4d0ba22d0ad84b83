"""Database and media as one file, and back again. Secrets are never in it: see docs/operations.md."""
