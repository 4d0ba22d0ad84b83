"""The long run, by hand: a progress bar, a table, and status 1 with a list where it failed."""

import argparse
import signal
import sys
from pathlib import Path

from benchmarks.faults import Failed, run
from benchmarks.faults.plan import Plan


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="decides which faults come when")
    parser.add_argument("--rate", type=float, default=5, help="tickets a second")
    parser.add_argument("--sweep", type=float, default=30, help="SWEEP_SECONDS of the system")
    parser.add_argument("--longest", type=float, default=12, help="seconds of the longest outage")
    parser.add_argument("--json", type=Path, help="where the report is written to")
    parser.add_argument("--logs", type=Path, help="where the processes' logs are kept")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = Plan.seeded(
        given.tickets, given.seed, rate=given.rate, sweep=given.sweep, longest=given.longest
    )
    try:
        report = run(plan, given.logs)
    except Failed as error:
        sys.exit(str(error))
    if given.json:
        report.write(given.json)
    sys.stdout.write(report.table() + "\n")
    if not report.holds:
        sys.exit("\n".join(report.problems()))


if __name__ == "__main__":
    main()
