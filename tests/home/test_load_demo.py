"""When the demo may be loaded, and what the command says."""

from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo import patrols
from govgrid.home.demo.aside import put_aside
from govgrid.home.demo.courier import Courier
from govgrid.home.demo.rows import COLUMNS
from tests.factories.grids import AreaFactory
from tests.home.catalogue import TABLES, rows, structure
from tickets.models import Ticket
from tickets.workflow import State

SIZE = {"grids": 60, "tickets": 900, "told": 120, "verbosity": 0}

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_beside_a_districts_own_areas_it_is_refused():
    AreaFactory()
    with pytest.raises(CommandError, match="public password"):
        call_command("load_demo", verbosity=0)
    call_command("load_demo", if_empty=True, verbosity=0)
    assert not User.objects.exists()


@pytest.mark.parametrize("wrong", [{"grids": 12}, {"tickets": -1}, {"told": -1}])
def test_sizes_that_make_no_district_are_refused(wrong):
    with pytest.raises(CommandError):
        call_command("load_demo", verbosity=0, **wrong)


def test_it_proves_itself_when_asked_and_says_what_it_made():
    out = StringIO()
    call_command("load_demo", grids=60, tickets=60, check=True, stdout=out)
    assert "62 grids, 60 tickets" in out.getvalue()


def test_the_same_seed_tells_the_same_stories():
    """All but the hours, the numbers and the keys, which follow the day of the run."""

    def told(seed):
        with transaction.atomic():
            call_command("load_demo", grids=60, tickets=90, seed=seed, verbosity=0)
            rows = Ticket.objects.values_list(
                "category__code", "grid__code", "description", "state", "raw_lon", "raw_lat"
            )
            found = sorted(map(str, rows))
            transaction.set_rollback(True)
        return found

    first = told(4)
    assert told(4) == first
    assert told(5) != first


# ── a great many ──────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_at_the_same_moment_gives_the_same_rows():
    at = datetime(2026, 11, 25, 15, 4, 5, tzinfo=ZoneInfo("Asia/Shanghai"))

    def digests(seed):
        with transaction.atomic(), clock.telling(at):
            sequences = rows("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
            for (name,) in sequences:
                rows(f"ALTER SEQUENCE {name} RESTART; SELECT 1")
            call_command("load_demo", seed=seed, **SIZE)
            # A sealed text is never sealed the same way twice.
            found = [
                rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")  # noqa: S608
                for table in COLUMNS
            ]
            transaction.set_rollback(True)
        return found

    first = digests(4)
    assert digests(4) == first
    assert all(one != other for one, other in zip(digests(5), first, strict=True))


def test_histories_that_do_not_hold_load_nothing(monkeypatch):
    def spoil(now, seed):
        rows("SET LOCAL session_replication_role = replica; SELECT 1")
        last = Ticket.objects.filter(state=State.CLOSED).latest("pk")
        last.events.filter(verb="close").delete()
        rows("SET LOCAL session_replication_role = origin; SELECT 1")

    monkeypatch.setattr(patrols, "walk", spoil)
    before = structure()
    with pytest.raises(CommandError, match=r"(?s)do not hold.*state is closed"):
        call_command("load_demo", check=True, **SIZE)
    assert not Ticket.objects.exists()
    assert structure() == before


@transaction.atomic
def fail_halfway(seen):
    with put_aside(TABLES, quiet=True):
        seen.append(structure())
        raise RuntimeError


def test_what_was_put_aside_is_there_again_when_a_load_fails():
    before, seen = structure(), []
    with pytest.raises(RuntimeError):
        fail_halfway(seen)
    [(indexes, constraints)] = seen
    assert [name for name, _ in indexes if not name.endswith("_pkey")] == []
    assert {definition.split()[0] for _, _, definition, _ in constraints} == {"CHECK", "PRIMARY"}
    assert structure() == before


def test_what_the_database_refuses_is_not_passed_over():
    with pytest.raises(psycopg2.DataError), transaction.atomic(), Courier() as courier:
        courier.send("tickets_ticketwords", "no number\t'words'\n")
