"""Drawing delegates by lot among the residents who have signed up for a session."""

from __future__ import annotations

import base64
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from consultations import lots
from consultations.actions import sessions
from consultations.models import Attendance, Seat, Session
from consultations.roles import SeatRole
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy.crypto import seal, unseal

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_DAYS = 5 * 366


def _place(session: Session) -> str:
    return f"consultations.session.draw:{session.pk}"


@transaction.atomic
def commit_draw(session: Session, *, by: User, places: int, until: date) -> Session:
    """Fix who takes part and publish the seed's commitment. Done once.

    Residents with a place and an account who are no delegates yet; the list is in the order of
    signing up. Refused: ``drawn_already``, ``too_few``, ``wrong_until``.
    """
    sessions.may(by, session)
    session = sessions.hold(session)
    if session.draw is not None:
        raise Refused("drawn_already", _("The list is fixed, and cannot be fixed anew."))
    if not 0 < (until - clock.today()).days <= MOST_DAYS:
        raise Refused("wrong_until", _("Say until which day to come they sit, five years at most."))
    people = _candidates(session, until)
    if not 1 <= places < len(people):
        raise Refused("too_few", _("More people take part than there are seats to draw."))
    seed = lots.new_seed()
    session.draw = {
        "commitment": lots.commitment(seed),
        "sealed": base64.b64encode(seal(seed, _place(session))).decode(),
        "people": people,
        "places": places,
        "until": until.isoformat(),
        "committed_at": clock.now().isoformat(),
        "committed_by": by.pk,
    }
    session.save(update_fields=["draw"])
    return session


def _candidates(session: Session, until: date) -> list[int]:
    """Ids of their rows of attendance."""
    period = DateRange(clock.today(), until)
    sitting = Seat.objects.filter(
        platform=session.platform_id, role=SeatRole.DELEGATE, period__overlap=period
    )
    rows = Attendance.objects.seated().residents().filter(session=session, user__is_active=True)
    found = rows.exclude(user__in=sitting.values("user")).order_by("signed_up_at", "pk")
    return list(found.values_list("pk", flat=True))


@transaction.atomic
def reveal_draw(session: Session, *, by: User, said: str) -> list[Seat]:
    """Show the seed and seat who is drawn; ``said`` is the number that the hall has named.

    Refused: ``not_committed``, ``drawn_already``, ``not_begun``, ``said_needed``.
    """
    sessions.may(by, session)
    session = sessions.hold(session)
    draw = session.draw
    if draw is None:
        raise Refused("not_committed", _("Fix the list first."))
    if "seed" in draw:
        raise Refused("drawn_already", _("It was drawn already."))
    if session.opens_at > clock.now():
        raise Refused("not_begun", _("It is drawn in the hall, from one hour before it begins."))
    said = said.strip()[:40]
    if is_blank(said):
        raise Refused("said_needed", _("Write the number that the hall has named."))
    seed = unseal(base64.b64decode(draw["sealed"]), _place(session))
    order = lots.order(seed, said, len(draw["people"]))
    seats = _seat(session, [draw["people"][number - 1] for number in order])
    kept = {name: value for name, value in draw.items() if name != "sealed"}
    session.draw = kept | {
        "seed": seed,
        "said": said,
        "order": order,
        "revealed_at": clock.now().isoformat(),
        "revealed_by": by.pk,
    }
    session.save(update_fields=["draw"])
    return seats


def _seat(session: Session, drawn: list[int]) -> list[Seat]:
    """The first of the order; who has got a seat meanwhile is passed over."""
    assert session.draw is not None, "committed"  # noqa: S101
    period = DateRange(clock.today(), date.fromisoformat(session.draw["until"]))
    rows = Attendance.objects.select_related("user").in_bulk(drawn)
    sitting = set(
        Seat.objects.filter(
            platform=session.platform_id, role=SeatRole.DELEGATE, period__overlap=period
        ).values_list("user", flat=True)
    )
    users = [rows[pk].user for pk in drawn if rows[pk].user_id not in sitting]
    people = [one for one in users if one is not None]
    return [
        Seat.objects.create(
            platform=session.platform, user=person, role=SeatRole.DELEGATE, period=period,
            drawn_by_lot=True,
        )
        for person in people[: session.draw["places"]]
    ]  # fmt: skip
