"""Every figure beside its limit, in one run."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from benchmarks import report
from benchmarks.client import UnexpectedAnswer
from benchmarks.databases import Unusable
from benchmarks.run import FAMILIES, Run
from govgrid.home.demo.geography import FEWEST

ERRORS = (Unusable, UnexpectedAnswer, CalledProcessError, AssertionError)


class Command(BaseCommand):
    help = (
        "Measure speed on databases of its own beside the configured one (NAME_bench_SIZE): each "
        "figure beside its limit, as a table and as JSON. A goal that is missed is said, and is no "
        "error. Starts its own servers and ends them; run it on a machine that does nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here too")
        parser.add_argument(
            "--only", nargs="+", choices=FAMILIES, default=[], metavar="NAME",
            help=f"some of: {' '.join(FAMILIES)}",
        )  # fmt: skip
        parser.add_argument(
            "--sizes", type=_sizes, default=[10_000, 100_000, 1_000_000], metavar="N,N…",
            help="tickets in each database; what writes is measured on the largest "
            "(10000,100000,1000000)",
        )  # fmt: skip
        parser.add_argument("--grids", type=int, default=11_000, help="in each (11000)")
        parser.add_argument(
            "--seconds", type=float, default=5, help="how long a turn of filing lasts (5)"
        )
        parser.add_argument("--seed", type=int, default=7, help="another seed, another town (7)")
        after = parser.add_mutually_exclusive_group()
        after.add_argument(
            "--keep", action="store_true", help="keep the databases for the next run (default)"
        )
        after.add_argument("--drop", action="store_true", help="drop them afterwards")

    def handle(self, *, json: Path | None, sizes: list[int], **options: Any) -> None:
        _refuse(json, sizes, options["grids"], options["seconds"])
        run = Run(
            sizes, options["grids"], options["seconds"], options["seed"], options["only"],
            drop=options["drop"], quiet=options["verbosity"] == 0,
        )  # fmt: skip
        try:
            with _ending_on_sigterm(), closing(run.measure()) as families:
                for _family in families:
                    _keep(run, json)
        except ERRORS as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Ended before all was measured.", returncode=130) from None
        finally:
            self._say(run)

    def _say(self, run: Run) -> None:
        if run.figures:
            self.stdout.write(f"{report.head_lines(run.head)}\n\n{report.table(run.figures)}")


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Asked to end, it ends what it started, as after Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sizes(text: str) -> list[int]:
    return sorted({int(one) for one in text.split(",")})


def _refuse(json: Path | None, sizes: list[int], grids: int, seconds: float) -> None:
    if min(sizes) < 1:
        raise CommandError("--sizes are numbers of tickets, 1 or more.")
    if grids < FEWEST:
        raise CommandError(f"--grids must be {FEWEST} or more.")
    if seconds <= 0:
        raise CommandError("--seconds must be more than nothing.")
    if json is not None and not json.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {json.absolute().parent}.")


def _keep(run: Run, json: Path | None) -> None:
    if json is not None:
        json.write_text(report.as_json(run.head, run.figures))
