"""Why a file is not read, and what a file that is read may not exceed."""

MOST_ROWS = 100_000


class Spoilt(Exception):
    """The file is refused; ``code`` says why, ``words`` are what the sentence is filled with."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, words
