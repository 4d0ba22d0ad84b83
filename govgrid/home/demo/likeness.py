"""Which places are alike: where routing decides the same, whatever is reported, but for the
offices and the people of the place. One stand-in speaks for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from random import Random

from govgrid.home.demo.blanks import blank
from govgrid.home.demo.deciding import Decider, Place
from govgrid.home.demo.ground import Ground
from govgrid.home.demo.stories import Teller
from grids.models import Area, Department, Level

GRID, COMMUNITY, STREET = blank("grid"), blank("community"), blank("street")
COMMUNITY_OFFICE, STREET_OFFICE = blank("community_office"), blank("street_office")
WORKER, OFFICER, DESK, HEAD = blank("worker"), blank("officer"), blank("desk"), blank("head")
# Some grids are busier than others: so many times.
BUSY = (1, 2, 2, 3, 4)
Fills = dict[str, int | float | str]


@dataclass
class Kind:
    """Places of one kind: who tells what happens there, and what fills the blanks in each grid."""

    teller: Teller
    place: Place
    grids: list[Fills] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    @property
    def has_worker(self) -> bool:
        return GRID in self.teller.cast.worker


def kinds(teller: Teller, roomy: set[int]) -> list[Kind]:
    """All there are, over the basic grids in ``roomy``; those with most grids first."""
    found: dict[tuple[str, bool], Kind] = {}
    rng = Random(f"busy {teller.seed}")  # noqa: S311
    beneath = _grids_by_community(teller)
    for community in teller.ground.of_level(Level.COMMUNITY):
        for has_worker in (True, False):
            one = _stand_in(teller, community, has_worker=has_worker)
            kind = found.setdefault((_decisions(one), has_worker), one)
            for grid in beneath.get(community.pk, ()):
                if grid.pk in roomy and (grid.pk in teller.cast.worker) is has_worker:
                    kind.grids.append(_fills(teller, grid))
                    kind.weights.append(rng.choice(BUSY))
    return sorted((one for one in found.values() if one.grids), key=lambda one: -sum(one.weights))


def _grids_by_community(teller: Teller) -> dict[int, list[Area]]:
    found: dict[int, list[Area]] = {}
    for grid in teller.grids:
        if grid.kind == Area.Kind.BASIC:
            found.setdefault(grid.ancestor_ids[3], []).append(grid)
    return found


def _stand_in(teller: Teller, community: Area, *, has_worker: bool) -> Kind:
    """The teller who knows this community, its street and a grid in it by their blanks alone."""
    city, district, street, own = community.ancestor_ids
    one = copy(teller)
    one.cast = replace(
        teller.cast,
        worker={GRID: WORKER} if has_worker else {},
        officer={COMMUNITY: OFFICER},
        desk={STREET: DESK},
        head={STREET: HEAD},
    )
    one.ground = replace(teller.ground, offices={
        COMMUNITY: Department(pk=COMMUNITY_OFFICE, short_name=str(blank("community_name"))),
        STREET: Department(pk=STREET_OFFICE, short_name=str(blank("street_name"))),
    })  # fmt: skip
    one.staff = teller.staff | {COMMUNITY_OFFICE: OFFICER, STREET_OFFICE: DESK}
    one.decider = _decider(teller.decider, one.ground, {own: COMMUNITY, street: STREET})
    return Kind(one, Place(0, 0, (GRID, COMMUNITY, STREET, district, city)))


def _decider(real: Decider, ground: Ground, named: dict[int, int]) -> Decider:
    one = copy(real)
    one.ground = ground
    one.rules = {(code, named.get(area, area)): rule for (code, area), rule in real.rules.items()}
    one.holders = {
        (function, named.get(area, area), about): department
        for (function, area, about), department in real.holders.items()
    }
    offices = {office.pk: office.short_name for office in ground.offices.values()}
    one.short_name = real.short_name | offices
    one.offices = set(offices)
    return one


def _decisions(kind: Kind) -> str:
    """All that can be decided there, of every category."""
    return repr([*_decided(kind.teller, kind.place)])


def _decided(teller: Teller, place: Place) -> Iterator[object]:
    for category in teller.categories.values():
        for is_whistle in (False, True):
            lead, why = teller.decider.decide(category, place, is_whistle=is_whistle)
            yield category.code, lead, why, teller.decider.helpers(category, place, lead)


def _fills(teller: Teller, grid: Area) -> Fills:
    _city, _district, street, community, own = grid.ancestor_ids
    cast, offices = teller.cast, teller.ground.offices
    return {
        "grid": own,
        "community": community,
        "street": street,
        "community_office": offices[community].pk,
        "street_office": offices[street].pk,
        "community_name": offices[community].short_name,
        "street_name": offices[street].short_name,
        "worker": cast.worker.get(own, 0),
        "officer": cast.officer[community],
        "desk": cast.desk[street],
        "head": cast.head[street],
    }
