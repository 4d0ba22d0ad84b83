"""The time that a clock has left, in words, as an hour and as a bar."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import template

from tickets.timeleft import time_left

if TYPE_CHECKING:
    from tickets.models import Clock

register = template.Library()

register.filter(time_left)


@register.inclusion_tag("components/timeleft.html")
def timeleft(clock: Clock | None, at: datetime | None = None) -> dict[str, Any]:
    """{% timeleft clock %}: words, hour and a bar with its notch at three quarters."""
    return {"left": time_left(clock, at)}
