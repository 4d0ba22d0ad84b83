"""Look whether the record of readings is as it was written."""

from django.core.management.base import BaseCommand, CommandError

from govgrid.privacy import chain
from govgrid.privacy.models import AccessChain

WORDS = {
    "missing": "the day has no link",
    "link": "it does not hang on the day before",
    "readings": "the readings are not those that were put on record",
    "key": "the key of its digest is not in PRIVACY_KEYS",
}


class Command(BaseCommand):
    help = "Check the chain of readings and say the first day that is broken."

    def handle(self, **options):
        first = next(chain.breaks(), None)
        if first is not None:
            raise CommandError(f"Broken at {first.day}: {WORDS[first.what]}.")
        last = AccessChain.objects.first()
        until = f", until {last.day}" if last else ""
        self.stdout.write(f"All {AccessChain.objects.count()} days hold{until}.")
