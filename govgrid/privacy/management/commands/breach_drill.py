"""Whom it concerns if what was read in a period has leaked: the list that article 57 asks for."""

import json
from datetime import date, timedelta

from django.core.management.base import BaseCommand, CommandError

from govgrid.core import clock
from govgrid.privacy import queries


class Command(BaseCommand):
    help = (
        "List the records and fields that were read in a period, whose they are, and by how many"
        " people. Reads nothing sealed and names nobody by more than a record."
    )

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="first", required=True, help="first day, 2026-11-01")
        parser.add_argument("--to", dest="last", required=True, help="last day, 2026-11-30")
        parser.add_argument("--model", help="only this kind of record, as tickets.Contact")
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON object a line"
        )

    def handle(self, *, first, last, model, as_json, **options):
        begin, end = self._day(first), self._day(last)
        if end < begin:
            raise CommandError("--to is before --from.")
        until = clock.midnight(end + timedelta(days=1))
        touched = queries.touched(clock.midnight(begin), until, model=model or "")
        for one in touched:
            self.stdout.write(_object(one) if as_json else _line(one))
        lists = queries.unnamed(clock.midnight(begin), until, model=model or "")
        records = len({(one.model, one.row) for one in touched})
        self.stdout.write(
            f"{records} records, {len({one.subject for one in touched if one.subject})} people known"
            f" by login; {lists} lists that name no records."
        )

    def _day(self, said):
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise CommandError(f"{said!r} is no day: write it as 2026-11-29.") from error


def _line(one):
    fields = ", ".join(one.fields)
    return (
        f"{one.model} {one.row} {one.subject}: {fields}; read {one.times}×, last {one.last:%F %T}"
    )


def _object(one):
    return json.dumps({**one._asdict(), "last": one.last.isoformat()}, ensure_ascii=False)
