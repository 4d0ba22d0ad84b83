"""The command itself: a tiny run from end to end, and one that is told to end."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from io import StringIO

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from benchmarks import databases
from benchmarks.stage import until, url_of

SMALL = ["--sizes", "300", "--grids", "72", "--seconds", "0.1"]


@pytest.fixture
def name(db):
    found = databases.recipe(grids=72, tickets=300, seed=7).name
    yield found
    databases.drop(f"{found}_copy")


def names() -> set[str]:
    with databases.cluster() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.processes
@pytest.mark.slow
def test_a_run_measures_says_and_keeps(name, tmp_path):
    before = psutil.Process().children()
    said, kept = StringIO(), tmp_path / "figures.json"

    call_command(
        "bench", *SMALL, "--only", "create", "drain", "locate", "sweep", json=kept, verbosity=0,
        stdout=said,
    )  # fmt: skip

    whole = json.loads(kept.read_text())
    figures = {one["name"]: one for one in whole["figures"]}
    assert {one["family"] for one in whole["figures"]} == {
        "load", "create", "drain", "locate", "sweep",
    }  # fmt: skip
    assert all(one["value"] > 0 for one in whole["figures"])
    create = figures["create, 8 connections, routing beside it"]
    assert create["ratio"] == create["value"] / create["limit"]
    assert create["peer"] == "14.9/s"
    assert isinstance(create["reached"], bool)
    assert "CPU ms each: web" in create["notes"]
    assert "drain of a backlog of 300, workers as shipped" in figures
    assert {"date", "commit", "machine", "versions"} <= set(whole["head"])
    assert "load average at the start" in said.getvalue()
    assert f"| {create['name']} " in said.getvalue()
    # What it wrote is gone with the copy it wrote in; what took long to load is kept.
    assert name in names()
    assert f"{name}_copy" not in names()
    assert psutil.Process().children() == before


@pytest.mark.processes
@pytest.mark.slow
def test_told_to_end_it_ends_what_it_started(name, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        bench = subprocess.Popen(
            [sys.executable, "manage.py", "bench", *SMALL, "--only", "create"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url_of(connection.settings_dict["NAME"])},
            stdout=log,
            stderr=log,
        )
        try:
            family = until(lambda: workers_of(bench), "its workers are there", 180)
        finally:
            bench.send_signal(signal.SIGTERM)
            status = bench.wait(timeout=60)
    assert status == 130

    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert f"{name}_copy" not in names()
    assert "Ended before all was measured." in (tmp_path / "log").read_text()


def workers_of(bench: subprocess.Popen) -> list[psutil.Process]:
    """All that the command has started, once web server and workers are among it."""
    assert bench.poll() is None, "it ended by itself"
    found = psutil.Process(bench.pid).children(recursive=True)
    lines = []
    for one in found:
        with suppress(psutil.NoSuchProcess):
            lines.append(" ".join(one.cmdline()))
    is_up = all(any(word in line for line in lines) for word in ("gunicorn", "celery", "redis"))
    return found if is_up else []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sizes", "0"], "1 or more"),
        (["--grids", "5"], "60 or more"),
        (["--seconds", "0"], "more than nothing"),
        (["--json", "/nowhere/at/all.json"], "There is no folder"),
        (["--only", "speed"], "invalid choice"),
        (["--keep", "--drop"], "not allowed with"),
    ],
)
def test_what_cannot_be_measured_is_refused(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("bench", *options)
