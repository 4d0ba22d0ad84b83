"""Several matters made of one, and work given to a person."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import bigrams, tidy
from govgrid.core.wake import wake_once
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from tickets import queries, staff
from tickets.models import Assignment, Ticket
from tickets.workflow import Facts, Part

if TYPE_CHECKING:
    from collections.abc import Sequence


def split(facts: Facts, at: datetime) -> None:
    """Each part is filed at the same place for the same reporter, and routed by itself.

    Its time counts from now: whoever gets it hears of it now. The first ticket and its clocks go on
    as they were.
    """
    parts: Sequence[Part] = facts.given["parts"]
    facts.given["made"] = [_file(facts.ticket, one, at) for one in parts]
    wake_once("tickets.tasks.route")


def origin_of(ticket: Ticket) -> str:
    """What a part says of where it came from."""
    return f"split:{ticket.number}"


def digest_of(ticket: Ticket, part: Part) -> str:
    """Equal content, equal digest: a second sending of a split is known by it."""
    content = {
        "split": ticket.number,
        "category": part.category.code,
        "description": part.description,
    }
    return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


def _file(ticket: Ticket, part: Part, at: datetime) -> Ticket:
    district, made = queries.file(_row(ticket, part, at))
    if district is None:
        raise Refused("outside", _("The place of this ticket lies in no grid any more."))
    if made is None:
        raise Refused("client_id_reused", _("This client id was used before with other content."))
    return made


def _row(ticket: Ticket, part: Part, at: datetime) -> queries.Row:
    category, text = part.category, guard.mask(tidy(part.description))
    story: dict[str, object] = {"split_of": {"id": ticket.pk, "number": ticket.number}}
    if text != tidy(part.description):
        story["masked"] = True
    return queries.Row(
        client_id=part.client_id,
        fingerprint=digest_of(ticket, part),
        kind=Ticket.Kind.REPORT,
        origin=origin_of(ticket),
        category=category,
        spot=_spot(ticket),
        description=text,
        words=bigrams(f"{text} {category.name_zh} {category.name_en}"),
        by=ticket.filed_by,
        at=at,
        day=clock.local(at).date(),
        observed_at=ticket.observed_at,
        data=json.dumps(story),
        facility=None,
    )


def _spot(ticket: Ticket) -> queries.Spot:
    if ticket.point is None:
        return queries.Spot(grid=ticket.grid.code)
    return queries.Spot(
        lon=ticket.point.x,
        lat=ticket.point.y,
        raw_lon=ticket.raw_lon,
        raw_lat=ticket.raw_lat,
        raw_crs=ticket.raw_crs,
    )


def hand_to(facts: Facts, at: datetime) -> Assignment:
    one, person = facts.assignment, facts.given["handler"]
    assert one is not None, "workflow.check lets none through"  # noqa: S101
    if not staff.of([one.department_id]).filter(pk=person.pk).exists():
        raise Refused(
            "not_a_colleague",
            _("This person holds no post in %(department)s now.")
            % {"department": one.department.short_name},
        )
    one.handler = person
    one.save(update_fields=["handler"])
    return one
