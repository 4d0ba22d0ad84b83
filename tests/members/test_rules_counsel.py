"""Rules of participation.md that hold for the whole roster: no rank of persons, no input below."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from consultations.lists import LISTS
from govgrid.privacy import absence
from members import figures

ROOT = Path(settings.BASE_DIR)
BELOW = ("tickets", "consultations", "grids")
# Permissions are strings, which it lists for the apps above it.
POLICY = ROOT / "grids/roles.py"
SHARED = ("privacy", "outbox", "worktime", "accounts", "gateways", "core")
TABLES = [model._meta.db_table for model in apps.get_app_config("members").get_models()]
A_TABLE = re.compile(rf"\b(?:{'|'.join(TABLES)})\b")
# Fields that are about a person's standing among others.
RANKING = re.compile(
    r"\b(rank(s|ing|ed)?|streaks?|leader_?boards?|top_(members|persons|people)|"
    r"(person|member)_?scores?|score_of|stars?_of|level_of_member|medals?|badges?_of)\b",
    re.IGNORECASE,
)
CHINESE = re.compile("排行|排名|积分榜|连续天数|排位|先进榜|得分榜")


def sources(*roots):
    for root in roots:
        yield from (
            path for path in sorted((ROOT / root).rglob("*.py")) if "migrations" not in path.parts
        )


def below():
    yield from sources(*BELOW, *(f"govgrid/{one}" for one in SHARED))


# ── R34 ───────────────────────────────────────────────────────────────────────────────────────


def names_the_roster(path):
    """By import, by a table in SQL, or by a relation that is followed upwards."""
    text = path.read_text()
    yield from A_TABLE.findall(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "members":
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == "members")
        elif path == POLICY:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"^members?(?:__|\.)[a-z]\w*", node.value)


@pytest.mark.slow
def test_r34_nothing_below_reads_the_roster():
    """Tickets' priority, forecasts, appraisal and exports are all made below."""
    looked_at = list(below())
    assert len(looked_at) > 300
    assert {str(path): found for path in looked_at if (found := list(names_the_roster(path)))} == {}


@pytest.mark.parametrize("app", BELOW)
def test_r34_no_column_below_points_at_the_roster(app):
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.concrete_fields:
            related = field.related_model
            assert related is None or related._meta.app_label != "members", field


def test_r34_migrations_below_name_no_table_of_the_roster():
    for app in BELOW:
        for path in sorted((ROOT / app / "migrations").glob("0*.py")):
            text = path.read_text()
            assert A_TABLE.findall(text) == [], path


def test_r34_no_list_or_export_below_has_a_column_of_the_roster():
    columns = {column.name for listed in LISTS.values() for column in listed.columns}
    assert not {name for name in columns if re.search("member|roster|counsel|claim_by", name)}


def test_r34_the_contract_stands():
    text = (ROOT / "pyproject.toml").read_text()
    layers = text[text.index('name = "Apps depend downwards"') :]
    order = re.findall(r'"(members|consultations|tickets|grids)",', layers)
    assert order[:4] == ["members", "consultations", "tickets", "grids"]


# ── R27, R28 ──────────────────────────────────────────────────────────────────────────────────


def test_r27_no_model_of_the_roster_ranks_persons():
    for model in apps.get_app_config("members").get_models():
        for field in model._meta.get_fields():
            assert not RANKING.search(field.name), f"{model.__name__}.{field.name}"
            words = str(getattr(field, "verbose_name", ""))
            assert not RANKING.search(words), words


def code_of(path):
    """The names that a module uses, without what its comments say that there is not."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.arg, ast.keyword)):
            yield node.arg or ""


# The place of a panel on a page, of the framework's.
ALLOWED = {"rank"}


@pytest.mark.slow
def test_r27_no_code_of_the_roster_ranks_persons():
    ranks = {
        str(path): found
        for path in sources("members", "govgrid/api")
        if (found := {name for name in code_of(path) if RANKING.search(name)} - ALLOWED)
    }
    assert ranks == {}


def test_r28_no_page_of_the_roster_shows_a_ranking():
    pages = [*(ROOT / "templates/members").rglob("*.html"), *(ROOT / "static/members").rglob("*")]
    assert pages
    for path in pages:
        if path.is_file() and path.suffix in {".html", ".css", ".js"}:
            text = path.read_text()
            assert not RANKING.search(text), path
            assert not CHINESE.search(text), path


def test_r28_no_figure_counts_a_person_at_a_time():
    for table in figures.tables():
        assert not re.search("person|name|serial", table.name)
        assert not absence.is_forbidden(table.name)
