"""The roster switched off by one setting: nothing of it is to be found, everything below works."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.slow

ASKED = """
import json
import django
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
settings.ALLOWED_HOSTS = ["testserver"]
django.setup()
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse
from consultations.lists import registry as lists
from govgrid.core import panels
from govgrid.home import desk
from govgrid.privacy import retention

client = Client()
paths = ["/members/counsel/", "/members/grants/", "/members/figures/", "/members/visits/",
         "/members/", "/api/v1/members/counsels/", "/api/v1/members/grants/",
         "/consultations/", "/login/", "/healthz", "/api/v1/schema/?format=json"]
said = {path: client.get(path).status_code for path in paths}
document = client.get("/api/v1/schema/?format=json").json()
try:
    reverse("members:counsels")
    is_there = True
except NoReverseMatch:
    is_there = False
print(json.dumps({
    "status": said,
    "reversed": is_there,
    "beat": [one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()],
    "panels": [one.__module__ for some in panels._makers.values() for one in some],
    "sources": [one.__module__ for one in desk.SOURCES],
    "admin": [model._meta.app_label for model in admin.site._registry],
    "document": list(document["paths"]),
    "retention": retention.names(),
    "start": "/members/" in client.get("/").content.decode(),
    "lists": [one.rows.__module__ for one in lists.LISTS.values()],
}))
"""


def asked(**env):
    """A process of its own, since addresses and panels are made once at the start."""
    # The database that this test runs on, whatever its name is.
    db = connection.settings_dict
    url = f"postgis://{db['USER']}:{db['PASSWORD']}@{db['HOST'] or 'localhost'}:{db['PORT'] or 5432}/{db['NAME']}"
    where = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "govgrid.settings", **env}
    run = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=settings.BASE_DIR, env=os.environ | where,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def of_members(names):
    return [one for one in names if "members" in one]


@pytest.mark.django_db(transaction=True)
def test_switched_off_nothing_of_the_roster_is_to_be_found():
    off = asked(MEMBERS_ENABLED="0")
    there = {path: status for path, status in off["status"].items() if "members" in path}
    assert set(there.values()) <= {404, 401}, there
    assert not off["reversed"]
    assert not off["start"]
    for name in ("beat", "panels", "sources", "admin", "document", "lists"):
        assert of_members(off[name]) == [], name
    # What is held must still be erased.
    assert "members.counsel" in off["retention"]
    below = {path: status for path, status in off["status"].items() if "members" not in path}
    assert set(below.values()) == {200}, below


@pytest.mark.django_db(transaction=True)
def test_switched_on_it_is_there():
    on = asked(MEMBERS_ENABLED="1")
    assert on["status"]["/members/counsel/"] == 200
    assert on["reversed"]
    assert on["start"]
    for name in ("beat", "panels", "sources", "admin", "document", "lists"):
        assert of_members(on[name]), name


@pytest.mark.parametrize("is_on", ["0", "1"])
def test_the_project_checks_itself_either_way(is_on):
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR, env=os.environ | {"MEMBERS_ENABLED": is_on},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
