"""Bring the category table in: names, limits, pictures, and for a district who leads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from opencc import OpenCC
from tqdm import tqdm

from govgrid.core.errors import Refused
from govgrid.privacy.absence import refuse_columns
from grids.models import Area, Department
from tickets import rulebook
from tickets.models import Category, OfficeFunction, WhistleKind

OWN_FILE = Path(__file__).resolve().parents[2] / "data" / "ticket_categories.csv"
SOURCE = "category table"
WHISTLES = {
    "日常": WhistleKind.ROUTINE,
    "应急": WhistleKind.EMERGENCY,
    "执法": WhistleKind.ENFORCEMENT,
    "攻坚": WhistleKind.HARD,
    "议事": WhistleKind.CONSULTATION,
}
# Who the table names by function: which office that is depends on the place.
FUNCTIONS = {
    "街道办": OfficeFunction.STREET_OFFICE,
    "社区居委会": OfficeFunction.COMMUNITY_OFFICE,
    "产权单位": OfficeFunction.FACILITY_OWNER,
    "通信运营商": OfficeFunction.FACILITY_OWNER,
    "物业企业": OfficeFunction.PROPERTY_COMPANY,
    "行业主管部门": OfficeFunction.LINE_AUTHORITY,
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


@dataclass
class Sheet:
    """What the file says, checked line by line; ``wrong`` holds (line, reason)."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


