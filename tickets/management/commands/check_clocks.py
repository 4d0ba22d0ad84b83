"""Compute every deadline again from the log alone, and say where the rows differ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tickets.audit import differences
from tickets.models import Ticket

# More than these say nothing new.
SHOWN = 20


class Command(BaseCommand):
    help = "Compute every deadline again from the log alone, and say where the rows differ."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("numbers", nargs="*", help="Only these tickets.")

    def handle(self, *, numbers: list[str], **options: Any) -> None:
        tickets = Ticket.objects.filter(clocks__isnull=False).distinct()
        if numbers:
            tickets = Ticket.objects.filter(number__in=[one.upper() for one in numbers])
        found = []
        progress = tqdm(differences(tickets), total=tickets.count(), unit="ticket", disable=None)
        checked = 0
        for _ticket, wrong in progress:
            checked += 1
            found += wrong
        for one in found[:SHOWN]:
            self.stderr.write(str(one))
        if found:
            raise CommandError(f"{len(found)} of the deadlines differ from their log.")
        self.stdout.write(f"{checked} tickets: every deadline follows from its log.")
