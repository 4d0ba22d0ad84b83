"""Load people and their posts from a table. Safe to run again."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from govgrid.core.sheets import Cells
from govgrid.privacy.absence import refuse_columns
from grids import actions
from grids.actions.imports import Imported
from grids.management.sheet import ImportCommand
from grids.rows import PERSON_COLUMNS, PERSON_REQUIRED


class Command(ImportCommand):
    help = (
        "Load people and posts from a CSV, one post a row (username, name, role, and area_code or"
        " department_code; phone, email, from, until, main may be added)."
    )
    columns = PERSON_COLUMNS
    required = PERSON_REQUIRED
    # Staff have names and telephones at work; what may exist nowhere is refused of them too.
    refuse = staticmethod(refuse_columns)

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--passwords",
            type=Path,
            help="give new people a first password and write them all to this new file",
        )

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        bar = tqdm(found, unit=" rows", disable=options["verbosity"] < 1)
        path = options["passwords"]
        done = actions.import_people(bar, by=None, with_passwords=path is not None)
        # Still inside the transaction: people whose passwords cannot be told are not added.
        if path is not None and not options["dry_run"]:
            _write_passwords(path, done.passwords)
        return done


def _write_passwords(path: Path, passwords: dict[str, str]) -> None:
    """Into a new file that only its owner reads; an old one is never written over."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be written: %(why)s") % {"file": path, "why": error.strerror}
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerow(["username", "password"])
        writer.writerows(passwords.items())
