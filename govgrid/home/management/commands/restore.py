"""A backup into an empty place, checked before and counted after."""

from govgrid.home.backup import restoring
from govgrid.home.backup.command import FileCommand


class Command(FileCommand):
    help = (
        "Put the backup FILE in the place of an empty database and its photos: the database whole "
        "or not at all, then the photos. Safe to run again, with --force."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, change nothing"
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="throw away all that is there: rows, and files that the backup does not name",
        )
        parser.add_argument(
            "--without-keys",
            action="store_true",
            help="although PRIVACY_KEYS are not those of the backup: sealed texts stay closed",
        )

    def handle(self, *, file, dry_run, force, without_keys, **options):
        checking = self.bar("checking")
        with restoring.read(file, checking.update) as (archive, said):
            checking.close()
            restoring.check_version(said)
            if not without_keys:
                restoring.check_keys(said)
            if not force:
                restoring.check_empty()
            self.stdout.write(
                f"{file} is whole: made {said.made_at} by GovGrid {said.version}, "
                f"{said.row_count} rows, {len(said.media)} files."
            )
            if dry_run:
                self.stdout.write("Nothing was changed.")
                return
            with self.bar("restoring", said.size) as bar:
                restoring.restore(archive, said, progress=bar.update, say=self.stdout.write)
        self.stdout.write(
            "Start web, workers and beat again (script/server stop, script/server --detach). "
            f"What was erased on request after {said.made_at} has to be erased again by hand."
        )
