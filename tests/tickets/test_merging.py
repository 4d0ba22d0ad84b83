"""Two tickets about one matter, and taking back what was done a moment ago."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction

from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions
from tickets.models import Assignment, Ticket, TicketEvent


@pytest.fixture
def pair(town, cast):
    """Two reports by two workers, one in each of two grids of the community."""
    return routed(town, by=cast["worker"]), routed(town, by=cast["worker"], grid=1)


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


def fresh(ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# ── merging ───────────────────────────────────────────────────────────────────────────────────


def test_merged_both_numbers_live_on_and_the_reporter_is_told(town, cast, pair):
    main, other = pair
    Message.objects.all().delete()

    actions.move(other, "merge", by=cast["community"], into=main, note="同一件事")

    other = fresh(other)
    assert (other.state, other.merged_into, other.held_state) == ("merged", main, "dispatched")
    assert fresh(main).state == "dispatched"
    event = other.events.latest("pk")
    assert (event.verb, event.data["into"]) == ("merge", main.number)
    assert told(cast["worker"]) == ["ticket_merged"]
    assert not told(cast["clerk"])


def test_when_the_one_is_closed_who_reported_the_other_hears_of_it(town, cast, pair):
    main, other = pair
    actions.move(other, "merge", by=cast["community"], into=main)
    actions.move(main, "sign", by=cast["clerk"])
    actions.move(main, "finish", by=cast["clerk"], note="修好")
    actions.move(main, "verify", by=cast["community"])
    Message.objects.all().delete()

    actions.move(main, "close", by=cast["community"])

    rows = Message.objects.for_person(cast["worker"])
    assert {row.params["number"] for row in rows} == {main.number, other.number}


def test_parted_again_it_stands_where_it_stood(town, cast, pair):
    main, other = pair
    actions.move(other, "sign", by=cast["clerk"])
    actions.move(other, "merge", by=cast["community"], into=main)

    actions.move(other, "unmerge", by=cast["community"])

    other = fresh(other)
    assert (other.state, other.merged_into, other.held_state) == ("handling", None, "")
    assert other.assignments.get().state == "signed"


def test_what_cannot_be_merged_is_refused_with_a_sentence(town, cast, pair):
    main, other = pair
    third = routed(town, by=cast["worker"])
    actions.move(other, "merge", by=cast["community"], into=main)

    def refused(ticket, into) -> str:
        with pytest.raises(Refused) as refusal:
            actions.move(ticket, "merge", by=cast["community"], into=into)
        assert refusal.value.message
        return refusal.value.code

    assert refused(third, third) == "wrong_ticket"  # into itself
    assert refused(third, other) == "wrong_ticket"  # into one that was merged
    assert refused(other, third) == "wrong_state"  # a second time
    assert refused(main, third) == "has_merged"  # that would make a chain
    assert refused(third, None) == "into_needed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=third.pk).update(state="merged", merged_into=third.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=third.pk).update(state="merged")


def test_each_refusal_says_what_is_wrong_with_the_other_one(town, cast, pair):
    main, other = pair
    third = routed(town, by=cast["worker"])
    actions.move(other, "merge", by=cast["community"], into=main)
    ended = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    actions.move(ended, "decline", by=cast["street"], note="不属实")

    def said(into) -> str:
        with pytest.raises(Refused) as refusal:
            actions.move(third, "merge", by=cast["community"], into=into)
        return str(refusal.value.message)

    assert said(third) == "This is the ticket itself."
    assert said(other) == (
        f"{other.number} was merged into another itself. Choose the one that leads."
    )
    assert said(ended) == f"{ended.number} has ended: nothing can be merged into it any more."


def test_both_reporters_are_told_each_of_his_own(town, cast):
    main = routed(town, by=cast["worker"])
    other = routed(town, by=cast["other_worker"])
    third = routed(town, by=cast["street"])
    Message.objects.all().delete()

    actions.move(other, "merge", by=cast["community"], into=main)
    actions.move(third, "merge", by=cast["community"], into=main)

    assert told(cast["other_worker"]) == ["ticket_merged"]
    assert told(cast["street"]) == ["ticket_merged"]
    # Once for each that joined.
    assert told(cast["worker"]) == ["ticket_joined", "ticket_joined"]
    rows = Message.objects.for_person(cast["worker"])
    assert {row.params["number"] for row in rows} == {main.number}


@pytest.mark.parametrize("back", ["unmerge", "undo"])
def test_parted_again_both_reporters_are_told(town, cast, back):
    main = routed(town, by=cast["worker"])
    other = routed(town, by=cast["other_worker"])
    actions.move(other, "merge", by=cast["community"], into=main)
    Message.objects.all().delete()

    actions.move(other, back, by=cast["community"])

    assert told(cast["other_worker"]) == ["ticket_parted"]
    assert told(cast["worker"]) == ["ticket_left"]


def test_the_database_itself_keeps_merges_flat(town, cast, pair):
    main, other = pair
    third = routed(town, by=cast["worker"])
    actions.move(other, "merge", by=cast["community"], into=main)

    def write(ticket, into):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(state="merged", merged_into=into.pk)

    write(third, other)  # into one that was merged
    write(main, third)  # away from under another
    assert fresh(third).state == fresh(main).state == "dispatched"


@pytest.mark.parametrize("who", ["worker", "clerk", "other_street", "auditor", "nobody"])
def test_only_who_answers_for_both_places_merges(town, cast, pair, who):
    main, other = pair
    with pytest.raises(PermissionDenied):
        actions.move(other, "merge", by=cast[who], into=main)


def test_one_does_not_merge_into_what_one_may_not_see(town, cast, pair):
    far = routed(town, by=cast["other_worker"], grid=4)

    with pytest.raises(PermissionDenied):
        actions.move(pair[0], "merge", by=cast["street"], into=far)


@pytest.mark.django_db(transaction=True)
def test_two_merges_into_each_other_at_once_end_as_one(town, cast, pair):
    main, other = pair
    together, outcomes = Barrier(2), []

    def merge(one, into):
        together.wait()
        try:
            actions.move(one, "merge", by=cast["community"], into=into)
            outcomes.append("merged")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    at_once(lambda: merge(main, other), lambda: merge(other, main))

    assert sorted(outcomes) in (["merged", "wrong_ticket"], ["has_merged", "merged"])
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["dispatched", "merged"]


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_the_end_of_the_other_one_at_once_never_lose_a_report(town, cast, pair):
    main, other = pair
    actions.move(main, "settle", by=cast["community"], note="当场解决")
    actions.move(main, "verify", by=cast["street"])
    together, outcomes = Barrier(2), {}

    def take(what, ticket, name, **given):
        together.wait()
        try:
            actions.move(ticket, name, by=cast["community"], **given)
            outcomes[what] = "done"
        except Refused as refusal:
            outcomes[what] = refusal.code
        finally:
            connection.close()

    at_once(
        lambda: take("merge", other, "merge", into=main),
        lambda: take("close", main, "close"),
    )

    assert outcomes["close"] == "done"
    # Merged before it ended, or refused and still open by itself: nothing in between.
    expected = {"done": "merged", "wrong_ticket": "dispatched"}[outcomes["merge"]]
    assert fresh(other).state == expected
    assert fresh(main).state == "closed"


@pytest.mark.django_db(transaction=True)
def test_two_raw_writes_into_each_other_never_both_hold(town, cast, pair):
    main, other = pair
    together, outcomes = Barrier(2), []

    def write(one, into):
        try:
            with transaction.atomic():
                Ticket.objects.select_for_update().get(pk=one.pk)
                together.wait()
                Ticket.objects.filter(pk=one.pk).update(state="merged", merged_into=into.pk)
            outcomes.append("merged")
        except (IntegrityError, OperationalError):
            outcomes.append("refused")
        finally:
            connection.close()

    at_once(lambda: write(main, other), lambda: write(other, main))

    assert sorted(outcomes) == ["merged", "refused"]


def at_once(*jobs) -> None:
    threads = [Thread(target=job) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not any(one.is_alive() for one in threads)


# ── undoing ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def waiting(town, cast):
    """In triage, as a desk finds it."""
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    return fresh(ticket)


def test_a_wrong_department_is_taken_back_and_told_so(town, cast, waiting):
    actions.move(waiting, "assign", by=cast["street"], department=town.urban)
    actions.move(waiting, "undo", by=cast["street"])

    ticket = fresh(waiting)
    assert (ticket.state, ticket.lead_department) == ("triage", None)
    assert ticket.assignments.get().state == "withdrawn"
    assert told(cast["urban"]) == ["ticket_offered", "ticket_taken_back"]
    assert list(ticket.events.order_by("pk").values_list("verb", flat=True)) == [
        "file", "route", "assign", "undo",
    ]  # fmt: skip


def test_the_helpers_of_a_wrong_decision_are_let_off_as_well(town, cast, waiting):
    actions.move(
        waiting, "assign", by=cast["street"], department=town.urban, helpers=[town.housing]
    )
    actions.move(waiting, "undo", by=cast["street"])

    assert set(waiting.assignments.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.parametrize(
    ("name", "given"), [("decline", {"note": "不属实"}), ("settle", {"note": "当场解决"})]
)
def test_declined_or_settled_by_mistake_it_waits_again(town, cast, waiting, name, given):
    actions.move(waiting, name, by=cast["street"], **given)
    actions.move(waiting, "undo", by=cast["street"])

    ticket = fresh(waiting)
    assert (ticket.state, ticket.lead_department) == ("triage", None)
    assert not ticket.assignments.live().exists()


def test_settled_by_mistake_before_it_was_routed_it_is_routed(town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["community"], note="当场解决")
    actions.move(ticket, "undo", by=cast["community"])

    assert fresh(ticket).state == "filed"
    assert actions.route() == 1
    assert fresh(ticket).state == "triage"


@pytest.mark.parametrize("back", ["unmerge", "undo"])
def test_merged_before_it_was_routed_and_parted_it_is_routed(town, cast, back):
    main, other = routed(town, by=cast["worker"]), filed(town, by=cast["worker"])
    actions.move(other, "merge", by=cast["community"], into=main)
    assert fresh(other).state == "merged"
    assert actions.route() == 0

    actions.move(other, back, by=cast["community"])

    assert actions.route() == 1
    assert fresh(other).state != "filed"


def test_an_assistant_who_was_made_lead_assists_again(town, cast):
    ticket = routed(town, by=cast["worker"])
    Assignment.objects.create(
        ticket=ticket, department=town.urban, role="assist", offered_at=ticket.filed_at
    )
    actions.move(ticket, "sign", by=cast["urban"])
    actions.move(
        ticket,
        "return",
        by=cast["clerk"],
        note="不是",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    actions.move(ticket, "assign", by=cast["street"], department=town.urban)
    actions.move(ticket, "undo", by=cast["street"])

    one = ticket.assignments.get(department=town.urban)
    assert (one.role, one.state) == ("assist", "signed")
    assert fresh(ticket).state == "triage"


def test_a_merge_is_undone_as_it_is_parted(town, cast, pair):
    main, other = pair
    actions.move(other, "merge", by=cast["community"], into=main)
    actions.move(other, "undo", by=cast["community"])

    assert fresh(other).state == "dispatched"
    assert fresh(other).merged_into is None


def test_undone_late_by_another_or_after_something_else_is_refused(
    town, cast, waiting, shift_clock
):
    def refused(by) -> str:
        with pytest.raises(Refused) as refusal:
            actions.move(waiting, "undo", by=cast[by])
        return refusal.value.code

    assert refused("street") == "too_late"  # nothing of the kind was done
    actions.move(waiting, "assign", by=cast["street"], department=town.urban)
    assert refused("head") == "too_late"
    actions.move(waiting, "sign", by=cast["urban"])
    assert refused("street") == "too_late"


def test_after_the_seconds_are_over_it_stands(town, cast, waiting, shift_clock):
    actions.move(waiting, "assign", by=cast["street"], department=town.urban)
    shift_clock(seconds=20)

    with pytest.raises(Refused) as refusal:
        actions.move(waiting, "undo", by=cast["street"])

    assert refusal.value.code == "too_late"


def test_undoing_twice_undoes_once(town, cast, waiting):
    actions.move(waiting, "assign", by=cast["street"], department=town.urban)
    actions.move(waiting, "undo", by=cast["street"])

    with pytest.raises(Refused):
        actions.move(waiting, "undo", by=cast["street"])
    assert TicketEvent.objects.filter(ticket=waiting, verb="undo").count() == 1


def test_work_that_an_assistant_has_done_survives_a_decline(town, cast):
    ticket = routed(town, by=cast["worker"])
    Assignment.objects.create(
        ticket=ticket, department=town.urban, role="assist", offered_at=ticket.filed_at
    )
    actions.move(ticket, "sign", by=cast["urban"])
    actions.move(ticket, "finish", by=cast["urban"], note="路面已清")
    actions.move(
        ticket,
        "return",
        by=cast["clerk"],
        note="不是",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    actions.move(ticket, "decline", by=cast["street"], note="不属实")

    assert ticket.assignments.get(department=town.urban).state == "done"


# ── a stale page ──────────────────────────────────────────────────────────────────────────────


def test_a_stale_page_says_who_was_faster(town, cast):
    ticket = routed(town, by=cast["worker"])
    seen = ticket.events.latest("pk").pk
    actions.move(ticket, "sign", by=cast["clerk"])

    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "sign", by=cast["clerk"], seen=seen)

    assert refusal.value.code == "changed_since"
    assert "住建局" in refusal.value.message
    assert "Sign for it" in refusal.value.message


def test_a_page_that_is_stale_in_nothing_that_matters_is_no_hindrance(town, cast):
    ticket = routed(town, by=cast["worker"])
    seen = ticket.events.earliest("pk").pk

    actions.move(ticket, "sign", by=cast["clerk"], seen=seen)

    assert fresh(ticket).state == "handling"


# ── both numbers live on ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def test_opening_and_searching_the_merged_number_points_to_the_leading_one(cast, pair, sign_in):
    main, other = pair
    actions.move(other, "merge", by=cast["community"], into=main)
    client = sign_in("community")

    page = client.get(other.get_absolute_url()).content.decode()
    found = client.get("/tickets/", {"q": other.number}).content.decode()
    leading = client.get(main.get_absolute_url()).content.decode()

    assert "was put together with" in page
    assert f'<a href="{main.get_absolute_url()}">{main.number}</a>' in page
    assert other.number in found
    assert main.number in found
    assert other.number in leading


def test_who_may_not_see_the_leading_one_is_told_without_a_link(town, cast, sign_in):
    main = routed(town, by=cast["worker"])
    other = routed(town, by=cast["other_worker"])
    actions.move(other, "merge", by=cast["community"], into=main)
    client = sign_in("other_worker")

    page = client.get(other.get_absolute_url()).content.decode()
    found = client.get("/tickets/", {"q": other.number}).content.decode()

    assert "put together with another one" in page
    assert main.get_absolute_url() not in page
    assert main.number not in found
