"""Bring the catalogues up to date with what the code says."""

from django.core.management.base import BaseCommand

from govgrid.home import catalogues


class Command(BaseCommand):
    help = "Collect what is said, keep what is translated, make zh_Hant, compile. For developers."

    def handle(self, **options) -> None:
        for locale, missing in catalogues.merge().items():
            self.stdout.write(f"{locale}: {missing} untranslated")
        catalogues.compile_all()
