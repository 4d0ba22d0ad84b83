"""Grants of duty: held by bodies, accepted, for a year at most, over by themselves, no key to data."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Channel, Message
from govgrid.permissions import RULES
from grids import scoping
from members import actions, grants, liaisons, queries
from members.models import Grant, Member
from members.workflow.grants import DutyLevel, GrantState, state_of
from tests.factories import counsel as made
from tests.factories.grids import OrganisationFactory, build_town, holder
from tests.factories.members import AssociationFactory
from tests.factories.tickets import routed
from tickets.models import Ticket


def code_of(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code


def kinds_of(person):
    return list(
        Message.objects.filter(recipient=person, channel=Channel.IN_APP)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


@pytest.fixture
def street(town):
    return town.streets[0]


@pytest.fixture
def offered(people, street, member):
    return actions.grant_duty(made.granting(street, representative=member), by=people["roster"])


# ── who holds one ─────────────────────────────────────────────────────────────────────────────


def test_one_holder_and_a_body(people, street, town, member):
    grant, by = actions.grant_duty, people["roster"]
    organisation = OrganisationFactory()
    both = made.granting(street, organisation=organisation, unit="律所")
    assert code_of(grant, both, by=by) == "one_holder"
    assert code_of(grant, made.granting(street, unit=" "), by=by) == "one_holder"
    one = grant(made.granting(street, organisation=organisation), by=by)
    assert (one.holder, one.holder_key) == (organisation.name, f"o{organisation.pk}")
    Member.objects.filter(pk=member.pk).update(state="paused", is_listed=False)
    member.refresh_from_db()
    paused = made.granting(street, representative=member)
    assert code_of(grant, paused, by=by) == "not_active"


def test_r11_no_body_of_a_creed_or_a_people_and_no_person_of_an_association(people, street, member):
    grant, by = actions.grant_duty, people["roster"]
    for sector in ("creeds", "peoples"):
        body = AssociationFactory(area=street, sector=sector)
        assert code_of(grant, made.granting(street, association=body), by=by) == "body_only"
    federation = AssociationFactory(area=street)
    named = made.granting(street, association=federation, representative=member)
    assert code_of(grant, named, by=by) == "no_person"
    one = grant(made.granting(street, association=federation), by=by)
    with pytest.raises(IntegrityError, match="names_nobody"), transaction.atomic():
        Grant.objects.filter(pk=one.pk).update(representative=member)
    with pytest.raises(IntegrityError, match="holds no grant"), transaction.atomic():
        Grant.objects.filter(pk=one.pk).update(association=body)


def test_who_grants(people, street):
    for name in ("street", "command", "resident", "author", "other_roster", "head", "housing"):
        with pytest.raises(PermissionDenied):
            actions.grant_duty(made.granting(street), by=people[name])


# ── its days ──────────────────────────────────────────────────────────────────────────────────


def test_366_days_at_most(people, street):
    grant, by = actions.grant_duty, people["roster"]
    first = clock.today()
    assert code_of(
        grant, made.granting(street, starts_on=first, ends_on=first + timedelta(days=366)), by=by
    ) == "too_long"  # fmt: skip
    assert code_of(grant, made.granting(street, ends_on=first - timedelta(days=1)), by=by) == (
        "ends_first"
    )
    assert code_of(
        grant, made.granting(street, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1)), by=by
    ) == "past"  # fmt: skip
    one = grant(made.granting(street, ends_on=first + timedelta(days=365)), by=by)
    for fields in (
        {"ends_on": first + timedelta(days=366)},
        {"ends_on": first - timedelta(days=1)},
        {"revoked_at": clock.now()},
        {"text": ""},
        {"accepted_at": clock.now()},
        {"unit": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.filter(pk=one.pk).update(**fields)


def test_once_at_a_time(people, street, town):
    grant, by = actions.grant_duty, people["roster"]
    one = grant(made.granting(street), by=by)
    assert code_of(grant, made.granting(street), by=by) == "overlaps"
    grant(made.granting(street, level="hear"), by=by)
    grant(made.granting(street, matter="disputes"), by=by)
    grant(made.granting(town.streets[1]), by=by)
    grant(made.granting(street, unit="另一家"), by=by)
    later = {"starts_on": made.in_days(201), "ends_on": made.in_days(300)}
    grant(made.granting(street, **later), by=by)
    touching = {"starts_on": made.in_days(-100), "ends_on": made.in_days(0)}
    assert code_of(grant, made.granting(street, **touching), by=by) == "overlaps"
    actions.revoke_grant(one, by=by, reason="重新授予")
    grant(made.granting(street), by=by)


class Days:
    starts_on, ends_on = date(2026, 3, 1), date(2026, 5, 31)
    is_accepted, is_declined, is_revoked = True, False, False


def test_it_begins_and_ends_by_itself():
    on = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [state_of(Days(), day) for day in on] == [
        GrantState.AHEAD, GrantState.IN_FORCE, GrantState.IN_FORCE, GrantState.ENDED,
    ]  # fmt: skip
    waiting = Days()
    waiting.is_accepted = False
    assert [state_of(waiting, day) for day in on[2:]] == [GrantState.OFFERED, GrantState.LAPSED]


# ── accepting, revoking, renewing ─────────────────────────────────────────────────────────────


def test_nothing_before_it_is_accepted(offered, people, member):
    assert kinds_of(member.user) == ["grant_offered"]
    assert not Grant.objects.in_force().exists()
    assert not Grant.objects.public().exists()
    for name in ("roster", "other_member", "resident", "street"):
        with pytest.raises(PermissionDenied):
            actions.accept_grant(offered, by=people[name])
    one = actions.accept_grant(offered, by=member.user)
    assert one.state == GrantState.IN_FORCE
    assert kinds_of(people["roster"]) == ["grant_answered"]
    assert code_of(actions.accept_grant, one, by=member.user) == "not_offered"
    assert code_of(actions.decline_grant, one, by=member.user) == "not_offered"
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Grant.objects.filter(pk=one.pk).update(text="别的")
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Grant.objects.all().delete()


def test_declined_without_a_reason(offered, member):
    one = actions.decline_grant(offered, by=member.user)
    assert one.state == GrantState.DECLINED
    assert not grants.visible(AnonymousUser()).exists()


def test_a_body_without_a_representative_accepts_on_paper(people, street):
    one = actions.grant_duty(made.granting(street), by=people["roster"])
    assert code_of(actions.accept_grant, one, by=people["roster"]) == "paper_needed"
    with pytest.raises(PermissionDenied):
        actions.accept_grant(one, by=people["street"], paper="回函")
    assert actions.accept_grant(one, by=people["roster"], paper="回函〔2026〕3号").is_accepted


def test_revoked_with_a_reason_that_everybody_reads(offered, people, member):
    one = actions.accept_grant(offered, by=member.user)
    assert code_of(actions.revoke_grant, one, by=people["roster"], reason=" ") == "reason_needed"
    with pytest.raises(PermissionDenied):
        actions.revoke_grant(one, by=member.user, reason="x")
    one = actions.revoke_grant(one, by=people["roster"], reason="律所撤销")
    assert one.state == GrantState.REVOKED
    assert grants.visible(AnonymousUser()).get() == one
    assert kinds_of(member.user)[-1] == "grant_revoked"
    assert code_of(actions.revoke_grant, one, by=people["roster"], reason="x") == "over"


def test_renewed_as_a_new_grant(offered, people, street, member):
    one = actions.accept_grant(offered, by=member.user)
    later = {"starts_on": made.in_days(201), "ends_on": made.in_days(400)}
    granting = made.granting(street, representative=member, **later)
    again = actions.grant_duty(granting, by=people["roster"], renews=one)
    assert again.state == GrantState.OFFERED
    assert code_of(actions.grant_duty, granting, by=people["roster"], renews=one) == "renewed"


def test_reminded_thirty_days_before_the_end_once(people, street, member):
    soon = made.granting(street, representative=member, ends_on=made.in_days(30))
    actions.accept_grant(actions.grant_duty(soon, by=people["roster"]), by=member.user)
    late = made.granting(street, level="hear", representative=member, ends_on=made.in_days(31))
    actions.accept_grant(actions.grant_duty(late, by=people["roster"]), by=member.user)
    assert actions.remind_of_grants(by=None) == 1
    assert actions.remind_of_grants(by=None) == 0
    assert kinds_of(member.user).count("grant_ends") == 1
    assert kinds_of(people["roster"]).count("grant_ends") == 1


# ── no key ────────────────────────────────────────────────────────────────────────────────────


def rights(user, town, member):
    """All that somebody may do with one thing of each kind, and how much of each list he sees."""
    user = type(user).objects.get(pk=user.pk)
    ticket = Ticket.objects.select_related("community").first()
    things = [ticket, member, town.district, *town.streets, *town.communities]
    may = set()
    for name in RULES:
        for thing in things:
            try:
                if user.has_perm(name, thing):
                    may.add((name, str(thing)))
            except (AttributeError, ValueError, TypeError, KeyError):
                continue  # a permission on a thing of another kind
    return {
        "may": may,
        "roster": set(queries.visible(user).values_list("pk", flat=True)),
        "posts": scoping.held(user),
        "stations": liaisons.held(user),
    }


@pytest.mark.parametrize("level", DutyLevel.values)
def test_a_grant_gives_no_right_to_anybodys_data(people, town, member, level):
    worker = holder("grid_worker", area=town.grids[0])
    routed(town, by=worker)
    other = Member.objects.get(user=people["other_member"])
    before = rights(other.user, town, member)
    granting = made.granting(town.district, representative=other, level=level)
    one = actions.grant_duty(granting, by=people["roster"])
    actions.accept_grant(one, by=other.user)
    assert Grant.objects.in_force().exists()
    assert rights(other.user, town, member) == before


def test_lists_and_single_rows_agree(offered, people, street, member, town):
    granting = made.granting(street, unit="另一家")
    accepted = actions.grant_duty(granting, by=people["roster"])
    actions.accept_grant(accepted, by=people["roster"], paper="回函")
    actions.grant_duty(made.granting(town.streets[1]), by=people["roster"])
    for name, person in {**people, "nobody": AnonymousUser()}.items():
        rows = set(grants.visible(person).values_list("pk", flat=True))
        found = Grant.objects.select_related("representative", "area")
        rules = {one.pk for one in found if person.has_perm("members.see_grant", one)}
        assert rows == rules, name
    assert grants.visible(people["author"]).count() == 2
    assert grants.visible(people["other_roster"]).count() == 2
    assert grants.visible(people["resident"]).count() == 1


# ── races ─────────────────────────────────────────────────────────────────────────────────────


def at_once(*acts):
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, do):
        try:
            gate.wait(timeout=20)
            outcomes[n] = str(do().pk)
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
    return [outcomes.get(n) for n in range(len(acts))]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_grant_the_same_at_once_and_one_is_told():
    town = build_town()
    by = [holder("roster_admin", area=town.district) for _each in range(4)]
    granting = made.granting(town.streets[0])
    said = at_once(*(lambda one=one: actions.grant_duty(granting, by=one) for one in by))
    assert said.count("overlaps") == 3
    assert Grant.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_briefs_of_one_counsel_at_once_and_one_is_told():
    from tests.factories.members import MemberFactory  # noqa: PLC0415

    town = build_town()
    by = [holder("roster_admin", area=town.district) for _each in range(3)]
    member = MemberFactory(area=town.communities[0])
    one = made.edited(member, by[0])
    said = at_once(
        *(lambda each=each: actions.make_brief([one], by=each, title="一条") for each in by)
    )
    assert said.count("wrong_state") == 2
