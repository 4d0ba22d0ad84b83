"""The network as one table: bodies, places, posts and who serves where. All or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sheets import BadRows, Cells, Imported, Problem, RowError, read_rows
from grids.models import Area
from grids.refusals import refuse_personal
from members.models import (
    Association,
    Liaison,
    NetworkEvent,
    NetworkPost,
    PostTerm,
    Station,
    TermEnd,
    Unit,
)
from members.rows_network import NetworkRow, read_row
from members.workflow.network import BODY_ONLY
from members.workflow.units import months_later

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH = 500
# Bodies and places first: posts and services name them, whatever the order of the rows.
ORDER = ("association", "unit", "station", "post", "liaison")


@transaction.atomic
def import_network(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update by code; nothing is deleted, and a service or a term that stands is not changed.

    For who runs the platform. Refused: ``bad_rows``, and headings about persons.
    """
    if by is not None and not (by.is_active and by.is_superuser):
        raise PermissionDenied
    problems: list[Problem] = []
    found = _once(read_rows(_checked(given), read_row, problems), problems)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.codes'))")
    bringing = _Bringing(found, by)
    for row in sorted(found, key=lambda one: ORDER.index(one.what)):
        try:
            bringing.take(row)
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
    if problems:
        raise BadRows(problems)
    bringing.write()
    return bringing.done


def _checked(given: Iterable[Cells]) -> Iterable[Cells]:
    for line, cells in given:
        refuse_personal(cells)
        yield line, cells


def _once(found: Iterable[NetworkRow], problems: list[Problem]) -> list[NetworkRow]:
    first: dict[tuple[Any, ...], NetworkRow] = {}
    for row in found:
        if first.setdefault(row.key, row) is not row:
            words = {"code": row.code or row.what, "line": first[row.key].line}
            problems.append(
                Problem(row.line, _("%(code)s stands in line %(line)s already.") % words)
            )
    return list(first.values())


