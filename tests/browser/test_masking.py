"""What was opened is shown for some minutes, and not again by going back."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

SCRIPT = Path(settings.BASE_DIR) / "static/core/page.js"
PART = '<dl id="opened" data-gg-mask="300" data-gg-masked="Hidden again.">13812345678</dl>'

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    one = context.new_page()
    one.clock.install(time=0)
    # Else the seconds that a busy machine takes would count as well.
    one.clock.pause_at(3600)
    one.set_content(PART)
    one.add_script_tag(path=SCRIPT)
    yield one
    context.close()


def test_r16_what_was_opened_is_hidden_after_five_minutes(page):
    page.clock.run_for(299_000)
    expect(page.locator("body")).to_contain_text("13812345678")

    page.clock.run_for(2_000)

    expect(page.get_by_role("status")).to_have_text("Hidden again.")
    assert "13812345678" not in page.content()


def test_r16_going_back_does_not_show_it_again(page):
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")

    assert "13812345678" not in page.content()
