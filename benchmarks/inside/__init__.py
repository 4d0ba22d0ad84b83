"""What needs the platform's own code on the benchmark's database: run in a process of its own."""
