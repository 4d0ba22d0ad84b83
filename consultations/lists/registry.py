"""What a list is, and which there are. An upper app brings its own by :func:`register`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from consultations.models import Platform
from govgrid.core import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from grids.models import Area


@dataclass(frozen=True)
class Asked:
    """Which rows: of a platform, of an area and all beneath it, of a period of days.

    ``platforms`` narrows to those whose inner list somebody may read; None: the public list.
    """

    platform: Platform | None = None
    area: Area | None = None
    since: date | None = None
    until: date | None = None
    platforms: QuerySet[Platform] | None = None

    @property
    def is_inner(self) -> bool:
        return self.platforms is not None

    def narrow(self, rows: Any, *, platform: str, area: str, at: str) -> Any:
        """``rows`` by the names of the fields that say where and when."""
        if self.platforms is not None:
            rows = rows.filter(**{f"{platform}__in": self.platforms.values("pk")})
        if self.platform is not None:
            rows = rows.filter(**{platform: self.platform.pk})
        if self.area is not None:
            rows = rows.filter(**{f"{area}__path__startswith": self.area.path})
        if self.since is not None:
            rows = rows.filter(**{f"{at}__gte": clock.midnight(self.since)})
        if self.until is not None:
            rows = rows.filter(**{f"{at}__lt": clock.midnight(self.until + timedelta(days=1))})
        return rows


class Column(NamedTuple):
    """``is_inner``: for who may read the inner list alone. ``share``: of the width of a page."""

    name: str
    label: str | Promise
    share: int = 2
    is_inner: bool = False


# A cell: words, a day or a moment; each is put into words by whoever shows it.
Cell = str | date | datetime | None
Rows = Callable[[Asked, int, int], Sequence[Mapping[str, Cell]]]


class Listed(NamedTuple):
    """One list. ``rows`` gives so many from a place on, each by the names of the columns and ``url``;
    for the public it must hold no person's name."""

    name: str
    title: str | Promise
    about: str | Promise
    columns: tuple[Column, ...]
    rows: Rows

    def columns_for(self, asked: Asked) -> list[Column]:
        return [one for one in self.columns if asked.is_inner or not one.is_inner]


LISTS: dict[str, Listed] = {}


def register(one: Listed) -> None:
    """Call from ``AppConfig.ready``; they stand in this order. Twice is once."""
    LISTS[one.name] = one


def leave_out(app: str) -> None:
    """Lists that ``app`` brought are not to be had: it is switched off."""
    for name in [name for name, one in LISTS.items() if one.rows.__module__.split(".")[0] == app]:
        del LISTS[name]
