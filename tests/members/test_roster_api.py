"""The roster over REST: what everybody may see, one's own, and answering an invitation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.privacy.models import Consent
from members import actions
from members.models import Member, Sealed
from members.workflow.network import BODY_ONLY
from members.workflow.roster import Purpose
from tests.factories.accounts import UserFactory, bearer
from tests.factories.grids import build_town, holder
from tests.factories.joining import PHONE, agreed, assess, somebody
from tests.factories.members import (
    AssociationFactory,
    MemberFactory,
    SpecialtyFactory,
    StationFactory,
    agree,
    notice,
)

pytestmark = pytest.mark.django_db

MEMBERS = "/api/v1/members/"
ME = f"{MEMBERS}me/"


@pytest.fixture
def town():
    assess()
    return build_town()


@pytest.fixture
def as_(api):
    def sign_in(user):
        api.credentials(HTTP_AUTHORIZATION=bearer(user))
        return api

    return sign_in


def listed(town, **more):
    user = UserFactory()
    agree(user, Purpose.LISTED)
    return MemberFactory(area=town.communities[0], user=user, is_listed=True, **more)


def test_r20_everybody_sees_the_listed_and_nothing_else_of_them(as_, town):
    law = SpecialtyFactory(name="劳动法")
    listed(town, name="曾志远", display_name="曾律师", skills=[law], work_phone="0717")
    MemberFactory(area=town.communities[0])
    rows = as_(UserFactory()).get(MEMBERS).json()["results"]
    assert rows == [
        {
            "display_name": "曾律师",
            "specialties": [{"code": law.code, "name": "劳动法"}],
            "station": None,
        }
    ]
    assert as_(UserFactory()).get(f"{MEMBERS}?association=x").status_code == 400
    assert as_(UserFactory()).get(f"{MEMBERS}?specialty=none").status_code == 400
    elsewhere = as_(UserFactory()).get(f"{MEMBERS}?area={town.communities[1].code}")
    assert elsewhere.json()["results"] == []


def test_the_list_takes_as_many_statements_for_three_as_for_one(as_, town):
    counts = []
    api = as_(UserFactory())
    for more in (1, 2):
        for _n in range(more):
            listed(town, skills=[SpecialtyFactory()])
        with CaptureQueriesContext(connection) as seen:
            api.get(MEMBERS)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_one_sees_and_changes_the_own_entry_alone(as_, town):
    one = MemberFactory(area=town.communities[0], name="曾志远")
    MemberFactory(area=town.communities[0], name="王芳")
    law, station = SpecialtyFactory(), StationFactory(area=town.communities[0])
    api = as_(one.user)
    assert api.get(ME).json()["name"] == "曾志远"
    sent = {"specialties": [law.code], "station": station.code, "phone": "138 1234 5678"}
    whole = api.patch(ME, sent, format="json").json()
    assert whole["sealed"] == ["phone"]
    assert PHONE not in str(whole)
    assert [some["code"] for some in whole["specialties"]] == [law.code]
    assert api.patch(ME, {"phone": ""}, format="json").json()["sealed"] == []
    for wrong in ({"name": ""}, {"state": "active"}, {"phone": "12"}, {"specialties": ["x"]},
                  {"offer": "身份证 110101199003077475"}, {"is_listed": True}):  # fmt: skip
        assert api.patch(ME, wrong, format="json").status_code == 400, wrong
    assert as_(UserFactory()).get(ME).status_code == 404
    assert Member.objects.get(name="王芳").version == 0


def test_switches_and_leaving(as_, town):
    one = MemberFactory(area=town.communities[0])
    shown = notice(Purpose.LISTED)
    api = as_(one.user)
    address = f"{ME}consents/roster-listed/"
    assert api.put(address, {"notice": shown.pk}, format="json").json()["is_listed"] is True
    assert api.put(address, {"notice": shown.pk + 999}, format="json").status_code == 409
    assert api.delete(address).json()["is_listed"] is False
    assert api.delete(f"{ME}consents/other/").status_code == 404
    assert api.post(f"{ME}pause/").json()["state"] == "paused"
    assert api.post(f"{ME}pause/").status_code == 409
    assert api.post(f"{ME}resume/").json()["state"] == "active"
    assert api.post(f"{ME}leave/").json()["state"] == "left"
    assert api.post(f"{ME}leave/").json()["state"] == "left"
    assert not Consent.objects.of(user=one.user).live().exists()
    assert api.patch(ME, {"name": "x"}, format="json").status_code == 409


@pytest.mark.parametrize("sector", sorted(BODY_ONLY))
def test_r11_nobody_is_linked_to_a_body_over_rest(as_, town, sector):
    one = MemberFactory(area=town.communities[0])
    body = AssociationFactory(area=town.district, sector=sector)
    other = AssociationFactory(area=town.district)
    asked = notice(Purpose.AFFILIATION)
    address = f"{ME}consents/roster-affiliation/"
    sent = {"notice": asked.pk, "association": body.code}
    answer = as_(one.user).put(address, sent, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "body_only")
    assert not Sealed.objects.exists()
    assert as_(one.user).put(address, {"notice": asked.pk}, format="json").status_code == 400
    whole = as_(one.user).put(address, {**sent, "association": other.code}, format="json").json()
    assert whole["sealed"] == ["affiliation"]
    assert other.code not in str(whole)


def test_r2_a_link_is_answered_by_who_is_signed_in_and_by_nobody_for_another(as_, town):
    keeper = holder("roster_admin", area=town.district)
    token = actions.invite([somebody()], area=town.communities[0], by=keeper).links[0].token
    user = UserFactory()
    notice()
    address = f"{MEMBERS}join/{token}/"
    asked = as_(user).get(address).json()
    assert asked["area"]["code"] == town.communities[0].code
    sent = {"name": "曾志远", "is_grown_up": True, "agreed": agreed()}
    assert as_(user).post(address, {**sent, "agreed": {}}, format="json").status_code == 409
    assert as_(user).post(address, {**sent, "user": 1}, format="json").status_code == 400
    done = as_(user).post(address, sent, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "active")
    assert as_(user).post(address, sent, format="json").status_code == 200
    assert Member.objects.get().user == user
    other = UserFactory()
    for link in (address, f"{MEMBERS}join/never-was/"):
        assert as_(other).get(link).status_code == 404
        assert as_(other).post(link, sent, format="json").status_code == 404
