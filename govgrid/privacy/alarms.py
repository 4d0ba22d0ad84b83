"""What the data officer is told at once. Who that is, an app above says: posts live there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock, sayings
from govgrid.outbox import actions as outbox
from govgrid.outbox import kinds
from govgrid.privacy.models import AccessLog, Alarm

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_A_DAY = 20

Watchers = Callable[[], Iterable["User"]]
_watchers: list[Watchers] = []


def register_watchers(watchers: Watchers) -> None:
    """Call from ``AppConfig.ready``: ``watchers`` gives the people who hold ``privacy.watch``."""
    if watchers not in _watchers:
        _watchers.append(watchers)


def watchers() -> list[User]:
    return list({person.pk: person for found in _watchers for person in found()}.values())


@transaction.atomic
def sound(
    kind: str, fact: str, params: dict[str, Any], *, about: User | None = None, url: str = ""
) -> bool:
    """Tell the watchers, unless the same fact was told before."""
    _alarm, is_new = Alarm.objects.get_or_create(
        fact=f"{kind} {fact}", defaults={"kind": kind, "about": about, "at": clock.now()}
    )
    if is_new:
        outbox.owe(
            recipients=watchers(), kind=f"privacy-{kind}", params=params,
            url=url or reverse("privacy:audit"),
            fact=f"privacy.{kind}:{fact}",
        )  # fmt: skip
    return is_new


def watch_reading(entry: AccessLog, *, is_case_open: bool) -> None:
    """Tell of an opening without an open case, and of the 21st in a day."""
    who = entry.by.name
    if not is_case_open:
        said = {"who": who, "model": entry.model, "row": entry.row}
        sound(Alarm.Kind.NO_CASE, str(entry.pk), said, about=entry.by)
    day = clock.local(entry.at).date()
    start = clock.midnight(day)
    opened = AccessLog.objects.filter(
        by=entry.by, action__in=AccessLog.REASONED,
        at__gte=start, at__lt=start + timedelta(days=1),
    )  # fmt: skip
    count = opened[: MOST_A_DAY + 1].count()
    if count > MOST_A_DAY:
        many = {"who": who, "count": MOST_A_DAY, "day": sayings.day(day)}
        sound(Alarm.Kind.MANY, f"{entry.by_id} {day}", many, about=entry.by)


def register_kinds() -> None:
    """The words, called once at start-up."""
    kinds.register(
        "privacy-many",
        _("%(who)s opened more than %(count)s sealed records"),
        _("%(who)s opened more than %(count)s sealed records on %(day)s. Please ask why."),
    )
    kinds.register(
        "privacy-no_case",
        _("%(who)s opened a sealed record without an open case"),
        _("%(who)s opened %(model)s %(row)s, and no open case is named. Please ask why."),
    )
    kinds.register(
        "privacy-overdue",
        _("A request about own data is overdue"),
        _("Request %(number)s was to be answered by %(due)s."),
    )
    kinds.register(
        "privacy-answered",
        _("Your request about your data was answered"),
        _("Request %(number)s was answered. The answer stands on your page."),
    )
    kinds.register(
        "privacy-refused",
        _("Your request about your data was not granted"),
        _(
            "Request %(number)s was not granted. The reason, and where you can complain, stand on"
            " your page."
        ),
    )
    kinds.register(
        "privacy-chain",
        _("The record of readings was changed"),
        _("The readings of %(day)s are not those that were put on record."),
    )
