"""The quarter's report of the network, as the roster's administrator reads it: counts and no names."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import expect

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo import geography, ground, network, people, registers
from members.models import PostTerm
from members.workflow.units import Quarter
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_bodies_posts_and_liaison_officers_are_counted_and_nobody_is_named(
    transactional_db, open_page
):
    laid = ground.lay(geography.draw(60, 7), 7)
    registers.enter(laid, 7)
    people.seat(laid, 7)
    network.lay(laid, 7)
    secret = make_password(PASSWORD, hasher=Argon2PasswordHasher())
    User.objects.filter(username="roster").update(password=secret, language="en")
    report = f"/members/network/report/?quarter={Quarter.of(clock.today())}"
    holders = set(PostTerm.objects.values_list("holder__name", flat=True))
    assert len(holders) > 10

    for shape in (DESK, PHONE):
        page = open_page(shape)
        sign_in(page, "roster", "/members/network/")
        page.goto(report)
        told = page.locator(".network-sentence")
        expect(told).to_contain_text("26")
        expect(told).to_contain_text("201")
        numbers = "".join(c if c.isdigit() else " " for c in told.inner_text()).split()
        assert numbers == ["26", "13", "1", "201", "4"]
        text = page.locator("#main").inner_text()
        assert not [name for name in holders if name in text]
        no_sideways_scroll(page)
