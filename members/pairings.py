"""Which villages have an enterprise that stands by them: the pairs, and the share of a town."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count

from govgrid.core import clock
from grids.models import Area, Level
from members.models import OrganisationFacts, Pairing
from members.workflow.bodies import OrganisationClass

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise


class Coverage(NamedTuple):
    """Of how many villages of a town so many have a pair; a town without villages has no share."""

    town: Area | None
    villages: int
    paired: int

    @property
    def percent(self) -> int:
        """Rounded down: whole only where it is whole."""
        return 100 * self.paired // self.villages if self.villages else 0


def coverage(day: date | None = None, path: str = "") -> tuple[Coverage, list[Coverage]]:
    """Of all, and town by town. Two statements."""
    on = day or clock.today()
    found = Area.objects.in_force(on).filter(
        level=Level.COMMUNITY, kind=Area.Kind.VILLAGE, path__startswith=path
    )
    villages = list(found.select_related("parent").order_by("parent__code", "code"))
    live = Pairing.objects.live_on(on).filter(village__in=[one.pk for one in villages])
    paired = set(live.order_by().values_list("village", flat=True))
    towns: dict[int, Coverage] = {}
    for one in villages:
        before = towns.get(one.parent_id or 0) or Coverage(one.parent, 0, 0)
        towns[one.parent_id or 0] = Coverage(
            before.town, before.villages + 1, before.paired + (one.pk in paired)
        )
    return Coverage(None, len(villages), len(paired)), list(towns.values())


def live(path: str = "") -> QuerySet[Pairing]:
    rows = Pairing.objects.live_on().filter(village__path__startswith=path)
    return rows.select_related("village__parent", "organisation").order_by("-pk")


def classes() -> list[tuple[str, str | Promise, int]]:
    """How many organisations there are of each class, in the order of the classes."""
    standing = OrganisationFacts.objects.filter(organisation__retired_on=None)
    many = dict(standing.order_by().values_list("of_class").annotate(many=Count("pk")))
    return [(str(one), one.label, many.get(one, 0)) for one in OrganisationClass]
