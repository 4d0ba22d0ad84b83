"""The unified social credit code of organisations (GB 32100-2015): eighteen characters, the last a check."""

# Digits and letters without I, O, S, V and Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
WEIGHTS = [3**place % 31 for place in range(LENGTH - 1)]


def is_valid(code: str) -> bool:
    """Whether ``code`` is eighteen of those characters and its last fits the others."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET) or not code[2:8].isdecimal():
        return False
    return code[-1] == check_character(code[:-1])


def check_character(first: str) -> str:
    """What must follow the first seventeen characters."""
    total = sum(
        weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, first, strict=True)
    )
    return ALPHABET[-total % 31]
