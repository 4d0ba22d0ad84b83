"""Erase what is past its time, now instead of tonight."""

from django.core.management.base import BaseCommand, CommandError

from govgrid.privacy import retention


class Command(BaseCommand):
    help = "Erase what is past its time. Runs every night by itself; safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *, dry_run, **options):
        failed = 0
        for result in retention.run(dry_run=dry_run):
            if result.erased is None:
                failed += 1
                self.stderr.write(f"{result.name}: {result.error}")
            else:
                done = "would be erased" if dry_run else "erased"
                self.stdout.write(f"{result.name}: {result.erased} {done}")
        if failed:
            raise CommandError(f"{failed} of {len(retention.names())} policies failed.")
