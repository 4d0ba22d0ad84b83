"""What the database holds of the roster, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.privacy.actions import withdraw_consent
from govgrid.privacy.models import Consent
from members import queries
from members.models import Association, Member, Sealed
from members.workflow.network import BODY_ONLY
from members.workflow.roster import MemberState
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, build_town
from tests.factories.members import (
    AssociationFactory,
    LiaisonFactory,
    MemberFactory,
    StationFactory,
    agree,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def community(town):
    return town.communities[0]


def at_once(doing=None):
    """What is checked at the end of the transaction, now."""
    with transaction.atomic(), connection.cursor() as cursor:
        if doing:
            doing()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("state", ["applied", "active", "paused"])
def test_r1_nobody_is_held_without_a_consent(community, state):
    with pytest.raises(IntegrityError, match="member_held_by_consent"):
        MemberFactory(area=community, state=state, consent=None)


def test_r1_a_consent_that_is_withdrawn_ends_with_the_member_or_not_at_all(community):
    member = MemberFactory(area=community)
    at_once()

    with pytest.raises(IntegrityError, match="live consent"):
        at_once(lambda: _withdrawn_by_hand(member.consent))
    assert Member.objects.get().state == MemberState.ACTIVE

    at_once(lambda: withdraw_consent(member.consent, by=member.user))
    assert Member.objects.get().state == MemberState.LEFT


def _withdrawn_by_hand(consent):
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=clock.now())


def test_r1_another_persons_consent_holds_nobody(community):
    stranger = UserFactory()
    with pytest.raises(IntegrityError, match="live consent"):
        at_once(lambda: MemberFactory(area=community, consent=agree(stranger)))


def test_r1_a_consent_to_something_else_holds_nobody(community):
    user = UserFactory()
    consent = agree(user, "roster-photos")
    with pytest.raises(IntegrityError, match="live consent"):
        at_once(lambda: MemberFactory(area=community, user=user, consent=consent))


def test_an_association_is_named_under_a_consent_of_its_own(community):
    member = MemberFactory(area=community)
    with pytest.raises(IntegrityError, match="sealed_association_by_consent"):
        Sealed.objects.create(member=member, affiliation="association-1")


def test_r11_bodies_of_two_sectors_are_bodies_only(community):
    kinds = {s: AssociationFactory(area=community, sector=s) for s in ("commerce", *BODY_ONLY)}

    assert [s for s, one in kinds.items() if one.is_body_only] == [*BODY_ONLY]
    assert not [f for f in Association._meta.get_fields() if f.related_model in {Member, Sealed}]


def test_rows_and_rules_agree(town):
    community, other = town.communities[:2]
    station = StationFactory(area=other)
    there = MemberFactory(area=community)
    guest = MemberFactory(area=community, station=station)
    elsewhere = MemberFactory(area=other, state=MemberState.PAUSED)
    MemberFactory(area=community, state=MemberState.APPLIED)
    people = [
        PostFactory(user=UserFactory(), role="roster_admin", area=community).user,
        PostFactory(user=UserFactory(), role="community_officer", area=community).user,
        LiaisonFactory(station=station).user,
        there.user,
        guest.user,
        elsewhere.user,
        UserFactory(),
    ]
    for person in people:
        rows = set(queries.visible(person).values_list("pk", flat=True))
        rules = {m.pk for m in Member.objects.all() if person.has_perm("members.view", m)}
        assert rows == rules, person
    assert queries.visible(people[0]).count() == 3
    assert list(queries.visible(people[2])) == [guest]
    assert list(queries.visible(people[6])) == []
