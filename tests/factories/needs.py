"""A town with people who ask, members who can help, and who serves needs there."""

from types import SimpleNamespace
from uuid import uuid4

from django.contrib.gis.geos import Point

from grids.models import WGS84
from members import actions
from members.actions import Asking
from members.workflow.roster import Purpose
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import (
    LiaisonFactory,
    MemberFactory,
    SpecialtyFactory,
    StationFactory,
    agree,
    notice,
)


def build_roster():
    """法律 › 劳动法; a station in the first community with two lawyers, a gardener further off."""
    town = build_town()
    law = SpecialtyFactory(code="law", name="法律")
    labour = SpecialtyFactory(code="law-labour", name="劳动法", parent=law)
    garden = SpecialtyFactory(code="garden", name="园艺")
    near = StationFactory(
        code="near", area=town.communities[0], location=Point(111.005, 30.005, srid=WGS84)
    )
    far = StationFactory(
        code="far", area=town.communities[2], location=Point(111.045, 30.005, srid=WGS84)
    )
    common = {"area": town.communities[0], "station": near}
    return SimpleNamespace(
        town=town,
        law=law,
        labour=labour,
        garden=garden,
        near=near,
        far=far,
        lawyer=MemberFactory(**common, skills=[labour], work_phone="0717-1234567"),
        branch=MemberFactory(**common, skills=[law]),
        distant=MemberFactory(area=town.communities[2], station=far, skills=[labour]),
        gardener=MemberFactory(**common, skills=[garden]),
        resident=holder("resident", area=town.grids[0]),
        neighbour=holder("resident", area=town.grids[1]),
        officer=holder("community_officer", area=town.communities[0]),
        other_officer=holder("community_officer", area=town.communities[2]),
        admin=holder("roster_admin", area=town.district),
        liaison=LiaisonFactory(station=near).user,
        other_liaison=LiaisonFactory(station=far).user,
        head=holder("street_head", area=town.streets[0]),
        stranger=UserFactory(),
        contact_notice=notice("need-contact", retention_days=30),
    )


def asking(roster, **more) -> Asking:
    content = {
        "client_id": uuid4(),
        "title": "晚间法律咨询",
        "body": "想问问劳动合同到期怎么办",
        "area": roster.town.communities[0],
        "specialty": roster.labour,
        **more,
    }
    return Asking(**content)


def asked(roster, *, by=None, **more):
    return actions.ask(asking(roster, **more), by=by or roster.resident)[0]


WITH_CONTACT = {"name": "王先生", "phone": "13912345678", "agrees_contact": True}


def accepted(roster, *, need=None, member=None, **more):
    """A need with one accepted claim."""
    need = need or asked(roster, **more)
    member = member or roster.lawyer
    claim = actions.claim_need(need, by=member.user, plan="周三晚上")
    return actions.accept_claim(claim, by=need.asker or need.entered_by)


def confirmed(roster, *, minutes=120, **more):
    claim = accepted(roster, **more)
    actions.report_service(claim, by=claim.member.user, minutes=minutes, result="讲了两小时")
    owner = claim.need.asker or claim.need.entered_by
    return actions.confirm_need(claim.need, by=owner, score=5, thanks="谢谢")


def shows_contact(member):
    return agree(member.user, Purpose.CONTACT)
