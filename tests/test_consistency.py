"""The code about itself: what the house style promises and a linter cannot see."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.template.loader import get_template

from govgrid.permissions import RULES
from grids.roles import ROLES

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("govgrid", "grids", "tickets", "members", "consultations")
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CONTRACT = next(
    one
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    if one["name"].startswith("Rooms")
)
FLOORS = [re.findall(r"\w+", floor) for floor in CONTRACT["layers"]]
ROOMS = {room for floor in FLOORS for room in floor}
# Forms and all beneath them.
BELOW_VIEWS = {room for floor in FLOORS[FLOORS.index(["forms"]) :] for room in floor}
# Read by Django alone.
NO_FLOOR = {"__init__", "apps", "migrations"}


def room_of(path: Path) -> str:
    """tickets/forms/board.py is in the room of forms, not of the board."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    depth = 2 if parts[0] == "govgrid" else 1
    return parts[depth] if len(parts) > depth else ""


ACTIONS = [
    p
    for p in SOURCES
    if p.stem in {"actions", "gallery", "rulebook"} or p.parts[-2:] == ("actions", "__init__.py")
]
BELOW = [p for p in SOURCES if room_of(p) in BELOW_VIEWS]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def text_of_everything() -> str:
    return "\n".join(path.read_text() for path in [*SOURCES, *TEMPLATES])


def test_roles_name_only_permissions_that_have_a_rule():
    named = {p for role in ROLES.values() for p in role.over_area | role.in_department}
    assert named <= set(RULES)


def test_every_permission_asked_for_has_a_rule():
    asked = set(re.findall(r'has_perm\(\s*"([\w.]+)"', text_of_everything()))
    assert asked
    assert asked <= set(RULES)


@pytest.mark.parametrize("path", ACTIONS, ids=module_of)
def test_every_action_says_by_whom(path):
    module = import_module(module_of(path))
    wrong = [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__)
        and not name.startswith("_")
        and name not in EXEMPT
        and _kind_of_by(function) is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert wrong == []


# What reads only, and what the system alone does.
EXEMPT = {
    *("fire", "lock", "log", "holder_of"),
    *("route", "fire_clocks", "recompute_clocks", "owe", "owe_all", "digest_of", "use_code"),
    *(
        "take_effect",
        "roll_up",
        "resume_suspended",
        "tally_levels",
        "redden_cards",
        "take_up_reds",
        "event_of",
        "said_of",
        "of_cards",
        "of_move",
    ),
}


def _kind_of_by(function):
    by = inspect.signature(function).parameters.get("by")
    return by.kind if by else None


@pytest.mark.parametrize("path", BELOW, ids=module_of)
def test_nothing_below_the_views_speaks_http_or_templates(path):
    tree = ast.parse(path.read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outer = ("django.http", "django.shortcuts")
    assert not {m for m in modules if m and (m.startswith(outer) or ".templatetags" in m)}


@pytest.mark.parametrize(
    "app", ["grids", "tickets", "consultations", "members", "govgrid/worktime"]
)
def test_every_room_has_its_floor(app):
    rooms = {room_of(p) for p in SOURCES if p.is_relative_to(ROOT / app)}
    assert rooms <= ROOMS | NO_FLOOR


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_nobody_listens_to_signals_or_swallows_everything(path):
    source = path.read_text()
    assert "@receiver" not in source
    assert not re.search(r"except (Base)?Exception\b", source)


def test_every_task_woken_by_name_is_registered():
    current_app.loader.import_default_modules()
    woken = set(re.findall(r'(?:wake|wake_once|work_off)\(\s*"([\w.]+)"', text_of_everything()))
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert woken
    assert woken | scheduled <= set(current_app.tasks)


def test_tasks_take_ids_and_nothing_else():
    current_app.loader.import_default_modules()
    ours = [t for name, t in current_app.tasks.items() if name.startswith(PACKAGES)]
    assert ours
    for task in ours:
        parameters = inspect.signature(task.run).parameters.values()
        assert all(p.name.endswith(("_id", "_ids")) for p in parameters), task.name


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_history_of_migrations_is_linear():
    for package in PACKAGES:
        for folder in (ROOT / package).rglob("migrations"):
            numbers = sorted(path.stem[:4] for path in folder.glob("0*.py"))
            assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)], folder


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_every_template_compiles_and_is_used(path):
    name = str(path.relative_to(ROOT / "templates"))
    get_template(name)
    # Django finds these by name.
    if path.parent == ROOT / "templates" and re.fullmatch(r"\d{3}(_csrf)?\.html", path.name):
        return
    users = [p for p in [*SOURCES, *TEMPLATES] if p != path]
    assert any(name in one.read_text() for one in users), f"{name} is used nowhere"


def test_a_new_table_comes_with_its_indexes_and_constraints():
    """Each operation by itself costs a state of all models: see ADR 43."""
    apart = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        whole = set()
        for one in migration.operations if migration.__module__.startswith(PACKAGES) else ():
            model = getattr(one, "model_name", "").lower()
            if isinstance(one, migrations.CreateModel):
                whole.add(one.name.lower())
            elif isinstance(one, (migrations.AddIndex, migrations.AddConstraint)):
                apart += [f"{app}.{name}: {model}"] * (model in whole)
            else:
                # What is said of a field can be said after it alone, and SQL may say anything.
                whole -= {model} if model else whole
    assert apart == []


def test_no_module_is_too_long_to_read():
    long = {module_of(p): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_the_readme_names_every_setting():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "govgrid/settings.py").read_text()))
    table = (ROOT / "README.md").read_text().partition("## Configuration")[2].partition("\n## ")[0]
    first_cells = " ".join(line.split("|")[1] for line in table.splitlines() if line[:1] == "|")
    assert read
    assert read == set(re.findall(r"`(\w+)`", first_cells))


def test_the_checks_above_see_rooms_that_became_packages():
    assert {"grids.actions", "tickets.actions"} <= {module_of(p) for p in ACTIONS}
    assert {"tickets.models.ticket", "grids.actions.posts"} <= {module_of(p) for p in BELOW}


def test_a_bad_environment_stops_the_boot(tmp_path):
    # A folder of its own: where script/server ran, var/env would bring all that is missing.
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "VAR_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", "import govgrid.settings"],
        env=env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode != 0
    assert "SECRET_KEY" in run.stderr
