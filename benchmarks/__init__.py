"""Programs that measure and that break things on purpose; they run on databases of their own."""
