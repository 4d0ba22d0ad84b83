"""What is let go when somebody leaves or rests: each part of the roster says it of its own.

Slots, claims, posts: what is registered here runs in the transaction of the leaving itself, so
that nothing is left that names a member who is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Member

# (member, by): ``by`` is the person, or None where the review was not answered.
Hook = Callable[["Member", "User | None"], None]
# (member): what names the person is emptied; how many rows that were.
Eraser = Callable[["Member"], int]

_hooks: dict[str, Hook] = {}
_erasers: dict[str, Eraser] = {}


def register(name: str, hook: Hook) -> None:
    """Call from ``AppConfig.ready``; runs when a member leaves."""
    _hooks[name] = hook


def register_eraser(name: str, eraser: Eraser) -> None:
    """Call from ``AppConfig.ready``; runs when a member is erased, and may run twice."""
    _erasers[name] = eraser


def hooks() -> Iterator[Hook]:
    yield from (_hooks[name] for name in sorted(_hooks))


def erasers() -> Iterator[Eraser]:
    yield from (_erasers[name] for name in sorted(_erasers))
