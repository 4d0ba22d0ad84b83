"""A year of a city's consultations beside the demo: the figures that such a city reports."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from consultations.models import Platform
from govgrid.home.demo import city, ground
from govgrid.home.demo.city import PREFIX, Size

TABLES = (
    "consultations_platform", "consultations_seat", "consultations_topic", "consultations_session",
    "consultations_attendance", "consultations_commitment", "consultations_step",
)  # fmt: skip
WORDS = {
    "platforms": "platforms, councils not counted",
    "members": "committee members, each with a seat",
    "sessions": "sessions that were held this year",
    "heads": "people who came, each time counted",
    "solved": "topics that were carried out and closed",
    "owners": "owners' councils, as many as there are compounds",
    "residents": "residents' councils, as many as there are communities",
}


class Command(BaseCommand):
    help = (
        "Load a year of a whole city's consultations into the demo: platforms, members, sessions, "
        "people. The same numbers and seed give the same rows. Never beside a district's own data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = Size()
        for name, words in WORDS.items():
            default = getattr(usual, name)
            parser.add_argument(f"--{name}", type=int, default=default, help=f"{words} ({default})")
        parser.add_argument("--seed", type=int, default=7, help="another seed, other rows (7)")

    def handle(self, *, seed: int, verbosity: int, **options: Any) -> None:
        size = Size(**{name: options[name] for name in WORDS})
        _refuse(size)
        with transaction.atomic():
            city.build(size, seed, quiet=verbosity == 0)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        if verbosity:
            found = Platform.objects.filter(code__startswith=PREFIX)
            self.stdout.write(
                f"{size.platforms} platforms, {found.filter(kind='owners').count()} owners' and "
                f"{found.filter(kind='residents').count()} residents' councils, {size.members} "
                f"members, {size.sessions} sessions with {size.heads} people, {size.solved} solved."
            )


def _refuse(size: Size) -> None:
    if min(getattr(size, name) for name in WORDS) < 0 or size.platforms < 1:
        raise CommandError("There is at least one platform, and nothing less than none.")
    if not ground.has_demo():
        raise CommandError("Load the demo first: manage.py load_demo.")
    if Platform.objects.filter(code__startswith=PREFIX).exists():
        raise CommandError("The city's consultations are loaded already.")
