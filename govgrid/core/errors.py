"""The one exception by which a state says no."""

from collections.abc import Sequence


class Refused(Exception):
    """Well formed and allowed, but not now: a message to a person, 409 with ``code`` to a program.

    ``code`` is stable, ``message`` is translated, ``missing`` names what must come first.
    """

    def __init__(self, code: str, message: str, missing: Sequence = ()) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.missing = tuple(missing)

    def __str__(self) -> str:
        return str(self.message)
