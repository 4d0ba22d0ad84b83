"""Coming onto the roster: by the person's own act, under a consent given in it, or not at all."""

import threading
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy.models import Consent
from members import actions, roster
from members.actions import NoSuchLink
from members.models import Invitation, Member, MemberEvent, Sealed
from members.workflow.network import BODY_ONLY
from members.workflow.roster import MemberState, Purpose
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.joining import PASSWORD, assess, giving, login, somebody
from tests.factories.members import (
    AssociationFactory,
    MemberFactory,
    SpecialtyFactory,
    agree,
    notice,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    assess()
    return build_town()


@pytest.fixture
def keeper(town):
    return holder("roster_admin", area=town.district)


@pytest.fixture
def link(town, keeper):
    """A token that can be answered."""
    done = actions.invite([somebody()], area=town.communities[0], by=keeper)
    return done.links[0].token


def at_once():
    """What is checked at the end of the transaction, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# ── inviting ──────────────────────────────────────────────────────────────────────────────────


def test_who_is_invited_is_sealed_and_no_member(town, keeper):
    actions.invite([somebody(organisation="某所")], area=town.district, by=keeper)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM members_invitation i")
        raw = cursor.fetchone()[0]
    assert not {one for one in ("曾志远", "13812340000", "某所") if one in raw}
    assert not Member.objects.exists()
    assert not User.objects.filter(name="曾志远").exists()


def test_only_the_digest_of_a_link_is_kept(link):
    assert not Invitation.objects.filter(digest=link).exists()
    assert roster.invitation_of(link) is not None


@pytest.mark.parametrize("role", ["community_officer", "street_head", "resident", "auditor"])
def test_who_does_not_keep_the_roster_invites_nobody(town, role):
    with pytest.raises(PermissionDenied):
        actions.invite([somebody()], area=town.district, by=holder(role, area=town.district))
    assert not Invitation.objects.exists()


def test_nobody_invites_beyond_his_reach(town):
    keeper = holder("roster_admin", area=town.streets[1])
    with pytest.raises(PermissionDenied):
        actions.invite([somebody()], area=town.communities[0], by=keeper)


def test_r29_nobody_is_asked_before_the_assessment_is_signed():
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    call = actions.Call("招募", "看专长", 3, clock.now() + timedelta(days=3))
    asked = [
        lambda: actions.invite([somebody()], area=town.district, by=keeper),
        lambda: actions.open_batch(call, area=town.district, by=keeper),
        lambda: actions.apply(giving(), area=town.district, by=UserFactory()),
    ]
    for one in asked:
        with pytest.raises(Refused) as refused:
            one()
        assert refused.value.code == "not_assessed"


def test_who_is_asked_already_or_here_already_is_left_out_and_not_named(town, keeper, link):
    actions.answer_invitation(link, giving(phone="13812340007"), by=None, login=login())
    actions.invite([somebody(1)], area=town.district, by=keeper)

    done = actions.invite([somebody(n) for n in (1, 2, 7)], area=town.district, by=keeper)

    assert [one.who.phone for one in done.links] == ["13812340002"]
    assert done.skipped == 2


# ── answering ─────────────────────────────────────────────────────────────────────────────────


def test_r2_only_the_answer_makes_a_member(town, link):
    member = actions.answer_invitation(link, giving(Purpose.LISTED), by=None, login=login("zeng"))
    at_once()

    assert (member.state, member.area) == (MemberState.ACTIVE, town.communities[0])
    assert member.user.username == "zeng"
    assert member.user.check_password(PASSWORD)
    assert member.pinyin == "zeng zhi yuan"
    assert member.is_listed
    assert {one.purpose_key for one in Consent.objects.of(user=member.user)} == {
        "roster",
        "roster-listed",
    }
    found = Invitation.objects.get()
    assert (found.name, found.phone, found.phone_index, found.answer) == (
        None,
        None,
        None,
        "joined",
    )


def test_r7_each_purpose_has_its_own_consent_and_what_is_not_ticked_has_none(link):
    member = actions.answer_invitation(link, giving(Purpose.PHOTOS), by=None, login=login())

    given = Consent.objects.of(user=member.user).live().values_list("purpose_key", flat=True)
    assert set(given) == {"roster", "roster-photos"}
    assert not member.is_listed


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agreed": {}}, "not_agreed"),
        ({"is_grown_up": False}, "not_grown_up"),
        ({"name": "\u200b"}, "name_needed"),
    ],
)
def test_r9_nothing_is_kept_where_the_person_is_too_young_or_does_not_agree(link, changes, code):
    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link, giving(**changes), by=None, login=login())

    assert refused.value.code == code
    assert not Member.objects.exists()
    assert not User.objects.filter(username="zengzhiyuan").exists()


def test_r12_an_association_is_kept_under_the_tick_beside_it(client, town, link):
    body = AssociationFactory(area=town.district, name="某商会", code="chamber-7")
    asked, roster_notice = notice(Purpose.AFFILIATION), notice()
    address = reverse("members:join", args=[link])
    page = client.get(address).content.decode()
    assert page.count('name="agree-roster-affiliation"') == page.count('name="association"') == 1
    assert "checked" not in page

    said = {
        "name": "曾志远", "is_grown_up": "on", "agree-roster": roster_notice.pk,
        "agree-roster-affiliation": asked.pk, "association": body.code,
        "username": "zengzhiyuan", "password": PASSWORD,
    }  # fmt: skip
    client.post(address, said)
    at_once()

    member = Member.objects.get()
    assert actions.own_sealed(member, by=member.user)["affiliation"] == "某商会"
    assert Sealed.objects.get().affiliation_consent.notice == asked
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM members_sealed s")
        assert "chamber-7" not in cursor.fetchone()[0]
    assert member.events.get(verb="joined").fields == ["roster", "roster-affiliation"]


@pytest.mark.parametrize("left_out", ["agree-roster-affiliation", "association"])
def test_r7_neither_the_tick_nor_the_association_goes_for_the_other(client, town, link, left_out):
    said = {
        "name": "曾志远", "is_grown_up": "on", "agree-roster": notice().pk,
        "agree-roster-affiliation": notice(Purpose.AFFILIATION).pk,
        "association": AssociationFactory(area=town.district).code,
        "username": "zengzhiyuan", "password": PASSWORD,
    }  # fmt: skip
    del said[left_out]
    assert client.post(reverse("members:join", args=[link]), said).status_code == 400
    assert not Member.objects.exists()

    agreed_only = giving(Purpose.AFFILIATION)
    named_only = giving(association=AssociationFactory(area=town.district))
    for given in (agreed_only, named_only):
        with pytest.raises(Refused) as refused:
            actions.answer_invitation(link, given, by=None, login=login())
        assert refused.value.code == "association_needed"


def test_r29_no_association_is_asked_for_before_it_was_assessed(client, link):
    page = client.get(reverse("members:join", args=[link])).content.decode()
    assert 'name="association"' not in page
    assert "roster-affiliation" not in page


def test_specialties_stand_beneath_their_branch(client, link):
    law = SpecialtyFactory(code="zz-law", name="法律")
    SpecialtyFactory(code="aa-rent", name="租赁", parent=law)
    SpecialtyFactory(code="mm-music", name="音乐")

    page = client.get(reverse("members:join", args=[link])).content.decode()

    shown = [page.index(f"<span>{name}</span>") for name in ("音乐", "法律", "租赁")]
    assert shown == sorted(shown)


@pytest.mark.parametrize("sector", sorted(BODY_ONLY))
def test_r11_at_the_door_too_nobody_is_linked_to_a_body(client, town, link, sector):
    body = AssociationFactory(area=town.district, sector=sector)
    given = giving(Purpose.AFFILIATION, association=body)
    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link, given, by=None, login=login())
    assert refused.value.code == "body_only"
    assert body.code not in client.get(reverse("members:join", args=[link])).content.decode()
    assert not Member.objects.exists()


def test_a_notice_that_has_changed_since_is_read_again(link):
    given = giving()
    notice(method="another")
    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link, given, by=None, login=login())
    assert refused.value.code == "notice_changed"
    assert not Member.objects.exists()


def test_a_link_that_is_over_was_used_or_taken_back_leads_nowhere(town, keeper):
    tokens = [
        one.token
        for one in actions.invite(
            [somebody(n) for n in range(3)], area=town.district, by=keeper
        ).links
    ]
    rows = list(Invitation.objects.order_by("pk"))
    old = clock.now() - timedelta(days=31)
    Invitation.objects.filter(pk=rows[0].pk).update(
        invited_at=old, expires_at=clock.now() - timedelta(seconds=1)
    )
    actions.withdraw_invitation(rows[1], by=keeper)
    actions.answer_invitation(tokens[2], giving(), by=None, login=login())

    for token in (*tokens, "never-was", "x" * 500):
        assert roster.invitation_of(token) is None
        with pytest.raises(NoSuchLink):
            actions.answer_invitation(token, giving(), by=None, login=login("another"))
    assert Member.objects.count() == 1


def test_the_same_answer_twice_is_one_member(link):
    user = UserFactory()
    first = actions.answer_invitation(link, giving(), by=user)
    again = actions.answer_invitation(link, giving(), by=user)

    assert first.pk == again.pk
    assert Member.objects.count() == 1


def test_a_link_of_somebody_who_has_left_leads_nowhere(link):
    user = UserFactory()
    actions.leave(actions.answer_invitation(link, giving(), by=user), by=user)

    with pytest.raises(NoSuchLink):
        actions.answer_invitation(link, giving(), by=user)


def test_somebody_elses_link_makes_no_second_member(town, keeper, link):
    member = MemberFactory(area=town.communities[0])

    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link, giving(), by=member.user)

    assert refused.value.code == "is_member"
    assert roster.invitation_of(link) is not None


def test_a_user_name_that_is_taken_makes_nothing(link):
    UserFactory(username="Zeng")
    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link, giving(), by=None, login=login("zeng"))
    assert refused.value.code == "username_taken"
    assert not Member.objects.exists()
    assert roster.invitation_of(link) is not None


def test_two_members_do_not_have_one_private_number(town, keeper, link):
    other = actions.invite([somebody(1)], area=town.district, by=keeper).links[0].token
    actions.answer_invitation(link, giving(phone="13899990000"), by=None, login=login("a"))
    with pytest.raises(Refused) as refused:
        actions.answer_invitation(other, giving(phone="13899990000"), by=None, login=login("b"))
    assert refused.value.code == "phone_taken"
    assert Member.objects.count() == 1


def test_r14_numbers_in_what_is_offered_are_masked(link):
    member = actions.answer_invitation(
        link, giving(offer="找我 13912345678"), by=None, login=login()
    )
    assert "13912345678" not in member.offer


# ── applying ──────────────────────────────────────────────────────────────────────────────────


def test_who_applies_is_decided_on_with_a_reason(town, keeper, woken):
    user = UserFactory()
    member = actions.apply(giving(Purpose.LISTED), area=town.communities[0], by=user)
    at_once()
    assert (member.state, member.is_listed, member.review_on) == ("applied", False, None)

    with pytest.raises(Refused):
        actions.decide(member, taken=True, reason=" ", by=keeper)
    member = actions.decide(member, taken=True, reason="专长对口", by=keeper)
    at_once()

    assert (member.state, member.is_listed) == ("active", True)
    assert member.review_on == clock.today() + timedelta(days=730)
    assert [one.verb for one in member.events.all()] == ["applied", "taken"]


def test_who_is_not_taken_is_erased_after_ninety_days(town, keeper):
    member = actions.apply(giving(), area=town.communities[0], by=UserFactory())
    member = actions.decide(member, taken=False, reason="名额已满", by=keeper)

    assert member.erase_on == clock.today() + timedelta(days=90)
    with pytest.raises(Refused):
        actions.decide(member, taken=True, reason="改了", by=keeper)


def test_nobody_decides_on_himself_or_beyond_his_reach(town, keeper):
    mine = actions.apply(giving(), area=town.communities[0], by=keeper)
    other = holder("roster_admin", area=town.streets[1])
    for by in (keeper, other, holder("street_head", area=town.district)):
        with pytest.raises(PermissionDenied):
            actions.decide(mine, taken=True, reason="可以", by=by)


def test_who_was_not_taken_or_has_left_may_come_again(town, keeper):
    user = UserFactory()
    member = actions.apply(giving(), area=town.communities[0], by=user)
    actions.decide(member, taken=False, reason="名额已满", by=keeper)

    again = actions.apply(giving(), area=town.communities[1], by=user)
    at_once()

    assert again.pk == member.pk
    assert (again.state, again.decided_reason, again.erase_on) == ("applied", "", None)
    with pytest.raises(Refused):
        actions.apply(giving(), area=town.communities[1], by=user)


def test_a_batch_closes_by_its_time_and_takes_nobody_after_it(town, keeper):
    call = actions.Call("第一批", "看专长和时间", 2, clock.now() + timedelta(days=3))
    batch = actions.open_batch(call, area=town.district, by=keeper)
    member = actions.apply(giving(), area=town.communities[0], by=UserFactory(), batch=batch)
    assert member.batch == batch

    actions.close_batch(batch, by=keeper)
    with pytest.raises(Refused) as refused:
        actions.apply(giving(), area=town.communities[0], by=UserFactory(), batch=batch)
    assert refused.value.code == "batch_closed"
    with pytest.raises(PermissionDenied):
        actions.close_batch(batch, by=UserFactory())


def batch_page(client, batch, user=None):
    """What stands beside the heading, and how many were not taken."""
    client.logout()
    if user is not None:
        client.force_login(user)
    answer = client.get(batch.get_absolute_url())
    assert answer.status_code == 200
    return answer.context["chosen"], answer.context["not_taken"], answer.text


def test_r32_the_public_reads_of_a_call_what_may_be_published(client, town, keeper):
    call = actions.Call("第一批", "看专长和时间", 40, clock.now() + timedelta(days=3))
    batch = actions.open_batch(call, area=town.district, by=keeper)
    people = [UserFactory() for _n in range(14)]
    members = [
        actions.apply(giving(), area=town.communities[0], by=one, batch=batch) for one in people
    ]
    for n, member in enumerate(members):
        actions.decide(member, taken=n < 9, reason="看过了", by=keeper)
    later = clock.midnight(clock.today()) + timedelta(days=100)
    elsewhere = holder("roster_admin", area=town.streets[1])
    for reader in (None, people[0], elsewhere):
        # Nine are too few, whenever it is asked; of who was not taken nothing is told.
        with clock.telling(later):
            chosen, not_taken, page = batch_page(client, batch, reader)
        assert (chosen, not_taken) == (None, 0)
        assert "rounded to five" in page
        assert "not taken." not in page
    assert batch_page(client, batch, keeper)[:2] == (9, 5)

    for _n in range(3):
        actions.decide(
            actions.apply(giving(), area=town.communities[0], by=UserFactory(), batch=batch),
            taken=True, reason="看过了", by=keeper,
        )  # fmt: skip
    # Twelve, of whom nothing is told until the quarter ends.
    assert batch_page(client, batch)[0] is None
    with clock.telling(later):
        assert batch_page(client, batch)[0] == 10
        assert "about 10" in batch_page(client, batch)[2]
        actions.leave(members[0], by=people[0])
        assert batch_page(client, batch)[0] == 10
        chosen, not_taken, page = batch_page(client, batch, keeper)
    assert (chosen, not_taken) == (11, 5)
    assert "rounded to five" not in page
    assert "5 were not taken." in page


# ── R2: no other way in ───────────────────────────────────────────────────────────────────────


def test_r2_no_admin_page_makes_a_member(rf):
    request = rf.get("/")
    request.user = UserFactory(is_superuser=True, is_staff=True)
    for model in (Member, Invitation, MemberEvent):
        page = admin.site._registry[model]
        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)


def test_r2_nothing_that_staff_can_post_makes_an_active_member_of_another(client, town, keeper):
    other = UserFactory(username="other")
    client.force_login(keeper)
    said = {
        "name": "曾志远", "phone": "13812345678", "area": town.district.code, "username": "other",
        "user": other.pk, "state": "active", "is_grown_up": "on", "password": PASSWORD,
        "agree-roster": notice().pk, "taken": "yes", "reason": "可以",
    }  # fmt: skip
    for name in ("invitations", "invite-preview", "invite-confirm", "apply", "batch-new"):
        client.post(reverse(f"members:{name}"), said)

    assert not Member.objects.exclude(user=keeper).exists()
    assert not Member.objects.filter(state="active").exists()


def test_r1_who_is_shown_without_agreeing_is_refused_by_the_database(town):
    member = MemberFactory(area=town.communities[0])
    Member.objects.filter(pk=member.pk).update(is_listed=True)
    with pytest.raises(Exception, match="shown to the public"):
        at_once()


def test_r20_who_agreed_is_shown_until_the_consent_is_taken_back(town):
    member = MemberFactory(area=town.communities[0])
    consent = agree(member.user, Purpose.LISTED)
    actions.agree(member, Purpose.LISTED, consent.notice_id, by=member.user)
    at_once()
    assert Member.objects.listed().count() == 1

    actions.withdraw(member, Purpose.LISTED, by=member.user)
    at_once()
    assert not Member.objects.listed().exists()


# ── races ─────────────────────────────────────────────────────────────────────────────────────


def _together(*acts):
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, act):
        try:
            gate.wait(timeout=20)
            outcomes[n] = act().state
        except NoSuchLink:
            outcomes[n] = "nowhere"
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return sorted(outcomes.values())


@pytest.mark.django_db(transaction=True)
def test_two_answers_to_one_link_are_one_member():
    assess()
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    token = actions.invite([somebody()], area=town.district, by=keeper).links[0].token
    given = giving()

    said = _together(
        *(
            lambda name=name: actions.answer_invitation(token, given, by=None, login=login(name))
            for name in ("one", "two", "three")
        )
    )

    assert said == ["active", "nowhere", "nowhere"]
    assert Member.objects.count() == 1
    assert User.objects.filter(username__in=["one", "two", "three"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_applications_of_one_person_are_one():
    assess()
    town = build_town()
    user, given = UserFactory(), giving()

    said = _together(
        *(lambda: actions.apply(given, area=town.district, by=user) for _n in range(3))
    )

    assert said == ["applied", "is_member", "is_member"]
