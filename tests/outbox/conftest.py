"""What the outbox's tests share."""

import pytest

from govgrid.outbox import kinds


@pytest.fixture(autouse=True)
def _one_kind(monkeypatch):
    """The tests' own kind, beside those of the apps."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register("test_moved", "Moved: %(number)s", "%(number)s went to %(place)s.")
