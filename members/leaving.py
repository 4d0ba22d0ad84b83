"""Whoever leaves the roster: each part of it lets go of the person in its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Member

_hooks: list[Callable] = []


def register(fn: Callable) -> None:
    """Call from ``AppConfig.ready``; ``fn(member, by=…)`` runs in the transaction of the leaving."""
    if fn not in _hooks:
        _hooks.append(fn)


def let_go(member: Member, *, by: User | None) -> None:
    for fn in _hooks:
        fn(member, by=by)
