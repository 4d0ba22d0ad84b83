"""Which databases the benchmark makes, finds again, and leaves alone."""

from dataclasses import replace

import pytest
from django.db import connection

from benchmarks import databases
from benchmarks.databases import Unusable

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SIZE = 7


@pytest.fixture
def wanted(db):
    one = databases.recipe(grids=72, tickets=SIZE, seed=3)
    yield one
    run("DROP DATABASE IF EXISTS {} WITH (FORCE)", one.name)
    run("DROP DATABASE IF EXISTS {} WITH (FORCE)", f"{one.name}_copy")


@pytest.fixture
def loads(monkeypatch):
    """What was loaded; a row in a table stands for a city."""
    done = []

    def load(recipe):
        done.append(recipe)
        ask(recipe.name, "CREATE TABLE city (name text)")
        ask(recipe.name, "INSERT INTO city VALUES ('夷陵')")
        return 1.5

    monkeypatch.setattr(databases, "_load", load)
    return done


def run(statement, name):
    with databases.cluster() as cursor:
        cursor.execute(statement.format(name))


def ask(name, statement):
    one = databases.connect(name)
    with one, one.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else []
    one.close()
    return found


def exists(name) -> bool:
    with databases.cluster() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def test_it_lies_beside_the_configured_one_and_says_its_size(wanted):
    assert wanted.name == f"{connection.settings_dict['NAME']}_bench_{SIZE}"


def test_the_same_recipe_is_loaded_once_and_found_again(wanted, loads):
    first, second = databases.ensure(wanted), databases.ensure(wanted)

    assert loads == [wanted]
    assert (first.is_fresh, second.is_fresh) == (True, False)
    assert (first.seconds, second.seconds) == (1.5, 1.5)


@pytest.mark.parametrize("change", [{"grids": 80}, {"seed": 4}, {"migrations": "other"}])
def test_another_recipe_is_made_anew(wanted, loads, change):
    databases.ensure(wanted)
    other = replace(wanted, **change)

    assert databases.ensure(other).is_fresh
    assert loads == [wanted, other]


def test_one_whose_load_was_broken_off_is_made_anew(wanted, loads, monkeypatch):
    def interrupted(_recipe):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(databases, "_load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            databases.ensure(wanted)
    assert exists(wanted.name)

    assert databases.ensure(wanted).is_fresh


@pytest.mark.parametrize("comment", [None, "the district's own"])
def test_a_foreign_database_of_this_name_is_refused_and_left_alone(wanted, loads, comment):
    run("CREATE DATABASE {}", wanted.name)
    if comment:
        run(f"COMMENT ON DATABASE {{}} IS '{comment.replace(chr(39), chr(39) * 2)}'", wanted.name)

    with pytest.raises(Unusable, match="was not made by this command"):
        databases.ensure(wanted)
    with pytest.raises(Unusable, match="was not made by this command"):
        databases.drop(wanted.name)

    assert exists(wanted.name)
    assert loads == []


def test_a_copy_holds_the_same_and_is_gone_afterwards(wanted, loads):
    databases.ensure(wanted)
    with databases.copied(wanted.name) as copy:
        assert ask(copy, "SELECT name FROM city") == [("夷陵",)]
        ask(copy, "DELETE FROM city")

    assert not exists(copy)
    assert ask(wanted.name, "SELECT name FROM city") == [("夷陵",)]


def test_a_copy_that_a_killed_run_left_is_replaced(wanted, loads):
    databases.ensure(wanted)
    left = databases.copied(wanted.name)
    ask(left.__enter__(), "DELETE FROM city")

    with databases.copied(wanted.name) as copy:
        assert ask(copy, "SELECT name FROM city") == [("夷陵",)]


def test_dropping_what_is_not_there_is_harmless(wanted):
    databases.drop(wanted.name)
