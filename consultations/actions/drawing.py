"""Drawing delegates by lot among the residents who have signed up for a session."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from consultations import lots, queries, seats, tidings
from consultations.actions import founding, sessions
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
    drawn = [draw["people"][number - 1] for number in order]
    made = _seat(session, drawn, by=by, most=draw["places"])
    kept = {name: value for name, value in draw.items() if name != "sealed"}
    session.draw = kept | {
        "seed": seed,
        "said": said,
        "order": order,
        "revealed_at": clock.now().isoformat(),
        "revealed_by": by.pk,
    }
    session.save(update_fields=["draw"])
    return made


@transaction.atomic
def fill_draw(session: Session, *, by: User) -> list[Seat]:
    """Who was drawn has left before the term: the next in the order of the lot take the seats.

    For who fills the seats of the platform. Refused: ``not_drawn``, ``term_past``,
    ``no_seat_empty``, ``nobody_left``, ``platform_ended``.
    """
    founding.lock_platform(session.platform, by=by, right="consultations.run")
    session = sessions.hold(session)
    draw = session.draw
    if draw is None or "seed" not in draw:
        raise Refused("not_drawn", _("It was not drawn yet."))
    if date.fromisoformat(draw["until"]) <= clock.today():
        raise Refused("term_past", _("This term is over already."))
    empty = draw["places"] - queries.drawn_seats(session).held_on().count()
    if empty <= 0:
        raise Refused("no_seat_empty", _("Whoever was drawn still sits there."))
    had = set(queries.drawn_seats(session).values_list("user", flat=True))
    order = [draw["people"][number - 1] for number in draw["order"]]
    made = _seat(session, order, by=by, most=empty, but=had)
    if not made:
        raise Refused("nobody_left", _("Nobody is left on the list who could take the seat."))
    return made


def _seat(
    session: Session, drawn: list[int], *, by: User, most: int, but: set[int] | None = None
) -> list[Seat]:
    """The first of the order; who has a seat already, has left the list or closed his account is
    passed over. Each is told, and it stands in the story of the platform."""
    assert session.draw is not None, "committed"  # noqa: S101
    period = DateRange(clock.today(), date.fromisoformat(session.draw["until"]))
    platform = session.platform
    held = Seat.objects.filter(
        platform=platform, role=SeatRole.DELEGATE, period__overlap=period
    ).values_list("user", flat=True)
    never = set(held) | (but or set())
    rows = Attendance.objects.filter(left_at=None, user__is_active=True).select_related("user")
    found = rows.in_bulk(drawn)
    users = [found[pk].user for pk in drawn if pk in found and found[pk].user_id not in never]
    return [_sit(session, person, period, by) for person in users[:most] if person is not None]


def _sit(session: Session, person: User, period: DateRange, by: User) -> Seat:
    platform = session.platform
    seat = Seat.objects.create(
        platform=platform, user=person, role=SeatRole.DELEGATE, period=period, drawn_by_lot=True
    )
    seats.forget(person)
    founding.log(
        platform, "appoint", by=by,
        data={"seat": seat.pk, "role": seat.role, "from": period.lower.isoformat(),
              "until": (period.upper - timedelta(days=1)).isoformat(), "by_lot": session.pk},
    )  # fmt: skip
    tidings.seat_given(seat)
    return seat
