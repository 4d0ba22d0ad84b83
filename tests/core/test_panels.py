"""Lower pages show upper facts."""

import pytest

from govgrid.core import panels
from govgrid.core.panels import Panel


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(panels, "_makers", panels.defaultdict(list))


def test_a_place_shows_what_was_registered_for_it():
    panels.register("grids.area", lambda request, obj: Panel("a.html", {"of": obj}))
    panels.register("grids.area", lambda request, obj: None)
    panels.register("elsewhere", lambda request, obj: Panel("b.html", {}))

    assert panels.panels_for("grids.area", None, "G1") == [Panel("a.html", {"of": "G1"})]


def test_registering_twice_shows_once():
    def maker(request, obj):
        return Panel("a.html", {})

    panels.register("p", maker)
    panels.register("p", maker)

    assert len(panels.panels_for("p", None, None)) == 1


def test_asking_for_an_unknown_place_leaves_no_trace():
    assert panels.panels_for("nowhere", None, None) == []
    assert "nowhere" not in panels._makers
