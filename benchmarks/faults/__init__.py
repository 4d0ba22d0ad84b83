"""Faults on purpose, to a whole system of its own: is anything lost, doubled or late?

``python -m benchmarks.faults --tickets 2000 --seed 1`` needs what script/bootstrap installs and
nothing that runs; :func:`run` is the same for programs.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cluster import NAME
from benchmarks.faults.plan import Plan
from benchmarks.faults.report import Report
from benchmarks.stage import free_port

BASE = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds that the run gets to tidy up when it is told to end


class Failed(Exception):
    """The run itself broke off; the reason is above."""


def run(plan: Plan, logs: Path | None = None) -> Report:
    """Carry out ``plan`` and say what came of it; what the processes logged stays in ``logs``.

    In a process of its own: the settings of this one may name another database.
    """
    with TemporaryDirectory(prefix="govgrid-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as somebody else, and has its folder in here
        (folder / "plan.json").write_text(json.dumps(asdict(plan)))
        try:
            status = _run_inside(folder)
        finally:
            _keep(folder, logs)
        if status:
            raise Failed("The run broke off: the reason is above.")
        return Report.read(folder / "report.json")


def _run_inside(folder: Path) -> int:
    # The kernel ends it when this process dies, even by SIGKILL.
    command = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "benchmarks.faults.inside"]
    inside = subprocess.Popen(
        [*command, str(folder)], cwd=BASE, env=_environment(folder), start_new_session=True
    )
    try:
        return inside.wait()
    finally:
        inside.terminate()
        inside.wait(timeout=PATIENCE)


def _keep(folder: Path, logs: Path | None) -> None:
    if logs is not None:
        logs.mkdir(parents=True, exist_ok=True)
        for one in [*folder.glob("*.log"), *folder.glob("postgres/*.log")]:
            shutil.copy(one, logs)


def _environment(folder: Path) -> dict[str, str]:
    """Whatever the caller's shell, ``.env`` or ``var/env`` say of another system is overruled."""
    database = f"{NAME}:{secrets.token_hex(16)}@127.0.0.1:{free_port()}/{NAME}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "govgrid.settings",
        "DATABASE_URL": f"postgis://{database}",
        "REDIS_URL": "redis://127.0.0.1:1/0",  # each process gets the right one
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(24),
        "PRIVACY_KEYS": f"k1:{b64encode(secrets.token_bytes(32)).decode()}",
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "SITE_URL": "http://127.0.0.1",
        "TEST_CLOCK": "1",
        **dict.fromkeys(("DEBUG", "DEMO", "HTTPS"), "0"),
    }
