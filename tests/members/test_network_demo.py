"""The demo's network has the sizes that the report of a real district had."""

import pytest

from govgrid.core import clock
from govgrid.home.demo import geography, ground, network, people, registers
from members.models import OrganisationFacts, Station
from members.report import report
from members.workflow.units import Quarter


@pytest.mark.django_db
@pytest.mark.slow
def test_the_figures_of_the_demo():
    laid = ground.lay(geography.draw(60, 7), 7)
    registers.enter(laid, 7)
    people.seat(laid, 7)
    network.lay(laid, 7)
    said = report(laid.district, Quarter.of(clock.today()))
    assert (said.bodies, said.posts, said.vacant) == (26, 13, 1)
    assert (said.liaisons, said.to_renew) == (201, 4)
    kinds = [Station.objects.filter(kind=one).count() for one in ("studio", "home", "salon")]
    assert kinds[0] == 270
    assert sum(kinds) == 585
    assert Station.objects.filter(kind="base").count() > 50
    assert Station.objects.filter(kind="station").count() == 201
    assert OrganisationFacts.objects.values("of_class").distinct().count() == 10
