"""A secret vote by phone and desk: keys made in two browsers, a slip, the count, the receipt."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import expect

from consultations import actions
from consultations.models import BallotKey, Vote
from govgrid.worktime.models import ClockShift
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories import consultations as made
from tests.factories.grids import build_town, holder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def move_clock(settings, monkeypatch, transactional_db):
    monkeypatch.setenv("TEST_CLOCK", "1")
    settings.TEST_CLOCK = True

    def move(moment):
        shift = moment - timezone.now()
        ClockShift.objects.update_or_create(id=1, defaults={"shift": shift})

    return move


@pytest.fixture
def table(move_clock):
    town = build_town()
    platform = made.PlatformFactory(code="c11", name="营盘社区协商议事会", area=town.communities[0])
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    people = {
        "convenor": made.sitting(platform, "convenor", username="convenor", **secret),
        "recorder": made.sitting(platform, "recorder", username="recorder", **secret),
        "first": made.sitting(platform, "member", username="first", **secret),
        "second": made.sitting(platform, "expert", username="second", **secret),
        "voter": holder("resident", area=town.grids[0], username="voter", **secret),
    }
    officer = holder("community_officer", area=town.communities[0])
    made.living(town.grids[0], "1-1-101", by=officer, user=people["voter"])
    return platform, people


def hand_in(page, name, place):
    sign_in(page, name, place)
    page.get_by_role("button", name="Make a key in this browser").click()
    expect(page.locator("[data-gg-ballot-made]")).to_be_visible()
    private = page.locator("[data-gg-ballot-private]").inner_text()
    no_sideways_scroll(page)
    with page.expect_navigation():
        page.get_by_role("button", name="I have it: hand in the other half").click()
    return private


def test_a_secret_vote_with_two_scrutineers(table, open_page, move_clock):
    platform, people = table
    begun = timezone.now() - timedelta(minutes=1)
    ballot = made.ballot(
        platform, by=people["convenor"], is_secret=True, by_scrutineers=True, opens_at=begun,
        closes_at=begun + timedelta(days=2),
    )  # fmt: skip
    desk = f"/consultations/ballots/{ballot.pk}/desk/"
    keys = [hand_in(open_page(PHONE), name, desk) for name in ("first", "second")]
    assert list(BallotKey.objects.values_list("made", flat=True)) == ["browser", "browser"]
    actions.announce_ballot(ballot, by=people["convenor"])

    phone = open_page(PHONE)
    sign_in(phone, "voter", ballot.get_absolute_url())
    no_sideways_scroll(phone)
    phone.get_by_label("同意", exact=True).check()
    phone.get_by_role("button", name="Cast my vote").click()
    expect(phone.locator("#cast-title")).to_contain_text("Your vote is in.")
    receipt = phone.locator(".ballot__code").inner_text()
    no_sideways_scroll(phone)
    assert Vote.objects.get().choices == []

    move_clock(ballot.closes_at + timedelta(minutes=1))
    actions.fire_ballots(by=None)
    recorder = open_page(DESK)
    sign_in(recorder, "recorder", desk)
    recorder.get_by_label("The first scrutineer's key").fill(keys[1])
    recorder.get_by_label("The second's key").fill(keys[0])
    with recorder.expect_navigation():
        recorder.get_by_role("button", name="Count and publish").click()
    expect(recorder.locator("#result")).to_contain_text("It has passed.")

    anybody = open_page(PHONE)
    anybody.goto(ballot.get_absolute_url())
    anybody.get_by_label("Your receipt").fill(receipt)
    anybody.get_by_role("button", name="Look for it").click()
    expect(anybody.locator("#receipts")).to_contain_text("Your slip was counted.")
    no_sideways_scroll(anybody)
