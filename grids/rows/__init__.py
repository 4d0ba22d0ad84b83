"""What a row of an import may say. Pure: shape and sense of one row, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from django.contrib.gis.geos import MultiPolygon
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.sheets import Problem, RowError, text
from govgrid.core.text import initials
from grids import roles
from grids.models import FEW, LEVEL_OF_SLUG, MOBILE, PLACE_READINGS, Area, Department, Level
from grids.numbering import check_code
from grids.shapes import outline

DIGITS = {Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12, Level.GRID: 15}
KINDS = {
    Level.COMMUNITY: (Area.Kind.URBAN, Area.Kind.VILLAGE),
    Level.GRID: (Area.Kind.BASIC, Area.Kind.SPECIAL, Area.Kind.HAMLET),
}
YES, NO = {"", "1", "yes", "true", "是"}, {"0", "no", "false", "否"}
# The ends of names that say what kind of place it is; longest first.
PLACE_ENDS = ("自治县", "自治州", "林区", "区", "县", "市")
MOST_HOUSEHOLDS = 1_000_000


class Numbered(Protocol):
    """A row that says where it stands and by which code it is found."""

    @property
    def line(self) -> int: ...

    @property
    def code(self) -> str: ...


Coded = TypeVar("Coded", bound=Numbered)


def once_each(found: Iterable[Coded], problems: list[Problem]) -> list[Coded]:
    """The rows whose code did not come before; the others are noted in ``problems``."""
    first: dict[str, Coded] = {}
    for row in found:
        if first.setdefault(row.code, row) is not row:
            reason = _("%(code)s stands in line %(line)s already.")
            words = {"code": row.code, "line": first[row.code].line}
            problems.append(Problem(row.line, reason % words))
    return list(first.values())


class AreaRow(NamedTuple):
    """One area of a table of divisions. Empty ``kind``, ``letters`` and so on say nothing."""

    line: int
    level: Level
    code: str
    name: str
    parent_code: str
    kind: str
    households: int | None
    letters: str
    boundary: MultiPolygon | None
    is_repaired: bool
    former_code: str
    civil_code: str
    valid_from: date | None
    valid_to: date | None
    successor_code: str

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> AreaRow:
        level = _level(cells["level"])
        code = _code(cells["code"], level)
        boundary, is_repaired = None, False
        if cells.get("wkt"):
            boundary, is_repaired = outline(cells["wkt"])
        valid_to = _past(cells.get("valid_to", ""))
        successor_code = cells.get("successor_code", "")
        if successor_code and valid_to is None:
            raise RowError(_("A successor follows an area that ends: valid_to says on which day."))
        return cls(
            line=line,
            level=level,
            code=code,
            name=text(cells["name"], 80, _("The name is missing.")),
            # The province above a city is not in the tree.
            parent_code="" if level == Level.CITY else cells["parent_code"],
            kind=_kind(cells.get("kind", ""), level),
            households=_households(cells.get("households", "")),
            letters=_letters(cells.get("letters", ""), level),
            boundary=boundary,
            is_repaired=is_repaired,
            former_code=text(cells.get("former_code", ""), 20),
            civil_code=_civil_code(cells.get("civil_code", "")),
            valid_from=day(cells.get("valid_from", "")),
            valid_to=valid_to,
            successor_code=successor_code,
        )


AREA_REQUIRED = ("level", "code", "name", "parent_code")
AREA_COLUMNS = (
    *AREA_REQUIRED,
    *("kind", "households", "letters", "former_code", "civil_code"),
    *("valid_from", "valid_to", "successor_code", "wkt"),
)


def _past(value: str) -> date | None:
    """A day on which something ends; what ends tomorrow is brought tomorrow."""
    on = day(value)
    if on is not None and on > clock.today():
        raise RowError(_("%(day)s lies ahead: bring this change when it holds.") % {"day": on})
    return on


def _civil_code(value: str) -> str:
    if value and not (value.isascii() and value.isdecimal() and len(value) <= 15):
        raise RowError(_("“%(code)s” is no code of the civil affairs.") % {"code": value[:20]})
    return value


def _level(slug: str) -> Level:
    if slug not in LEVEL_OF_SLUG:
        raise RowError(
            _("“%(level)s” is no level: %(levels)s.")
            % {"level": slug, "levels": ", ".join(LEVEL_OF_SLUG)}
        )
    return LEVEL_OF_SLUG[slug]


def _code(code: str, level: Level) -> str:
    digits = DIGITS[level]
    if len(code) != digits or not (code.isascii() and code.isdecimal()):
        raise RowError(
            _("“%(code)s” is no code of this level: it has %(digits)s digits.")
            % {"code": code, "digits": digits}
        )
    return code


def _kind(kind: str, level: Level) -> str:
    kinds = KINDS.get(level, ())
    if kind and kind not in kinds:
        raise RowError(_("“%(kind)s” is no kind of this level.") % {"kind": kind})
    return kind


def is_untold(value: str) -> bool:
    """Whether a cell holds what a file that went out says in place of a number."""
    return value == FEW or bool(re.fullmatch(r"≥[0-9]+", value))


def _households(value: str) -> int | None:
    # A small count is never told exactly, so a file that went out says nothing by it.
    if not value or is_untold(value):
        return None
    if not (value.isascii() and value.isdecimal() and int(value) <= MOST_HOUSEHOLDS):
        raise RowError(_("“%(value)s” is no number of households.") % {"value": value})
    return int(value)


def _letters(value: str, level: Level) -> str:
    is_letters = value.isascii() and value.isalpha() and value.isupper() and len(value) in (2, 3, 4)
    if value and not (is_letters and level == Level.DISTRICT):
        raise RowError(_("Letters are two to four Latin capitals, of a district only."))
    return value


def usual_kind(row: AreaRow) -> str:
    """The kind of an area whose row says none.

    The national code says it of a community: the last three digits are 001–199 or 400–499 of an
    urban one, 200–399 or 500–599 of a village.
    """
    if row.level == Level.GRID:
        return Area.Kind.BASIC
    if row.level != Level.COMMUNITY:
        return Area.Kind.PLAIN
    hundreds = int(row.code[-3])
    if hundreds in (0, 1, 4):
        return Area.Kind.URBAN
    return Area.Kind.VILLAGE if hundreds in (2, 3, 5) else Area.Kind.PLAIN


def odd(row: AreaRow) -> list[Problem]:
    """What is unusual about a row and no reason to refuse it."""
    notes = []
    if not row.code.startswith(row.parent_code):
        notes.append(Problem(row.line, _("The code does not begin with its parent's.")))
    if row.is_repaired:
        notes.append(Problem(row.line, _("The outline crossed itself.")))
    return notes


def letters_for(name: str, taken: Iterable[str]) -> str:
    """Two letters for the ticket numbers of a district: 夷陵区 → YL."""
    for end in PLACE_ENDS:
        if name.endswith(end) and len(name) > len(end) + 1:
            name = name.removesuffix(end)
            break
    first, *others = (initials(one, PLACE_READINGS).upper()[:1] or "X" for one in name)
    taken = set(taken)
    alphabet = [chr(letter) for letter in range(ord("A"), ord("Z") + 1)]
    free = (first + other for other in (*others, *alphabet) if first + other not in taken)
    return next(free, "")


class Known(NamedTuple):
    """An area that others may stand under, in the file or in force already."""

    id: int
    level: int
    name: str
    parent_code: str
    path: str


def check_place(row: AreaRow, parent: Known | None, now: Known | None) -> None:
    """Raise RowError where ``row`` has no place in the tree, or another one than it has now."""
    if now is not None:
        _check_same_place(row, parent, now)
    if row.level == Level.CITY:
        return
    if parent is None:
        raise RowError(_("The parent “%(parent)s” is not known.") % {"parent": row.parent_code})
    if parent.level != row.level - 1:
        raise RowError(
            _("The parent “%(parent)s” is not one level above.") % {"parent": row.parent_code}
        )
    if now is None and row.level == Level.GRID:
        check_code(row.code, row.parent_code, row.kind)


def _check_same_place(row: AreaRow, parent: Known | None, now: Known) -> None:
    if now.level != row.level:
        raise RowError(
            _("%(code)s is “%(name)s” on another level.") % {"code": row.code, "name": now.name}
        )
    # Moving an area moves who reaches it: that is a redivision, with a vote and a date.
    above = parent.path if parent is not None else ""
    if row.level != Level.CITY and now.path != f"{above}{now.id}.":
        raise RowError(_("This area lies in %(parent)s.") % {"parent": now.parent_code})


class DepartmentRow(NamedTuple):
    """One department or office."""

    line: int
    code: str
    name: str
    short_name: str
    kind: str
    area_code: str
    parent_code: str
    office_phone: str
    office_address: str

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> DepartmentRow:
        code = text(cells["code"], 40, _("The code is missing."))
        if not (code.isascii() and code.replace("-", "").replace("_", "").isalnum()):
            raise RowError(_("A code is Latin letters, digits, - and _: “%s”.") % code)
        if cells["kind"] not in Department.Kind.values:
            raise RowError(
                _("“%(kind)s” is no kind: %(kinds)s.")
                % {"kind": cells["kind"], "kinds": ", ".join(Department.Kind.values)}
            )
        name = text(cells["name"], 80, _("The name is missing."))
        return cls(
            line=line,
            code=code,
            name=name,
            short_name=text(cells["short_name"] or name, 40),
            kind=cells["kind"],
            area_code=cells["area_code"],
            parent_code=cells.get("parent_code", ""),
            office_phone=phone(cells.get("office_phone", "")),
            office_address=text(cells.get("office_address", ""), 120),
        )


DEPARTMENT_REQUIRED = ("code", "name", "short_name", "kind", "area_code")
DEPARTMENT_COLUMNS = (*DEPARTMENT_REQUIRED, "parent_code", "office_phone", "office_address")


def phone(value: str) -> str:
    if value and not set(value) <= set("0123456789+-()/ ,"):
        raise RowError(_("“%s” is no phone number.") % value[:30])
    if re.search(MOBILE, value):
        raise RowError(
            _("“%s” is a mobile number: only telephones of offices are kept.") % value[:30]
        )
    return text(value, 30)


class PersonRow(NamedTuple):
    """One person's post. Work contacts only."""

    line: int
    username: str
    name: str
    role: str
    area_code: str
    department_code: str
    phone: str
    email: str
    since: date | None
    until: date | None
    is_main: bool

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> PersonRow:
        if cells["role"] not in roles.ROLES:
            raise RowError(
                _("“%(role)s” is no role: %(roles)s.")
                % {"role": cells["role"], "roles": ", ".join(roles.ROLES)}
            )
        since, until = day(cells.get("from", "")), day(cells.get("until", ""))
        if since and until and until < since:
            raise RowError(_("The last day lies before the first."))
        area_code = cells.get("area_code", "")
        department_code = cells.get("department_code", "")
        if cells["role"] in roles.DEPARTMENT_ROLES:
            is_placed = bool(department_code) and not area_code
        else:
            is_placed = bool(area_code) and not department_code
        if not is_placed:
            raise RowError(_("A department's post names a department, every other post an area."))
        return cls(
            line=line,
            username=text(cells["username"], 60, _("The user name is missing.")),
            name=text(cells["name"], 60, _("The name is missing.")),
            role=cells["role"],
            area_code=area_code,
            department_code=department_code,
            phone=cells.get("phone", ""),
            email=cells.get("email", ""),
            since=since,
            until=until,
            is_main=yes(cells.get("main", "")),
        )


PERSON_REQUIRED = ("username", "name", "role")
PERSON_COLUMNS = (
    *PERSON_REQUIRED,
    *("area_code", "department_code", "phone", "email", "from", "until", "main"),
)


def check_same_person(row: PersonRow, first: PersonRow) -> None:
    """Two people must not become one because somebody mistyped a user name."""
    if row.name != first.name:
        raise RowError(
            _("The user name “%(user)s” belongs to another name in line %(line)s.")
            % {"user": row.username, "line": first.line}
        )


def day(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise RowError(_("“%s” is no date; write 2026-09-24.") % value[:20]) from error


def yes(value: str) -> bool:
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise RowError(_("“%s” is neither yes nor no.") % value[:20])