class Command(BaseCommand):
    help = (
        "Load ticket categories from a CSV table: new codes are added, known ones brought up to "
        "date, none is ever deleted. All or nothing; safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE, help="CSV, UTF-8")
        parser.add_argument(
            "--area", metavar="CODE", help="also write this area's routing rules: who leads what"
        )
        parser.add_argument("--dry-run", action="store_true", help="check all, change nothing")
        parser.add_argument(
            "--error-sheet", type=Path, metavar="FILE", help="write wrong lines there, as CSV"
        )

    def handle(self, *, file: Path, area: str | None, dry_run: bool, **options: Any) -> None:
        sheet = read(file)
        place = _area(area) if area else None
        leads = _departments(place, sheet) if place else {}
        if sheet.wrong:
            self._refuse(sheet, file, options["error_sheet"])
        with transaction.atomic():
            counts = self._write(sheet, place, leads, quiet=options["verbosity"] == 0)
            transaction.set_rollback(dry_run)
        if options["verbosity"]:
            said = "Would load" if dry_run else "Loaded"
            self.stdout.write(f"{said} {len(sheet.rows)} categories: {_told(counts)}.")

    def _write(
        self, sheet: Sheet, place: Area | None, leads: dict[str, Any], *, quiet: bool
    ) -> dict[str, int]:
        known = {one.code: one for one in Category.objects.select_for_update()}
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        for _line, values in tqdm(sheet.rows, desc="categories", unit="", disable=quiet or None):
            category = known.get(values["code"])
            counts[_save(category, values)] += 1
        if place is not None:
            counts |= self._write_rules(sheet, place, leads, quiet=quiet)
        return counts

    def _write_rules(
        self, sheet: Sheet, place: Area, leads: dict[str, Any], *, quiet: bool
    ) -> dict[str, int]:
        before = set(place.rules.in_force().values_list("pk", flat=True))
        category_of = {one.code: one for one in Category.objects.all()}
        for _line, values in tqdm(sheet.rows, desc="rules", unit="", disable=quiet or None):
            rulebook.set_rule(
                by=None,
                category=category_of[values["code"]],
                area=place,
                source=SOURCE,
                **leads[values["lead"]],
            )
        now = set(place.rules.in_force().values_list("pk", flat=True))
        return {"rules new": len(now - before), "rules ended": len(before - now)}

    def _refuse(self, sheet: Sheet, file: Path, error_sheet: Path | None) -> None:
        wrong = sorted(sheet.wrong)
        if error_sheet is not None:
            with error_sheet.open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows([("line", "reason"), *wrong])
        lines = "\n".join(f"  line {line}: {reason}" for line, reason in wrong)
        raise CommandError(f"Nothing was loaded from {file}:\n{lines}")


def read(file: Path) -> Sheet:
    """Every line as the values of a category, or the reason why not."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            refuse_columns(reader.fieldnames or [])
            absent = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            if absent:
                raise CommandError(f"{file} lacks the columns {', '.join(absent)}.")
            return _checked((reader.line_num, row) for row in reader)
    except OSError as trouble:
        raise CommandError(f"{file} cannot be read: {trouble.strerror}.") from trouble
    except UnicodeDecodeError as trouble:
        raise CommandError(f"{file} is not UTF-8: save it as “CSV UTF-8”.") from trouble
    except csv.Error as trouble:
        raise CommandError(f"{file} is not a CSV table: {trouble}.") from trouble
    except Refused as refusal:
        raise CommandError(str(refusal)) from refusal


def _checked(lines: Iterable[tuple[int, dict[str, Any]]]) -> Sheet:
    sheet, seen = Sheet(), dict[str, int]()
    for line, row in lines:
        values = _values(row)
        reasons = list(_reasons(row, values))
        if values["code"] in seen:
            reasons.append(f"code {values['code']} is on line {seen[values['code']]} already")
        seen.setdefault(values["code"], line)
        sheet.wrong += [(line, reason) for reason in reasons]
        sheet.rows.append((line, values))
    if not sheet.rows:
        sheet.wrong.append((1, "there are no rows"))
    return sheet


def _values(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: (row[column] or "").strip() for column, name in COLUMNS.items()}
    values["default_whistle"] = WHISTLES.get(values["default_whistle"], values["default_whistle"])
    values["group_zh_hant"] = _traditional(values["group_zh"])
    values["name_zh_hant"] = _traditional(values["name_zh"])
    known = pictures().get(values["code"], {})
    for name in PICTURES:
        value = row.get(name) if name in row else known.get(name)
        if value not in (None, ""):
            values[name] = value
    return values


def _reasons(row: dict[str, Any], values: dict[str, Any]) -> Iterator[str]:
    if None in row or None in row.values():
        yield "this line has more or fewer cells than the heading"
    try:
        Category(**values).clean_fields()
        Category(**values).validate_constraints(exclude=["code"])
    except ValidationError as trouble:
        for name, messages in trouble.message_dict.items():
            yield f"{name}: {' '.join(messages)}"


def _save(category: Category | None, values: dict[str, Any]) -> str:
    if category is None:
        Category.objects.create(**values)
        return "new"
    # As text: a table knows no numbers, and a rank read from it is one.
    changed = [name for name, v in values.items() if str(getattr(category, name)) != str(v)]
    for name in changed:
        setattr(category, name, values[name])
    if not changed:
        return "unchanged"
    category.save(update_fields=changed)
    return "changed"


def _area(code: str) -> Area:
    found = Area.objects.in_force().filter(code=code)
    if len(found) != 1:
        raise CommandError(f"There is {'no' if not found else 'more than one'} area {code}.")
    return found[0]


def _departments(place: Area, sheet: Sheet) -> dict[str, Any]:
    """For each name in the column of leads the target of its rule; unknown names are wrong."""
    own = Department.objects.active().filter(area=place).order_by("-pk")
    by_name = {one.short_name: one for one in own}
    leads: dict[str, Any] = {}
    for line, values in sheet.rows:
        lead = values["lead"]
        if lead in FUNCTIONS:
            leads[lead] = {"function": FUNCTIONS[lead]}
        elif lead in by_name:
            leads[lead] = {"department": by_name[lead]}
        elif lead:
            sheet.wrong.append((line, f"{place.name} has no department called {lead}"))
    return leads


@cache
def pictures() -> dict[str, dict[str, Any]]:
    """Icon and rank by code, from our own table."""
    with OWN_FILE.open(encoding="utf-8-sig", newline="") as text:
        return {row["code"]: {k: row[k] for k in PICTURES} for row in csv.DictReader(text)}


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


def _traditional(text: str) -> str:
    return _converter().convert(text)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())
