"""What differs between two texts, character by character: Chinese has no blanks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple


class Piece(NamedTuple):
    """``how``: same, gone (of the old text) or new."""

    how: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """``old`` is the pieces that are not new, ``new`` those that are not gone."""
    pieces: list[Piece] = []
    # Without autojunk: a frequent character of a long text is no junk.
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece("same", old[a:b]))
            continue
        if b > a:
            pieces.append(Piece("gone", old[a:b]))
        if d > c:
            pieces.append(Piece("new", new[c:d]))
    return pieces


def by_clause(old: Sequence[str], new: Sequence[str]) -> list[list[Piece]]:
    """Clause by clause: those that are alike stand together, the rest came or went whole."""
    found: list[list[Piece]] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            found += [[Piece("same", one)] for one in old[a:b]]
            continue
        pairs = min(b - a, d - c)
        found += [differences(old[a + n], new[c + n]) for n in range(pairs)]
        found += [[Piece("gone", one)] for one in old[a + pairs : b]]
        found += [[Piece("new", one)] for one in new[c + pairs : d]]
    return found
