"""The demo district: a made-up map, its offices and people, and ninety days of tickets."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from govgrid.core import clock
from govgrid.home.demo import check as histories
from govgrid.home.demo import (
    conditions,
    counselling,
    deliberating,
    filling,
    gathering,
    geography,
    ground,
    ledger,
    needing,
    network,
    patrols,
    people,
    rarer,
    receiving,
    redrawing,
    registers,
    responsibilities,
    roster,
    showing,
    voting,
    wording,
)
from govgrid.home.demo.stories import Teller
from tickets import actions

SEED = 7
TOLD = 5000
SHOWN = 20
TABLES = (
    "accounts_user", "grids_area", "grids_areashape", "grids_department", "grids_post",
    "grids_compound", "grids_facility", "grids_servicepoint", "grids_organisation",
    "grids_areacount",
    "grids_duty", "grids_dutydone", "grids_layerpiece", "grids_teamseat",
    "tickets_ticket", "tickets_ticketwords", "tickets_assignment", "tickets_ticketevent",
    "tickets_clock", "tickets_whistle", "tickets_helper", "tickets_arrival", "tickets_score",
)  # fmt: skip


class Command(BaseCommand):
    help = (
        "Load a made-up district with offices, demo logins (password govgrid-demo) and tickets. "
        "For trying out and for measuring; never beside a district's own data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--grids", type=int, default=72, help="basic grids, 60 or more (72)")
        parser.add_argument("--tickets", type=int, default=420, help="how many (420)")
        parser.add_argument(
            "--told", type=int, default=TOLD,
            help=f"how many are told one by one; the rest are echoes of such lives ({TOLD})",
        )  # fmt: skip
        parser.add_argument(
            "--seed", type=int, default=SEED, help=f"another seed, another town ({SEED})"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are areas already"
        )
        parser.add_argument("--force", action="store_true", help="also beside areas of your own")
        parser.add_argument(
            "--check", action="store_true", help="replay every history afterwards, and say so"
        )

    def handle(self, *, grids: int, tickets: int, told: int, seed: int, **options: Any) -> None:
        if options["if_empty"] and (ground.has_demo() or ground.has_other_areas()):
            return
        _refuse(grids, tickets, told, force=options["force"])
        quiet, began = options["verbosity"] == 0, time.monotonic()
        with transaction.atomic():
            self._load(grids, tickets, min(tickets, told), seed, quiet=quiet)
            if options["check"]:
                _check(quiet=quiet)
        if tickets > told and not connection.in_atomic_block:
            _tidy(quiet=quiet)
        took = time.monotonic() - began
        self._say(f"The demo district is loaded in {took:.0f} s.", quiet=quiet)

    def _load(self, grids: int, tickets: int, told: int, seed: int, *, quiet: bool) -> None:
        self._say("Drawing the map.", quiet=quiet)
        plan = geography.draw(grids, seed)
        self._say("Writing areas, departments and rules.", quiet=quiet)
        laid = ground.lay(plan, seed)
        registers.enter(laid, seed)
        cast = people.seat(laid, seed)
        now = timezone.localtime(clock.now(), timezone.get_default_timezone())
        teller = Teller(laid, cast, now.replace(microsecond=0), seed)
        if tickets > told:
            events = filling.write(teller, tickets, told, quiet=quiet)
        else:
            events = ledger.write(teller, tickets, quiet=quiet)
        patrols.walk(clock.now(), seed)
        redrawing.draw(seed)
        conditions.write()
        conditions.ask()
        responsibilities.staff(laid, seed)
        wording.write(laid)
        rarer.tell(laid)
        told_of = deliberating.hold(laid, seed)
        gathering.gather(told_of)
        voting.vote(told_of)
        showing.show(told_of)
        self._tell_members(laid, told_of, seed, quiet=quiet)
        # The sweep comes every ten minutes; the page of levels is looked at sooner.
        actions.tally_levels()
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        self._say(
            f"{len(plan.streets)} streets, {len(plan.communities)} communities, "
            f"{len(plan.grids)} grids, {tickets} tickets with {events} events.",
            quiet=quiet,
        )

    def _tell_members(
        self, laid: ground.Ground, told_of: deliberating.Round, seed: int, *, quiet: bool
    ) -> None:
        if not settings.MEMBERS_ENABLED:
            return
        self._say("Telling of the roster and what it does.", quiet=quiet)
        network.lay(laid, seed)
        roster.enrol(laid, seed)
        needing.need(told_of)
        receiving.receive(laid, seed)
        counselling.tell(laid, seed)

    def _say(self, words: str, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write(words)


def _tidy(*, quiet: bool) -> None:
    """What autovacuum would do some minutes later, just when the first lists are read: without it
    no index answers alone."""
    with connection.cursor() as cursor:
        for table in tqdm(TABLES, desc="vacuum", unit="", disable=quiet or None):
            cursor.execute(f"VACUUM {table}")


def _refuse(grids: int, tickets: int, told: int, *, force: bool) -> None:
    if grids < geography.FEWEST:
        raise CommandError(f"A demo has {geography.FEWEST} grids or more.")
    if min(tickets, told) < 0:
        raise CommandError("--tickets and --told cannot be negative.")
    if ground.has_demo():
        raise CommandError(
            "The demo is loaded already. Use --if-empty to leave it as it is, "
            "or start from an empty database."
        )
    if ground.has_other_areas() and not force:
        raise CommandError(
            "This database has areas of its own, and the demo's logins have a public password. "
            "Load the demo into an empty database; --force loads it here all the same."
        )


def _check(*, quiet: bool) -> None:
    found = list(islice(histories.wrong(quiet=quiet), SHOWN))
    if found:
        raise CommandError(
            "Histories that do not hold, and nothing was loaded:\n" + "\n".join(found)
        )
