"""A member leaves: each part of the roster lets go of what it holds by him."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Member

_hooks: list[Callable[..., None]] = []


def register(fn: Callable[..., None]) -> None:
    """Call from ``AppConfig.ready``; called as ``fn(member, by=…)`` within the leaving's transaction."""
    if fn not in _hooks:
        _hooks.append(fn)


def let_go(member: Member, *, by: User | None) -> None:
    """Everything that stands by ``member`` is offered back."""
    for fn in _hooks:
        fn(member, by=by)
