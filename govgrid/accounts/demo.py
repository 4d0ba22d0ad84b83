"""The password of every demo login. The rows exist only where load_demo ran."""

PASSWORD = "govgrid-demo"  # noqa: S105 public on purpose, shown on the sign-in page
