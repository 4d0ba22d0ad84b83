"""The demo's roster: as many as the district has, made up, and held like any other."""

import time

import pytest
from django.db import connection

from govgrid.home.demo import roster as demo
from govgrid.home.demo.ground import Ground
from govgrid.privacy.models import Consent
from members import roster
from members.management.commands.load_specialties import Command
from members.models import Batch, Invitation, Member, Sealed
from members.workflow.roster import Purpose
from tests.factories.grids import build_town, holder
from tests.factories.members import notice

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def ground():
    town = build_town()
    holder("roster_admin", area=town.district, username="roster")
    holder("member", area=town.district, username="member")
    for key in Purpose:
        if key != Purpose.AFFILIATION:
            notice(key)
    areas = [town.district, *town.streets, *town.communities]
    return Ground(areas={one.code: one for one in areas})


def test_it_has_896_members_with_consents_in_some_seconds(ground):
    began = time.monotonic()
    demo.enrol(ground, 7)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    # Three on an idle machine; on a busy one nobody is to be told a fault.
    assert time.monotonic() - began < 60

    assert Member.objects.on_roster().count() == demo.MEMBERS
    assert Member.objects.on_roster().fresh().count() == demo.MEMBERS
    assert Member.objects.get(user__username="member").name == "曾志远"
    assert not Member.objects.on_roster().exclude(consent__purpose_key="roster").exists()
    assert Consent.objects.filter(purpose_key="roster-listed").count() == (
        Member.objects.listed().count()
    )
    assert Invitation.objects.open().count() == demo.INVITED
    assert Sealed.objects.count() > 250
    assert [one.is_open for one in Batch.objects.order_by("pk")] == [False, True]
    keeper = Batch.objects.first().made_by
    first = roster.ordered(roster.within_reach(keeper), "stroke").first()
    assert first.name[0] == "丁"
    last = roster.ordered(roster.within_reach(keeper), "pinyin").last()
    assert last.pinyin.startswith("z")


def test_another_round_of_specialties_adds_nothing(capsys):
    Command().handle(verbosity=1)
    Command().handle(verbosity=1)
    assert capsys.readouterr().out.splitlines()[-1] == "0 specialties were added."
