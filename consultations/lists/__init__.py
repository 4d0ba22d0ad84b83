"""The lists of consultations as queries: what they hold, narrowed by place and period."""

from consultations.lists.four import register_own
from consultations.lists.registry import LISTS, Asked, Column, Listed, register

__all__ = ["LISTS", "Asked", "Column", "Listed", "register", "register_own"]
