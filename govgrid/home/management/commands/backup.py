"""Database and photos into one file, while the platform runs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from govgrid.home.backup import making, restoring
from govgrid.home.backup.trouble import Trouble


class Command(BaseCommand):
    help = (
        "Write database and photos to FILE, with a checksum for every part and a count of every "
        "table, all of one moment. SECRET_KEY and PRIVACY_KEYS are not in it."
    )
    # A database that is away is said in one sentence, and not by a check before it.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a file that is there")
        parser.add_argument(
            "--verify", action="store_true", help="only check a backup that is there"
        )

    def handle(self, *, file, force, verify, verbosity, **options):
        bar = tqdm(unit="B", unit_scale=True, desc=file.name, disable=None if verbosity else True)
        try:
            with bar:
                said = (
                    self._verified(file, bar.update)
                    if verify
                    else making.make(file, replace=force, progress=bar.update)
                )
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self._tell(file, said, done="is whole" if verify else "is written")

    def _verified(self, file, progress):
        with restoring.read(file, progress) as (_archive, said):
            return said

    def _tell(self, file, said, *, done):
        self.stdout.write(
            f"{file} {done}: {said.row_count} rows in {len(said.rows)} tables, "
            f"{len(said.media)} files, {said.size:,} bytes, made {said.made_at}."
        )
        if said.missing_media:
            self.stderr.write(
                f"{len(said.missing_media)} files that rows name were not on the disk, "
                f"{said.missing_media[0]} among them."
            )
        self.stdout.write(
            "SECRET_KEY and PRIVACY_KEYS are not in it: keep var/env apart, or no sealed text "
            f"({sum(key.sealed for key in said.keys.values())} of them) ever opens again."
        )
