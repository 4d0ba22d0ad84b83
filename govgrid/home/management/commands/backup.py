"""Database and photos into one file, while the platform runs."""

from django.core.management.base import CommandError

from govgrid.home.backup import making, restoring
from govgrid.home.backup.command import FileCommand

# More are named in the manifest of the file.
MOST_NAMED = 10


class Command(FileCommand):
    help = (
        "Write database and photos to FILE, with a checksum for every part and a count of every "
        "table, all of one moment. SECRET_KEY and PRIVACY_KEYS are not in it."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--force", action="store_true", help="replace a file that is there")
        parser.add_argument(
            "--verify", action="store_true", help="only check a backup that is there"
        )

    def handle(self, *, file, force, verify, **options):
        with self.bar(file.name) as bar:
            if verify:
                with restoring.read(file, bar.update) as (_archive, said):
                    done = "is whole"
            else:
                said = making.make(file, replace=force, progress=bar.update)
                done = "is written"
        self._tell(file, said, done)

    def _tell(self, file, said, done):
        file = file.absolute()
        self.stdout.write(
            f"{file} {done}: {said.row_count} rows in {len(said.rows)} tables, "
            f"{len(said.media)} files, {said.size:,} bytes, made {said.made_at}."
        )
        self.stdout.write(
            "SECRET_KEY and PRIVACY_KEYS are not in it: keep var/env apart, or no sealed text "
            f"({said.sealed_count} of them) ever opens again. Who is signed in is not in it either: "
            "after a restore everybody signs in again."
        )
        if said.missing_media:
            # Not 0: whoever throws old backups away by this must not do so now.
            raise CommandError(
                f"{len(said.missing_media)} files that rows name were not on the disk: "
                f"{_named(said.missing_media)}. {file} holds all but these."
            )


def _named(files):
    rest = len(files) - MOST_NAMED
    return ", ".join(files[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
