"""Turn old keys out: put the new one first in PRIVACY_KEYS, restart, run this, drop the old one."""

from django.apps import apps
from django.core.management.base import BaseCommand
from tqdm import tqdm

from govgrid.privacy import actions
from govgrid.privacy.fields import SealedTextField


class Command(BaseCommand):
    help = "Seal everything anew with the first key of PRIVACY_KEYS. Safe to run again."

    def handle(self, *, verbosity, **options):
        for field in self._fields():
            rows = tqdm(actions.reseal(field), desc=field.aad, unit="row", disable=verbosity < 1)
            self.stdout.write(f"{field.aad}: {sum(1 for _row in rows)} sealed anew")

    def _fields(self):
        fields = (field for model in apps.get_models() for field in model._meta.local_fields)
        return [field for field in fields if isinstance(field, SealedTextField)]
