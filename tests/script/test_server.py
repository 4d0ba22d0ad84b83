"""What the commands refuse, in one sentence and with a status that is not 0; and one whole life."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from benchmarks.stage import free_port

pytestmark = [pytest.mark.processes, pytest.mark.slow]

SETTINGS = {
    "VAR_DIR",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PRIVACY_KEYS",
    "DEMO",
    "SITE_URL",
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path):
    """The commands in a folder of their own, where nothing is installed and nothing runs."""
    place = tmp_path / "checkout"
    shutil.copytree(ROOT / "script", place / "script")
    return place


@pytest.fixture
def installed(checkout):
    """The same, with all that script/bootstrap would install."""
    (checkout / "script" / "bootstrap").write_text("#!/bin/sh\n")
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    return checkout


@pytest.fixture
def fake(tmp_path):
    """Puts a program of this name and text before all others on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def make(name, text):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    return make


def run(checkout, *command, **environment):
    """With nothing of the tests' own settings."""
    base = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    # The project's own .venv must not stand in for the fake.
    base["PATH"] = base["PATH"].replace(f"{ROOT}/.venv/bin:", "")
    return subprocess.run(
        [str(checkout / "script" / command[0]), *command[1:]],
        env=base | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,  # a database is made and migrated: minutes of a slow core
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fast"], "Unknown option: --fast"),
        (["--port"], "--port needs a value"),
        (["--port", "web"], "--port must be a number from 1 to 65535"),
        (["--port", "65536"], "--port must be a number from 1 to 65535"),
    ],
)
def test_server_refuses_a_bad_option(installed, arguments, says):
    result = run(installed, "server", *arguments)

    assert result.returncode == 1
    assert says in result.stderr
    assert not (installed / "var").exists()


def test_server_refuses_a_port_that_is_taken(installed):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run(installed, "server", "--empty", "--port", str(port))

    assert result.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}" in result.stderr
    assert "--port" in result.stderr
    assert not (installed / "var" / "pg").exists()


def test_server_refuses_a_full_disk(installed, fake):
    full = fake("df", "printf 'Filesystem 1K Used Free\\n/dev/x 100 90 10240 99%% /\\n'")

    result = run(installed, "server", "--empty", **full)

    assert result.returncode == 1
    assert "Only 10 MB are free" in result.stderr
    assert "make room" in result.stderr


def test_stop_without_a_server_says_so(installed):
    result = run(installed, "server", "stop")

    assert result.returncode == 0
    assert result.stdout == "Not running.\n"


def test_bootstrap_refuses_an_old_python(checkout, fake):
    old = fake("python3", 'case "$2" in *version_info*) exit 1 ;; esac; echo 3.9.2')

    result = run(checkout, "bootstrap", PYTHON="python3", **old)

    assert result.returncode == 1
    assert "Python 3.11 or newer is needed and python3 is 3.9.2" in result.stderr
    assert not (checkout / ".venv").exists()


def test_bootstrap_says_what_is_missing_where_there_is_no_apt(checkout, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "mkdir", "flock", "ls", "sort", "tail", "grep"):
        (tools / name).symlink_to(shutil.which(name))
    # Not what PATH names: that may be a wrapper which needs more of the PATH.
    (tools / "python3").symlink_to(sys.executable)

    result = run(checkout, "bootstrap", PATH=str(tools))

    assert result.returncode == 1
    assert "Missing:" in result.stderr
    assert "redis-server" in result.stderr
    assert "no apt-get here" in result.stderr


@pytest.fixture
def var():
    """A var/ of its own, which the user that PostgreSQL runs as can reach."""
    folder = Path(tempfile.mkdtemp(prefix="govgrid-server-"))
    folder.chmod(0o755)
    yield folder
    run(ROOT, "server", "stop", VAR_DIR=str(folder))
    shutil.rmtree(folder)


def processes_of(var):
    supervisor = psutil.Process(int((var / "run" / "pid").read_text()))
    return [supervisor, *supervisor.children(recursive=True)]


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_server_starts_heals_and_leaves_nothing_behind(var):
    port = free_port()
    options = ["--empty", "--detach", "--port", str(port)]

    started = run(ROOT, "server", *options, VAR_DIR=str(var))

    assert started.returncode == 0, started.stdout + started.stderr
    assert f"GovGrid is running at http://127.0.0.1:{port}" in started.stdout
    assert is_ready(port)
    assert (var / "env").stat().st_mode & 0o777 == 0o600

    again = run(ROOT, "server", *options, VAR_DIR=str(var))
    assert (again.returncode, "Already running" in again.stdout) == (0, True)

    brokers = [p for p in processes_of(var) if "redis-server" in " ".join(p.cmdline())]
    assert len(brokers) == 2  # the broker and the cache
    port_of_broker = re.search(r"PRIVATE_REDIS_PORT=(\d+)", (var / "env").read_text()).group(1)
    [broker] = [p for p in brokers if f":{port_of_broker}" in " ".join(p.cmdline())]
    broker.kill()
    wait_until(lambda: "redis ended by itself" in (var / "log" / "server.log").read_text())
    wait_until(lambda: is_ready(port))

    everything = processes_of(var)
    assert len(everything) > 10
    stopped = run(ROOT, "server", "stop", VAR_DIR=str(var))
    assert (stopped.returncode, stopped.stdout) == (0, "Stopped.\n")
    _, left = psutil.wait_procs(everything, timeout=5)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
