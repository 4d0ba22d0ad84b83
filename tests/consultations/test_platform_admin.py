"""The back office reads platforms, plans, rounds and the ledger; nothing is written there."""

from datetime import timedelta
from decimal import Decimal

import pytest

from consultations import actions
from consultations.actions.bookkeeping import Line
from consultations.actions.pooling import Item
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

NAMES = ("platform", "plan", "pool", "theme", "cohosting", "entry")


@pytest.fixture
def office(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("name", NAMES)
def test_lists_open_and_nothing_is_added(office, name):
    assert office.get(f"/admin/consultations/{name}/").status_code == 200
    assert office.get(f"/admin/consultations/{name}/add/").status_code == 403


def test_what_there_is_is_read(office, town, platform, people):
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    line = Line("money", "given", Decimal(5), "yuan", clock.today(), "护栏", giver="张老板")
    entry, _new = actions.enter_line(topic, line, by=people["recorder"])
    pool = actions.begin_pool(town.streets[0], "选题", by=people["area_convenor"])
    actions.set_items(pool, [Item("护栏", "要护栏")], by=people["area_convenor"])
    actions.publish_pool(
        pool, by=people["area_convenor"], closes_at=clock.now() + timedelta(days=1)
    )
    for name, one in (("platform", platform), ("pool", pool), ("entry", entry)):
        at = f"/admin/consultations/{name}/{one.pk}"
        page = office.get(f"{at}/change/")
        assert page.status_code == 200
        assert "张老板" not in page.text
        assert office.post(f"{at}/delete/", {"post": "yes"}).status_code == 403
