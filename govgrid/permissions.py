"""Gathers every app's RULES: ``has_perm(name, obj)`` is the only way to ask."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import BaseBackend

from consultations import rules as consultations
from grids import rules as grids
from members import rules as members
from tickets import rules as tickets

RULES: dict[str, Callable[..., bool]] = {
    **grids.RULES,
    **tickets.RULES,
    **consultations.RULES,
    **members.RULES,
}


class RuleBackend(BaseBackend):
    """Answers permission questions about one object; authenticates nobody."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if obj is None or perm not in RULES:
            return False
        if user_obj.is_authenticated and not user_obj.is_active:
            return False
        return RULES[perm](user_obj, obj)
