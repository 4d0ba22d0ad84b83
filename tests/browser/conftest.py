"""Debian's Chromium against the real processes: web, worker, beat, Redis, PostGIS."""

import os
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.stage import PATIENCE

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1920, "height": 1080}


@pytest.fixture(scope="session")
def chromium():
    # Playwright's own loop runs in this thread; Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # By itself it gives up after five seconds, whatever the context's patience is.
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=FLAGS,
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def stage(stage):
    """All processes, running."""
    stage.redis()
    stage.web()
    stage.worker()
    stage.beat()
    return stage


@pytest.fixture
def open_page(chromium, stage):
    """``open_page(PHONE)`` gives a page of a new visitor; an error in its script fails the test."""
    contexts, faults = [], []

    def opened(size, **options):
        context = chromium.new_context(
            viewport=size,
            locale="en-GB",
            timezone_id="Asia/Shanghai",
            base_url=stage.url,
            **options,
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                faults.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
