"""A copy of all that is held about a person: for a program, and on paper."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from govgrid.core import clock
from govgrid.core.pdf import pdf
from govgrid.privacy import holdings
from govgrid.privacy.own import said
from govgrid.privacy.queries import readings_about

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_READINGS = 1000


def content(user: User) -> dict[str, Any]:
    """All of it, in the words of the page that is read."""
    readings = readings_about(user)[:MOST_READINGS]
    return {
        "made_at": said(clock.now()),
        "language": get_language(),
        "held": [one._asdict() for one in holdings.everything(user)],
        "readings": [
            {
                "at": said(one.at),
                "by": holdings.reader_name(one.role, one.by.name),
                "role": holdings.role_name(one.role),
                "action": str(one.get_action_display()),
                "record": one.model,
                "fields": one.fields,
                "reason": one.reason,
                "case": one.case,
            }
            for one in readings
        ],
    }


def as_json(user: User) -> bytes:
    return json.dumps(content(user), ensure_ascii=False, indent=2, default=str).encode()


def as_pdf(user: User) -> bytes:
    whole = content(user)
    nothing_in = [part["label"] for part in whole["held"] if not part["rows"]]
    context = {"copy": whole, "person": user, "nothing": nothing_in}
    return printed("privacy/paper_copy.html", context)


def printed(template: str, context: dict[str, Any]) -> bytes:
    """A4, from a template that can reach nothing outside itself."""
    return pdf(render_to_string(template, context), render_to_string("privacy/paper.css"))
