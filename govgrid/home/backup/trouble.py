"""What stops a backup or a restore, in one sentence that says what to do."""


class Trouble(Exception):
    """Nothing was done, or all of it was taken back."""