class _Bringing:
    """What stands in the database, what the rows say, and what will be written."""

    def __init__(self, found: list[NetworkRow], by: User | None) -> None:
        self.by, self.done, self.today = by, Imported(), clock.today()
        self.new: dict[type[models.Model], list[Any]] = {}
        self.other: list[models.Model] = []
        areas = Area.objects.in_force().filter(code__in={one.area for one in found if one.area})
        self.areas = {one.code: one for one in areas.order_by("-level")}
        self.associations = _by_code(Association)
        self.units = _by_code(Unit)
        self.stations = _by_code(Station)
        rows = NetworkPost.objects.in_force()
        self.posts = {(p.kind, p.area_id, p.unit_id, p.station_id): p for p in rows}
        self.held = set(PostTerm.objects.held_on().values_list("post", flat=True))
        names = {one.holder for one in found if one.holder}
        self.people = {p.username: p for p in User.objects.filter(username__in=names)}
        serving = Liaison.objects.filter(user__in=[p.pk for p in self.people.values()])
        self.serving: dict[tuple[int, int], list[Any]] = {}
        for one in serving:
            self.serving.setdefault((one.station_id, one.user_id), []).append(one.period)

    def take(self, row: NetworkRow) -> None:
        getattr(self, f"_{row.what}")(row)

    # ── bodies and places ─────────────────────────────────────────────────────────────────────

    def _area(self, row: NetworkRow) -> Area:
        if row.area not in self.areas:
            raise RowError(_("There is no area with the code “%s”.") % row.area[:20])
        return self.areas[row.area]

    def _association(self, row: NetworkRow) -> None:
        if row.kind in BODY_ONLY and any(u.name == row.name for u in self.units.values()):
            raise RowError(_("A unit of this name has posts; such a body has none."))
        said = {"name": row.name, "sector": row.kind, "office": row.place,
                "office_phone": row.office_phone}  # fmt: skip
        self._put(Association, self.associations, row, said)

    def _unit(self, row: NetworkRow) -> None:
        bodies = {one.name for one in self.associations.values() if one.is_body_only}
        if row.name in bodies:
            raise RowError(_("No person is linked to such a body: bring it as an association."))
        said = {"name": row.name, "kind": row.kind, "office": row.place,
                "office_phone": row.office_phone}  # fmt: skip
        since = {"founded_on": row.since or self.today}
        self._put(Unit, self.units, row, said, since)

    def _station(self, row: NetworkRow) -> None:
        said: dict[str, Any] = {
            "name": row.name,
            "kind": row.kind,
            "place": row.place,
            "phone": row.office_phone,
        }
        if row.point is not None:
            said["location"] = row.point
        self._put(Station, self.stations, row, said, {"opened_on": row.since or self.today})

    def _put(
        self, model: type[models.Model], there: dict[str, Any], row: NetworkRow,
        said: Mapping[str, Any], since: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        said = {**said, "area": self._area(row)}
        one = there.get(row.code)
        if one is None:
            there[row.code] = one = model(code=row.code, **said, **(since or {}))
            self.new.setdefault(model, []).append(one)
            self.done.added.append(f"{row.code} {row.name}")
            return
        new = [name for name, value in said.items() if getattr(one, name) != value]
        for name in new:
            setattr(one, name, said[name])
        if new:
            self.other.append(one)
            self.done.changed.append(f"{row.code} {row.name}")
        else:
            self.done.unchanged += 1

    # ── posts and services ────────────────────────────────────────────────────────────────────

    def _person(self, row: NetworkRow) -> User:
        found = self.people.get(row.holder)
        if found is None or not found.is_active:
            raise RowError(_("Nobody has the login name “%s”.") % row.holder[:40])
        return found

    def _found(self, there: dict[str, Any], code: str) -> Any:
        if code and code not in there:
            raise RowError(_("There is nothing with the code “%s”.") % code[:40])
        return there.get(code) if code else None

    def _post(self, row: NetworkRow) -> None:
        area, unit = self._area(row), self._found(self.units, row.unit)
        station = self._found(self.stations, row.station)
        key = (row.kind, area.pk, getattr(unit, "pk", None), getattr(station, "pk", None))
        # What is not written yet has no key, and no post either.
        is_there = not (unit and unit.pk is None) and not (station and station.pk is None)
        post = self.posts.get(key) if is_there else None
        if post is None:
            post = NetworkPost(
                kind=row.kind, area=area, unit=unit, station=station,
                term_months=row.term_months, founded_on=row.since or self.today,
            )  # fmt: skip
            self.new.setdefault(NetworkPost, []).append(post)
            self.done.added.append(f"{row.what} {row.kind} {row.area}")
        else:
            self.done.unchanged += 1
        if row.holder and post.pk not in self.held:
            self._term(post, row)

    def _term(self, post: NetworkPost, row: NetworkRow) -> None:
        since = row.since or self.today
        last = row.until or months_later(since, row.term_months) - timedelta(days=1)
        period = DateRange(since, last + timedelta(days=1))
        term = PostTerm(post=post, holder=self._person(row), period=period, made_by=self.by)
        self.new.setdefault(PostTerm, []).append(term)

    def _liaison(self, row: NetworkRow) -> None:
        station, person = self._found(self.stations, row.station), self._person(row)
        since = row.since or self.today
        until = row.until + timedelta(days=1) if row.until else None
        for period in self.serving.get((station.pk, person.pk), ()) if station.pk else ():
            if _meet(period, since, until):
                self.done.unchanged += 1
                return
        one = Liaison(station=station, user=person, role=row.kind, period=DateRange(since, until))
        self.new.setdefault(Liaison, []).append(one)
        self.done.added.append(f"{row.what} {row.station}")

    # ── writing ───────────────────────────────────────────────────────────────────────────────

    def write(self) -> None:
        for model in (Association, Unit, Station, NetworkPost, PostTerm, Liaison):
            model._default_manager.bulk_create(self.new.get(model, []), batch_size=BATCH)
        for one in self.other:
            one.save()
        TermEnd.objects.bulk_create(
            [TermEnd(term=one, last=_last(one)) for one in self.new.get(PostTerm, [])]
            + [
                TermEnd(service=one, last=_last(one))
                for one in self.new.get(Liaison, [])
                if one.period.upper
            ],
            batch_size=BATCH,
        )
        added, changed = len(self.done.added), len(self.done.changed)
        if added or changed:
            NetworkEvent.objects.create(
                subject="network", verb="bring", by=self.by, at=clock.now(),
                data={"added": added, "changed": changed},
            )  # fmt: skip


def _last(one: Any) -> date:
    return one.period.upper - timedelta(days=1)


def _meet(period: Any, since: date, until: date | None) -> bool:
    if period.isempty:
        return False
    return (until is None or period.lower is None or period.lower < until) and (
        period.upper is None or since < period.upper
    )


def _by_code(model: Any) -> dict[str, Any]:
    return {one.code: one for one in model.objects.select_related("area")}
