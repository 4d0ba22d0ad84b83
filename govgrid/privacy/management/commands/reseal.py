"""Turn old keys out: put the new one first in PRIVACY_KEYS, restart, run this, drop the old one.

The same turns one CRYPTO_SUITE into the other.
"""

from django.apps import apps
from django.core.management.base import BaseCommand
from tqdm import tqdm

from govgrid.privacy import actions, blinds
from govgrid.privacy.fields import SealedTextField


class Command(BaseCommand):
    help = (
        "Seal everything anew with the first key of PRIVACY_KEYS and by CRYPTO_SUITE, and count "
        "anew what sealed numbers are found by. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *, dry_run, verbosity, **options):
        would = "would be " if dry_run else ""
        for field in self._fields():
            rows = actions.reseal(field, dry_run=dry_run)
            count = self._counted(rows, field.aad, verbosity)
            self.stdout.write(f"{field.aad}: {count} {would}sealed anew")
        for blind in blinds.known():
            place = f"{blind.model._meta.label}.{blind.column}"
            count = self._counted(actions.reblind(blind, dry_run=dry_run), place, verbosity)
            self.stdout.write(f"{place}: {count} {would}counted anew")

    def _counted(self, rows, place, verbosity):
        bar = tqdm(rows, desc=place, unit="row", disable=verbosity < 1)
        return sum(1 for _row in bar)

    def _fields(self):
        fields = (field for model in apps.get_models() for field in model._meta.local_fields)
        return [field for field in fields if isinstance(field, SealedTextField)]
