"""Asking, claiming, serving and confirming; what each refuses, who may, and what is shown to whom."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.permissions import RULES
from govgrid.privacy import holdings, retention
from govgrid.privacy.actions import withdraw_consent
from govgrid.privacy.models import AccessLog, Consent
from members import actions, leaving, needs
from members.models import Claim, Need, NeedContact, NeedEvent, TimeEntry
from members.workflow.needs import MOVES, ClaimState, NeedState
from members.workflow.roster import MemberState
from tests.factories import needs as made
from tests.factories.consultations import PlatformFactory
from tests.factories.members import notice
from tests.factories.tickets import CategoryFactory, routed

OURS = ("members.claims", "members.needs", "members.time")

pytestmark = pytest.mark.django_db


@pytest.fixture
def roster():
    return made.build_roster()


def refused(code, act, *args, **named):
    with pytest.raises(Refused) as told:
        act(*args, **named)
    assert told.value.code == code


# ── asking ────────────────────────────────────────────────────────────────────────────────────


def test_a_resident_asks_and_those_whom_it_fits_are_told(roster):
    need = made.asked(roster)
    assert need.number == f"N{clock.today().year}-00001"
    assert (need.asker, need.state) == (roster.resident, NeedState.OPEN)
    told = set(Message.objects.filter(kind="need_fits").values_list("recipient", flat=True))
    assert told == {one.user_id for one in (roster.lawyer, roster.branch, roster.distant)}
    assert [one.verb for one in need.events.all()] == ["ask"]


def test_the_same_sent_again_is_one_need_and_another_is_refused(roster):
    first = made.asking(roster)
    one, is_new = actions.ask(first, by=roster.resident)
    again, is_new_again = actions.ask(first, by=roster.resident)
    assert (one, is_new, is_new_again) == (again, True, False)
    other = made.asking(roster, client_id=first.client_id, title="别的")
    refused("client_id_reused", actions.ask, other, by=roster.resident)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": "\u200b"}, "no_words"),
        ({"body": " "}, "no_words"),
        ({"days": 0}, "too_long"),
        ({"days": 91}, "too_long"),
        ({"wanted_on": clock.today() - timedelta(days=400)}, "wanted_past"),
    ],
)
def test_what_cannot_be_asked(roster, more, code):
    refused(code, actions.ask, made.asking(roster, **more), by=roster.resident)
    assert not Need.objects.exists()


@pytest.mark.parametrize("field", ["title", "body", "place"])
@pytest.mark.parametrize("number", ["42050619900307123X", "6222 0212 3456 7890 128"])
def test_r14_numbers_of_documents_and_cards_are_blocked_before_saving(roster, field, number):
    text = {field: f"我的号码 {number}"}
    refused("number_in_text", actions.ask, made.asking(roster, **text), by=roster.resident)
    assert not Need.objects.exists()


def test_r14_a_telephone_in_the_text_is_masked(roster):
    need = made.asked(roster, body="打我电话 13912345678")
    assert "13912345678" not in need.body
    assert "139****5678" in need.body


def test_r9_a_guardian_asks_without_the_name_of_the_child(roster):
    need = made.asked(roster, is_by_guardian=True)
    assert need.is_by_guardian
    for name in ("child_name", "child", "age", "born_on"):
        with pytest.raises(FieldDoesNotExist):
            Need._meta.get_field(name)


def test_only_who_answers_for_the_place_enters_for_others(roster):
    entering = made.asking(roster, on_behalf=True, channel="phone", **made.WITH_CONTACT)
    for person in (roster.resident, roster.other_officer, roster.lawyer.user):
        with pytest.raises(PermissionDenied):
            actions.ask(entering, by=person)
    need, _is_new = actions.ask(entering, by=roster.officer)
    assert (need.asker, need.entered_by) == (None, roster.officer)
    assert need.contact.consent.subject_ref == need.number


def test_who_has_no_login_is_reached_by_telephone(roster):
    refused("contact_needed", actions.ask, made.asking(roster, on_behalf=True), by=roster.officer)


def test_r5_without_a_contact_the_need_is_open_all_the_same(roster):
    need = made.asked(roster)
    assert need.state == NeedState.OPEN
    assert not NeedContact.objects.exists()
    assert made.confirmed(roster, need=need).state == ClaimState.DONE


def test_the_point_is_rounded_to_a_hundred_metres(roster):
    need = made.asked(roster, lon=111.004567, lat=30.0051234)
    assert (need.point.x, need.point.y) == (111.005, 30.005)
    assert made.asked(roster).point is not None


# ── claiming ──────────────────────────────────────────────────────────────────────────────────


def test_script_e6_two_lawyers_claim_one_is_confirmed(roster):
    """A need "legal advice evening" is posted from a ticket; two hours are recorded, rated 5."""
    ticket = routed(roster.town, by=roster.officer)
    need = made.asked(roster, by=roster.officer, title="营盘社区法律咨询夜", ticket=ticket)
    first = actions.claim_need(need, by=roster.lawyer.user, plan="周三 19:00")
    second = actions.claim_need(need, by=roster.distant.user)
    need.refresh_from_db()
    assert need.state == NeedState.CLAIMED
    actions.accept_claim(first, by=roster.officer)
    second.refresh_from_db()
    assert second.state == ClaimState.DECLINED
    actions.report_service(first, by=roster.lawyer.user, minutes=120, result="来了九个人")
    claim = actions.confirm_need(need, by=roster.officer, score=5, thanks="讲得清楚")
    need.refresh_from_db()
    assert (need.state, claim.score, claim.minutes) == (NeedState.CONFIRMED, 5, 120)
    assert TimeEntry.objects.get().minutes == 120
    assert [one.verb for one in need.events.all()] == [
        "ask", "claim", "claim", "accept", "done", "confirm",
    ]  # fmt: skip
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"need_claimed", "claim_accepted", "claim_declined", "need_served"} <= kinds


def test_claims_that_are_refused(roster):
    need = made.asked(roster)
    actions.claim_need(need, by=roster.lawyer.user)
    refused("claimed_already", actions.claim_need, need, by=roster.lawyer.user)
    own = made.asked(roster, by=roster.branch.user)
    refused("own_need", actions.claim_need, own, by=roster.branch.user)
    roster.distant.state = MemberState.PAUSED
    roster.distant.save()
    refused("paused", actions.claim_need, need, by=roster.distant.user)
    for person in (roster.neighbour, roster.officer, roster.admin):
        with pytest.raises(PermissionDenied):
            actions.claim_need(need, by=person)
    actions.withdraw_need(need, by=roster.resident)
    refused("wrong_state", actions.claim_need, need, by=roster.branch.user)


def test_the_database_holds_one_accepted_claim_and_none_of_ones_own(roster):
    claim = made.accepted(roster)
    with pytest.raises(IntegrityError, match="claim_one_accepted"), transaction.atomic():
        Claim.objects.create(
            need=claim.need, member=roster.branch, state="accepted", answered_at=clock.now()
        )
    own = made.asked(roster, by=roster.branch.user)
    with pytest.raises(IntegrityError, match="own"), transaction.atomic():
        Claim.objects.create(need=own, member=roster.branch)
    with pytest.raises(IntegrityError, match="claim_done_says_minutes"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state="done", done_at=clock.now())


def test_only_who_asked_answers_and_only_the_accepted_serves(roster):
    need = made.asked(roster)
    claim = actions.claim_need(need, by=roster.lawyer.user)
    for person in (roster.neighbour, roster.admin, roster.officer, roster.lawyer.user):
        with pytest.raises(PermissionDenied):
            actions.accept_claim(claim, by=person)
        with pytest.raises(PermissionDenied):
            actions.decline_claim(claim, by=person)
    refused("wrong_state", actions.report_service, claim, by=roster.lawyer.user, minutes=10)
    actions.accept_claim(claim, by=roster.resident)
    for person in (roster.resident, roster.branch.user, roster.admin):
        with pytest.raises(PermissionDenied):
            actions.report_service(claim, by=person, minutes=10)
    for minutes in (0, -1, 721):
        refused(
            "wrong_minutes", actions.report_service, claim, by=roster.lawyer.user, minutes=minutes
        )


def test_who_steps_back_leaves_the_need_to_the_others(roster):
    need = made.asked(roster)
    claim = actions.claim_need(need, by=roster.lawyer.user)
    actions.claim_need(need, by=roster.branch.user)
    actions.step_back(claim, by=roster.lawyer.user)
    need.refresh_from_db()
    assert need.state == NeedState.CLAIMED
    again = actions.claim_need(need, by=roster.lawyer.user)
    actions.accept_claim(again, by=roster.resident)
    refused("reason_needed", actions.decline_claim, again, by=roster.resident)
    actions.decline_claim(again, by=roster.resident, reason="改期了")
    need.refresh_from_db()
    assert need.state == NeedState.OPEN


def test_r4_a_member_who_leaves_offers_open_claims_back(roster):
    need = made.asked(roster)
    claim = made.accepted(roster, need=need)
    for hook in leaving.hooks():
        hook(roster.lawyer, roster.lawyer.user)
    claim.refresh_from_db()
    need.refresh_from_db()
    assert (claim.state, need.state) == (ClaimState.WITHDRAWN, NeedState.OPEN)
    assert Message.objects.filter(kind="claim_back", recipient=roster.resident).exists()


def test_what_was_not_done_goes_back_and_is_done_again(roster):
    claim = made.accepted(roster)
    actions.report_service(claim, by=roster.lawyer.user, minutes=30)
    refused("note_needed", actions.dispute_need, claim.need, by=roster.resident, note=" ")
    with pytest.raises(PermissionDenied):
        actions.dispute_need(claim.need, by=roster.neighbour, note="没有")
    actions.dispute_need(claim.need, by=roster.resident, note="没有来")
    claim.refresh_from_db()
    assert (claim.state, claim.minutes) == (ClaimState.ACCEPTED, None)
    actions.report_service(claim, by=roster.lawyer.user, minutes=45)
    actions.confirm_need(claim.need, by=roster.resident)
    assert TimeEntry.objects.get().minutes == 45
    refused("wrong_state", actions.confirm_need, claim.need, by=roster.resident)


def test_who_serves_needs_confirms_for_the_silent_after_two_weeks_and_scores_nothing(
    roster, shift_clock
):
    claim = made.accepted(roster)
    actions.report_service(claim, by=roster.lawyer.user, minutes=30)
    with pytest.raises(PermissionDenied):
        actions.confirm_need(claim.need, by=roster.liaison)
    shift_clock(days=15)
    refused("score_of_who_asked", actions.confirm_need, claim.need, by=roster.liaison, score=5)
    with pytest.raises(PermissionDenied):
        actions.confirm_need(claim.need, by=roster.other_liaison)
    assert actions.confirm_need(claim.need, by=roster.liaison).score is None


# ── contacts ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_r19_contacts_appear_to_both_after_the_acceptance_and_hide_after_30_days(shift_clock):
    roster = made.build_roster()
    made.shows_contact(roster.lawyer)
    need = made.asked(roster, **made.WITH_CONTACT)
    claim = actions.claim_need(need, by=roster.lawyer.user)
    refused("not_shown", actions.show_asker, claim, by=roster.lawyer.user)
    refused("not_shown", actions.show_member, need, by=roster.resident)
    actions.accept_claim(claim, by=roster.resident)
    assert actions.show_asker(claim, by=roster.lawyer.user) == {
        "name": "王先生",
        "phone": "13912345678",
    }
    assert actions.show_member(need, by=roster.resident) == {
        "name": roster.lawyer.name,
        "phone": "0717-1234567",
    }
    log = AccessLog.objects.order_by("pk")
    assert [(one.by, one.role, one.case) for one in log] == [
        (roster.lawyer.user, "claimant", need.number),
        (roster.resident, "asker", need.number),
    ]
    for person in (roster.branch.user, roster.admin, roster.neighbour, roster.officer):
        with pytest.raises(PermissionDenied):
            actions.show_asker(claim, by=person)
        with pytest.raises(PermissionDenied):
            actions.show_member(need, by=person)
    actions.report_service(claim, by=roster.lawyer.user, minutes=60)
    actions.confirm_need(need, by=roster.resident, score=4)
    shift_clock(days=29)
    assert actions.show_member(need, by=roster.resident)
    shift_clock(days=31)
    refused("not_shown", actions.show_asker, claim, by=roster.lawyer.user)
    refused("not_shown", actions.show_member, need, by=roster.resident)


@pytest.mark.django_db(transaction=True)
def test_r19_without_the_members_agreement_nothing_is_shown():
    roster = made.build_roster()
    claim = made.accepted(roster)
    refused("no_contact", actions.show_member, claim.need, by=roster.resident)
    consent = made.shows_contact(roster.lawyer)
    assert actions.show_member(claim.need, by=roster.resident)
    withdraw_consent(consent, by=roster.lawyer.user)
    refused("no_contact", actions.show_member, claim.need, by=roster.resident)
    refused("no_contact", actions.show_asker, claim, by=roster.lawyer.user)


@pytest.mark.django_db(transaction=True)
def test_an_asker_who_takes_the_agreement_back_is_not_shown_and_is_erased():
    """A later version of the same words changes nothing; taking it back does, at once."""
    roster = made.build_roster()
    claim = made.accepted(roster, **made.WITH_CONTACT)
    notice("need-contact", retention_days=30, text="other words")
    made.asked(roster, **made.WITH_CONTACT)
    assert actions.show_asker(claim, by=roster.lawyer.user)
    assert {one.name: one.erased for one in retention.run()}["members.need_contact"] == 0
    live = Consent.objects.live().get(user=roster.resident, purpose_key="need-contact")
    withdraw_consent(live, by=roster.resident)
    refused("no_contact", actions.show_asker, claim, by=roster.lawyer.user)
    assert {one.name: one.erased for one in retention.run()}["members.need_contact"] == 2


def test_r21_the_contact_is_sealed_in_the_table(roster):
    made.asked(roster, **made.WITH_CONTACT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text, row_to_json(n)::text FROM members_needcontact c"
                       " JOIN members_need n ON n.id = c.need_id")  # fmt: skip
        raw = "".join(cursor.fetchone())
    assert "13912345678" not in raw
    assert "王先生" not in raw


# ── what it was in truth ──────────────────────────────────────────────────────────────────────


def test_a_fault_becomes_a_ticket_of_the_communitys_office(roster):
    category = CategoryFactory(code="0102")
    need = made.asked(roster, area=roster.town.grids[0], title="楼道灯不亮")
    given = {"category": category, "due_on": clock.today() + timedelta(days=7)}
    with pytest.raises(PermissionDenied):
        actions.pass_to_ticket(need, by=roster.resident, **given)
    with pytest.raises(PermissionDenied):
        actions.pass_to_ticket(need, by=roster.other_liaison, **given)
    need = actions.pass_to_ticket(need, by=roster.liaison, **given)
    assert need.state == NeedState.CLOSED
    assert need.ticket.origin == f"member:{need.number}"
    assert need.ticket.lead_department == roster.town.offices[roster.town.communities[0].pk]
    assert Message.objects.filter(kind="need_passed", recipient=roster.resident).exists()


def test_a_common_concern_becomes_a_topic(roster):
    platform = PlatformFactory(code="p1", area=roster.town.communities[0])
    need = made.asked(roster)
    claim = actions.claim_need(need, by=roster.lawyer.user)
    need = actions.pass_to_topic(need, by=roster.admin, platform=platform)
    claim.refresh_from_db()
    assert (need.state, claim.state) == (NeedState.CLOSED, ClaimState.DECLINED)
    assert need.topic.title == need.title
    assert need.topic.raised_by == roster.admin


def test_its_day_is_over(roster, shift_clock):
    need, served = made.asked(roster, days=7), made.accepted(roster)
    actions.report_service(served, by=roster.lawyer.user, minutes=10)
    assert actions.fire_needs(by=None) == 0
    shift_clock(days=61)
    assert actions.fire_needs(by=None) == 2
    assert actions.fire_needs(by=None) == 0
    need.refresh_from_db()
    served.need.refresh_from_db()
    assert (need.state, served.need.state) == (NeedState.EXPIRED, NeedState.CLOSED)
    assert not TimeEntry.objects.exists()


def test_whoever_serves_needs_closes_one_with_a_reason(roster):
    need = made.asked(roster)
    with pytest.raises(PermissionDenied):
        actions.close_need(need, by=roster.other_liaison, note="x")
    refused("note_needed", actions.close_need, need, by=roster.liaison, note="")
    assert actions.close_need(need, by=roster.liaison, note="重复").state == NeedState.CLOSED


# ── who sees what ─────────────────────────────────────────────────────────────────────────────


def test_rows_and_rule_agree_for_everybody(roster):
    own = made.asked(roster)
    given = made.accepted(roster, need=made.asked(roster, by=roster.neighbour)).need
    far = made.accepted(
        roster, member=roster.distant,
        need=made.asked(roster, by=roster.neighbour, area=roster.town.communities[2]),
    ).need  # fmt: skip
    over = made.asked(roster)
    actions.withdraw_need(over, by=roster.resident)
    everybody = [value for value in vars(roster).values() if hasattr(value, "username")] + [
        one.user for one in (roster.lawyer, roster.branch, roster.distant, roster.gardener)
    ]
    for person in everybody:
        seen = set(needs.visible(person))
        assert seen == {
            one
            for one in Need.objects.select_related("area")
            if RULES["members.see_need"](person, one)
        }, person
    assert set(needs.visible(roster.resident)) == {own, over}
    assert set(needs.visible(roster.lawyer.user)) == {own, given}
    assert far in set(needs.visible(roster.other_liaison))
    assert far not in set(needs.visible(roster.liaison))


def test_every_move_names_a_permission_that_has_a_rule():
    named = {one.permission for one in MOVES.values() if one.permission}
    assert named <= set(RULES)


# ── forgetting ────────────────────────────────────────────────────────────────────────────────


def test_r24_a_need_is_a_count_after_a_year_and_its_contact_goes_after_a_month(roster, shift_clock):
    claim = made.confirmed(roster, **made.WITH_CONTACT)
    shift_clock(days=31)
    results = {one.name: one for one in retention.run()}
    assert results["members.need_contact"].erased == 1
    assert results["members.need"].erased == 0
    contact = NeedContact.objects.get()
    assert (contact.phone, contact.name) == (None, None)
    shift_clock(days=366)
    assert {one.name: one.erased for one in retention.run()}["members.need"] == 1
    need = Need.objects.get()
    claim.refresh_from_db()
    assert (need.title, need.body, need.asker, need.specialty) == ("", "", None, roster.labour)
    assert (claim.member, claim.thanks, claim.score) == (None, "", None)
    assert not NeedEvent.objects.exclude(by=None).exists()
    assert {one.name: one.erased for one in retention.run()}["members.need"] == 0


def test_r22_erasing_a_person_leaves_neither_name_nor_words(roster):
    need = made.asked(roster, **made.WITH_CONTACT)
    made.confirmed(roster)
    held = {one.name: one.rows for one in holdings.everything(roster.resident)}
    assert len(held["members.needs"]) == 2
    names = {name for name, _one in holdings.erasers()}
    assert names >= set(OURS)
    for _name, one in holdings.erasers():
        if _name in OURS:
            one.erase(roster.resident, clock.now())
            one.erase(roster.lawyer.user, clock.now())
    need.refresh_from_db()
    assert (need.state, need.title, need.asker) == (NeedState.WITHDRAWN, "", None)
    assert not Message.objects.filter(params__number=need.number).exists()
    assert not Claim.objects.exclude(member=None).exists()
    assert not NeedContact.objects.exists()


def test_a_member_is_erased_and_the_services_are_counts(roster):
    claim = made.confirmed(roster)
    for _n in range(2):
        for eraser in leaving.erasers():
            eraser(roster.lawyer)
    claim.refresh_from_db()
    assert (claim.member, claim.minutes, claim.need.state) == (None, 120, NeedState.CONFIRMED)
    assert not TimeEntry.objects.filter(payee__user__isnull=False).exists()
    assert TimeEntry.objects.count() == 1


def test_the_story_is_kept(roster):
    made.asked(roster)
    for statement in (
        "UPDATE members_needevent SET verb = 'x'",
        "DELETE FROM members_needevent",
        "UPDATE members_needevent SET note = 'other'",
    ):
        with (
            pytest.raises(IntegrityError, match="stays"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
