"""Replay every ticket from its events alone, and say where the rows differ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from govgrid.home.demo.check import wrong

# More than these say nothing new.
SHOWN = 20


class Command(BaseCommand):
    help = "Replay every ticket from its events alone, and say where the rows differ."

    def handle(self, **options: Any) -> None:
        many = 0
        for many, one in enumerate(wrong(quiet=options["verbosity"] == 0), start=1):
            if many <= SHOWN:
                self.stderr.write(one)
        if many:
            raise CommandError(f"{many} things do not follow from the histories.")
        self.stdout.write("Every ticket follows from its history.")
