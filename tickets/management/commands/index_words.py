"""Write the search words of every ticket again, where they differ from what they would be now."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from tickets.indexing import index
from tickets.models import Ticket


class Command(BaseCommand):
    help = (
        "Write the search words of every ticket again: text, category and names of the place, in"
        " one script. In batches, beside everything else; stopped or run twice it does no harm."
    )

    def handle(self, **options: Any) -> None:
        written = 0
        is_quiet = options["verbosity"] < 1
        with tqdm(total=Ticket.objects.count(), unit=" tickets", disable=is_quiet or None) as bar:
            for read, changed in index():
                written += changed
                bar.update(read)
        self.stdout.write(f"{written} tickets are found by other words than before.")
