"""Common topics: a street or a district puts one question to several platforms, and sums up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consultations import tidings
from consultations.actions.topics import Raising, raise_topic
from consultations.models import Platform, Theme
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard
from grids.models import Area

if TYPE_CHECKING:
    from govgrid.accounts.models import User

RIGHT = "consultations.put_theme"
MOST_PLATFORMS = 60


@transaction.atomic
def put_theme(
    area: Area,
    platforms: Sequence[Platform],
    *,
    by: User,
    title: str,
    body: str,
    client_id: UUID,
) -> tuple[Theme, bool]:
    """Raise the same question at each platform, which decides on it like on every other.

    False: the same was sent before. Refused: ``no_words``, ``no_platform``, ``too_many``,
    ``outside``, ``platform_ended``, ``client_id_reused``.
    """
    if not by.has_perm(RIGHT, area):
        raise PermissionDenied
    if is_blank(title) or is_blank(body):
        raise Refused("no_words", _("A topic has a title and says what it is about."))
    chosen = {one.pk: one for one in platforms}
    _must_fit(area, list(chosen.values()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(client_id)])
    said = (guard.mask(tidy(title))[:60], guard.mask(tidy(body))[:2000])
    if earlier := Theme.objects.filter(client_id=client_id).first():
        if earlier.issued_by_id != by.pk or (earlier.title, earlier.body) != said:
            raise Refused("client_id_reused", _("This client id was used for something else."))
        return earlier, False
    theme = Theme.objects.create(
        area=area, title=said[0], body=said[1], client_id=client_id, issued_at=clock.now(),
        issued_by=by,
    )  # fmt: skip
    for one in sorted(chosen.values(), key=lambda one: one.pk):
        raise_topic(Raising(uuid5(client_id, one.code), one, *said, theme=theme), by=by)
    return theme, True


def _must_fit(area: Area, platforms: Sequence[Platform]) -> None:
    if not platforms:
        raise Refused("no_platform", _("Choose at least one platform."))
    if len(platforms) > MOST_PLATFORMS:
        raise Refused(
            "too_many", _("At most %(most)s platforms at once.") % {"most": MOST_PLATFORMS}
        )
    if any(not one.area.path.startswith(area.path) for one in platforms):
        raise Refused("outside", _("This platform lies in another area."))


@transaction.atomic
def sum_up(theme: Theme, *, by: User, summary: str) -> Theme:
    """Write what came of it over all platforms; written anew it replaces what was said.

    Refused: ``no_words``, ``nothing_taken_up``.
    """
    theme = Theme.objects.select_for_update(of=("self",)).select_related("area").get(pk=theme.pk)
    if not by.has_perm(RIGHT, theme.area):
        raise PermissionDenied
    if is_blank(summary):
        raise Refused("no_words", _("Say what came of it."))
    if not theme.topics.public().exists():
        raise Refused("nothing_taken_up", _("No platform has taken it up yet."))
    theme.summary = guard.mask(summary.strip())[:4000]
    theme.summed_at, theme.summed_by = clock.now(), by
    theme.save(update_fields=["summary", "summed_at", "summed_by"])
    tidings.theme_summed(theme)
    return theme
