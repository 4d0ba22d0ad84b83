"""The back office of the roster and of privacy: every list opens, and codes are put in words."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from members.models import FigureRow, MemberEvent, NetworkEvent
from tests.factories import counsel as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db
LISTED = [
    model
    for app in ("members", "privacy")
    for model in apps.get_app_config(app).get_models()
    if model in admin.site._registry
]


@pytest.fixture
def office(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.label)
def test_every_list_opens(office, model):
    page = office.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    assert page.status_code == 200


def test_what_happened_is_said_and_not_spelt(office):
    town = build_town()
    member = MemberFactory(area=town.communities[0])
    counsel = made.submitted(member)
    MemberEvent.objects.create(member=member, verb="applied", by=member.user)
    row = FigureRow.objects.create(
        area=town.district, quarter="2026-07-01", table="members-town", position=0, shown=15
    )
    said = {
        counsel: ["Handed in", "What was done"],
        member: [member.serial],
        member.events.get(): [member.serial, "Applied"],
        row: ["Members by town"],
    }
    for one, words in said.items():
        meta = one._meta
        page = office.get(reverse(f"admin:members_{meta.model_name}_change", args=[one.pk]))
        assert page.status_code == 200
        assert not [word for word in words if word not in page.content.decode()]


def test_an_event_of_the_network_is_in_words(office):
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    event = NetworkEvent.objects.create(
        subject="unit:u1", verb="make", by=keeper, role="roster_admin", data={}
    )
    page = office.get(reverse("admin:members_networkevent_change", args=[event.pk]))
    shown = page.content.decode()
    assert "Made" in shown
    assert "roster_admin" not in shown
