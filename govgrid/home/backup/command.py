"""The form of the two commands: a file, one sentence for whatever is wrong, nothing left half done."""

import signal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from govgrid.home.backup.trouble import Trouble


class FileCommand(BaseCommand):
    """Works on one backup."""

    # What is wrong with the database is said in one sentence, and not by a check before it.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def run_from_argv(self, argv):
        # Told to end, tidy up as on Ctrl-C; by itself Python would just stop.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_from_argv(argv)

    def execute(self, *args, **options):
        self.hidden = None if options["verbosity"] else True
        try:
            return super().execute(*args, **options)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def bar(self, what, total=None):
        return tqdm(
            total=total, unit="B", unit_scale=True, desc=what, disable=self.hidden, leave=False
        )
