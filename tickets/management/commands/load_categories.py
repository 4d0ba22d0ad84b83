"""Bring the category table in: names, limits, pictures, and for a district who leads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext_noop
from tqdm import tqdm

from govgrid.core.sheets import REST, BadRows, Cells, Problem
from govgrid.core.text import traditional
from grids.actions.imports import Imported
from grids.management.sheet import ImportCommand
from grids.models import Area, Department
from tickets import rulebook
from tickets.models import FUNCTION_OF_NAME, Category, WhistleKind

OWN_FILE = Path(__file__).resolve().parents[2] / "data" / "ticket_categories.csv"
SOURCE = gettext_noop("category table")
WHISTLES = {
    "日常": WhistleKind.ROUTINE,
    "应急": WhistleKind.EMERGENCY,
    "执法": WhistleKind.ENFORCEMENT,
    "攻坚": WhistleKind.HARD,
    "议事": WhistleKind.CONSULTATION,
}
# Column of the file → field of the category. All must be there.
COLUMNS = {
    "code": "code",
    "level1_code": "group_code",
    "level1_zh": "group_zh",
    "level1_en": "group_en",
    "zh": "name_zh",
    "en": "name_en",
    "lead_department": "lead",
    "co_departments": "helpers",
    "hazard_limit": "hazard_limit",
    "resolve_limit": "resolve_limit",
    "default_whistle": "default_whistle",
    "class_reference": "class_reference",
    "source": "source",
}
# May be left out: then the pictures of our own table hold for codes it knows.
PICTURES = ("icon", "picture_rank")


class Command(ImportCommand):
    help = (
        "Load ticket categories from a CSV table (our own unless told): new codes are added, known "
        "ones brought up to date, none is ever deleted. All or nothing; safe to run again."
    )
    columns = (*COLUMNS, *PICTURES)
    required = tuple(COLUMNS)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE)
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would")
        parser.add_argument(
            "--errors", type=Path, help="where wrong rows are listed (default: beside the file)"
        )
        parser.add_argument(
            "--area", metavar="CODE", help="also write this area's routing rules: who leads what"
        )

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        rows = [(line, _values(cells)) for line, cells in found]
        problems = list(_problems(rows, dict(found)))
        place = _area(options["area"]) if options["area"] else None
        targets = _targets(place, rows, problems) if place else {}
        if problems or not rows:
            raise BadRows(problems or [Problem(1, "There are no rows.")])
        bar = tqdm([values for _, values in rows], unit=" rows", disable=options["verbosity"] < 1)
        return _write(bar, place, targets)


def _write(rows: Iterable[dict[str, Any]], place: Area | None, targets: dict[str, Any]) -> Imported:
    done = Imported()
    known = {one.code: one for one in Category.objects.select_for_update()}
    for values in rows:
        category = known.get(values["code"]) or Category()
        _save(category, values, done)
        if place is not None:
            target = targets[values["lead"]]
            rulebook.set_rule(by=None, category=category, area=place, source=SOURCE, **target)
    return done


def _save(category: Category, values: dict[str, Any], done: Imported) -> None:
    # As text: a table knows no numbers, and a rank read from it is one.
    changed = [name for name, v in values.items() if str(getattr(category, name)) != str(v)]
    said = f"{values['code']} {values['name_zh']}"
    for name in changed:
        setattr(category, name, values[name])
    if category.pk is None:
        category.save()
        done.added.append(said)
    elif changed:
        category.save(update_fields=changed)
        done.changed.append(said)
    else:
        done.unchanged += 1


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[column] for column, name in COLUMNS.items()}
    values["default_whistle"] = WHISTLES.get(values["default_whistle"], values["default_whistle"])
    values["group_zh_hant"] = traditional(values["group_zh"])
    values["name_zh_hant"] = traditional(values["name_zh"])
    known = pictures().get(values["code"], {})
    for name in PICTURES:
        value = row.get(name) if name in row else known.get(name)
        if value not in (None, ""):
            values[name] = value
    return values


def _problems(
    rows: list[tuple[int, dict[str, Any]]], cells: dict[int, Mapping[str, str]]
) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for line, values in rows:
        if REST in cells[line]:
            yield Problem(line, "This line has more cells than the heading.")
        for reason in _reasons(values):
            yield Problem(line, reason)
        first = seen.setdefault(values["code"], line)
        if first != line:
            yield Problem(line, f"Code {values['code']} is on line {first} already.")


def _reasons(values: dict[str, Any]) -> Iterator[str]:
    category = Category(**values)
    try:
        category.clean_fields()
        category.validate_constraints(exclude=["code"])
    except ValidationError as trouble:
        for name, messages in trouble.message_dict.items():
            yield f"{name}: {' '.join(messages)}"


def _area(code: str) -> Area:
    found = Area.objects.in_force().filter(code=code)
    if len(found) != 1:
        raise CommandError(f"There is {'no' if not found else 'more than one'} area {code}.")
    return found[0]


def _targets(
    place: Area, rows: list[tuple[int, dict[str, Any]]], problems: list[Problem]
) -> dict[str, Any]:
    """For each name in the column of leads the target of its rule; unknown names are wrong."""
    own = Department.objects.active().filter(area=place).order_by("-pk")
    by_name = {one.short_name: one for one in own}
    targets: dict[str, Any] = {}
    for line, values in rows:
        lead = values["lead"]
        if lead in FUNCTION_OF_NAME:
            targets[lead] = {"function": FUNCTION_OF_NAME[lead]}
        elif lead in by_name:
            targets[lead] = {"department": by_name[lead]}
        elif lead:
            problems.append(Problem(line, f"{place.name} has no department called {lead}."))
    return targets


@cache
def pictures() -> dict[str, dict[str, Any]]:
    """Icon and rank by code, from our own table."""
    with OWN_FILE.open(encoding="utf-8-sig", newline="") as text:
        return {row["code"]: {k: row[k] for k in PICTURES} for row in csv.DictReader(text)}
