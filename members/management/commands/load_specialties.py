"""The tree of specialties to begin with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from members import specialties


class Command(BaseCommand):
    help = "Add the specialties that are missing; safe to run again."

    def handle(self, **options: Any) -> None:
        added = specialties.load()
        if options["verbosity"]:
            self.stdout.write(f"{added} specialties were added.")
