"""Drawing by lot so that anybody can draw again: commit first, reveal later. Pure.

First the SHA-256 of a secret seed is published together with the numbers that take part. In the hall
somebody then says a number (dice, the last figures of a lottery), and only now the seed is shown. The
order is that of SHA-256("seed:number said:number on the list"). Whoever made the seed did not know
what would be said, and whoever says it does not know the seed: neither can choose.
"""

from __future__ import annotations

import hashlib
import secrets

SEED_BYTES = 16


def new_seed() -> str:
    return secrets.token_hex(SEED_BYTES)


def commitment(seed: str) -> str:
    """What is published before: it tells nothing of the seed, and fits no other."""
    return hashlib.sha256(seed.encode()).hexdigest()


def order(seed: str, said: str, many: int) -> list[int]:
    """The numbers 1 to ``many`` in the order in which they are drawn."""
    return sorted(range(1, many + 1), key=lambda number: key(seed, said, number))


def key(seed: str, said: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:{said}:{number}".encode()).hexdigest()
