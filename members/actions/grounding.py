"""What every act on the network begins and ends with: the right, the words, the story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard
from grids.models.phones import office_only
from members import liaisons
from members.models import NetworkEvent
from members.workflow.units import Quarter

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area

KEEP, KEEP_STATION = "members.keep_network", "members.keep_station"
FARTHEST = timedelta(days=366 * 6)


def must(by: User | None, obj: Any, right: str = KEEP) -> None:
    if by is None or not by.has_perm(right, obj):
        raise PermissionDenied


def words(text: str, longest: int) -> str:
    """As a reader sees it; what names a person by a number is masked."""
    return guard.mask(tidy(text))[:longest]


def needed(text: str, longest: int, code: str, sentence: str) -> str:
    if is_blank(text):
        raise Refused(code, sentence)
    return words(text, longest)


def named(text: str, longest: int = 80) -> str:
    return needed(text, longest, "no_name", _("Give it a name."))


def reason(text: str) -> str:
    return needed(text, 300, "reason_needed", _("Say why."))


def office_number(said: str) -> str:
    """Of telephones only those of offices: refused ``no_office_phone`` for a mobile number."""
    number = tidy(said)[:30]
    try:
        if number:
            office_only(number)
    except ValidationError as error:
        raise Refused("no_office_phone", " ".join(error.messages)) from error
    return number


def free_code(model: type[models.Model], area: Area, letter: str) -> str:
    """The code of the area, a letter for the kind, and the next number: 420506003-u2."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.codes'))")
    stem = f"{area.code.lower()[:30]}-{letter}"
    rows = model._default_manager.filter(code__startswith=stem)
    taken: Iterable[str] = rows.values_list("code", flat=True)
    numbers = [int(one[len(stem) :]) for one in taken if one[len(stem) :].isdecimal()]
    return f"{stem}{max(numbers, default=0) + 1}"


def in_time(starts_on: date) -> None:
    """What a report has told of a quarter that is over does not move any more."""
    today = clock.today()
    if starts_on < Quarter.of(today).first:
        raise Refused("begins_too_early", _("It begins in this quarter or later."))
    if starts_on > today + FARTHEST:
        raise Refused("begins_too_late", _("This lies too far ahead."))


def log(
    subject: str, verb: str, area: Area, *, by: User | None, station: int | None = None,
    changes: Mapping[str, Any] | None = None, **data: Any,
) -> NetworkEvent:  # fmt: skip
    """Add to the story; the caller has a transaction."""
    role = ""
    if by is not None:
        role = liaisons.role_at(by, KEEP_STATION if station else KEEP, area, station)
    return NetworkEvent.objects.create(
        subject=subject, verb=verb, by=by, role=role, data={**data, **(changes or {})},
        at=clock.now(),
    )  # fmt: skip


def changed(one: models.Model, given: dict[str, Any]) -> dict[str, list[str]]:
    """Set what is new and save it; what it was and is, by name."""
    before = {name: getattr(one, name) for name, value in given.items()}
    new = {name: value for name, value in given.items() if before[name] != value}
    for name, value in new.items():
        setattr(one, name, value)
    if new:
        one.save(update_fields=[*new])
    return {name: [str(before[name] or ""), str(value or "")] for name, value in new.items()}
