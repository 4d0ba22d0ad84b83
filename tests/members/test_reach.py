"""What somebody from outside tried: data past its reach, traces after leaving, deciding on oneself."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox import actions as outbox
from govgrid.outbox.models import Message
from govgrid.privacy import erasure, holdings
from govgrid.privacy.actions import publish_notice
from govgrid.privacy.models import AccessLog, Alarm, Notice
from govgrid.privacy.proofs import SecondFactorProof
from members import actions, matching, receptions, roster, visits
from members.models import Booking, Claim, Counsel, Member, NeedEvent, Visit, VisitWish
from members.workflow.roster import MemberState, Purpose
from tests.factories import counsel as advised
from tests.factories import needs as needed
from tests.factories import receptions as received
from tests.factories.accounts import UserFactory
from tests.factories.grids import holder
from tests.factories.joining import PHONE, assess, giving, somebody
from tests.factories.members import MemberFactory, agree, notice
from tests.factories.network import NetworkPostFactory, held, serving

pytestmark = pytest.mark.django_db


def granted(people, member):
    granting = advised.granting(member.area, representative=member)
    return actions.grant_duty(granting, by=people["roster"])


def published(key):
    """A newer version that asks for more, published as it is in life."""
    newest = notice(key)
    newer = Notice.objects.create(
        key=key, version=newest.version + 1, purpose="more", method="method", text="text",
        fields_listed=["name", "more"], retention_days=90,
    )  # fmt: skip
    return publish_notice(newer, by=None)


# ── masked until renewed ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", [Purpose.ROSTER, Purpose.LISTED])
def test_r3_the_public_sees_nobody_who_was_not_asked_again(member, people, key):
    grant = granted(people, member)
    assert (list(Member.objects.listed()), grant.shown_representative) == ([member], "老张")

    newer = published(key)

    grant.representative.refresh_from_db()
    assert (list(Member.objects.listed()), grant.shown_representative) == ([], "")
    actions.pause(member, by=member.user)
    actions.resume(member, by=member.user)
    assert not Member.objects.get(pk=member.pk).is_listed

    actions.agree(member, key, newer.pk, by=member.user)
    assert list(Member.objects.listed()) == [member]


def test_r3_who_switched_it_off_is_not_shown_by_agreeing_to_the_roster_again(member):
    actions.withdraw(member, Purpose.LISTED, by=member.user)
    newer = published(Purpose.ROSTER)
    actions.agree(member, Purpose.ROSTER, newer.pk, by=member.user)
    assert not Member.objects.listed().exists()


def test_r3_nobody_is_called_on_who_was_not_asked_again(client, member, people):
    actions.welcome_visits(by=member.user, is_welcome=True)
    published(Purpose.ROSTER)

    assert not visits.welcoming(people["roster"]).exists()
    assert not people["roster"].has_perm("members.call_on", member)
    client.force_login(people["roster"])
    page = client.get(reverse("members:visit-round")).content.decode()
    assert member.display_name not in page
    with pytest.raises(PermissionDenied):
        actions.record_visit(member, by=people["roster"], on=clock.today())


# ── out of reach ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", roster.ORDERS)
def test_where_somebody_out_of_reach_would_stand_is_not_told(town, people, order):
    """The cursor is a roster number, and those can be counted up."""
    for name, pinyin in (("丁一", "ding yi"), ("王芳", "wang fang")):
        MemberFactory(area=town.communities[0], name=name, pinyin=pinyin)
    stranger = MemberFactory(area=town.communities[2], name="李明", pinyin="li ming")
    reader = people["liaison"]
    rows = roster.ordered(roster.within_reach(reader), order)
    assert stranger not in rows

    assert list(roster.after(rows, order, stranger.serial)) == list(rows)


def test_r2_nobody_lets_herself_in_by_her_own_link(people, town):
    assess()
    keeper = people["roster"]
    [link] = actions.invite([somebody()], area=town.communities[0], by=keeper).links

    with pytest.raises(Refused) as refused:
        actions.answer_invitation(link.token, giving(), by=keeper)

    assert refused.value.code == "own_link"
    assert not Member.objects.filter(user=keeper).exists()
    other = UserFactory()
    joined = actions.answer_invitation(link.token, giving(), by=other)
    assert (joined.user, joined.state) == (other, MemberState.ACTIVE)


def test_nobody_is_made_a_representative_who_is_out_of_reach(town, people, member):
    """Else the numbers of the roster, counted up, would tell who is on it."""
    stranger = MemberFactory(area=town.communities[2], display_name="远邻")
    herself = MemberFactory(area=town.communities[2], user=people["other_roster"])
    for one, code in ((member, "not_active"), (herself, "oneself")):
        granting = advised.granting(town.communities[2], representative=one)
        with pytest.raises(Refused) as refused:
            actions.grant_duty(granting, by=people["other_roster"])
        assert refused.value.code == code
    granting = advised.granting(town.communities[2], representative=stranger)
    assert actions.grant_duty(granting, by=people["other_roster"]).representative == stranger


def test_r3_who_was_not_asked_again_is_suggested_to_nobody():
    made = needed.build_roster()
    need = needed.asked(made)
    assert made.lawyer in [one.member for one in matching.match(need)]
    published(Purpose.ROSTER)
    assert matching.match(need) == []
    assert matching.fitting(made.lawyer) == []


# ── on record ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def numbered(member):
    return actions.edit(member, {"phone": PHONE}, by=member.user)


def revealed(member, by, *, reason="约时间上门", case="YL-1"):
    proof = SecondFactorProof(by.pk, clock.now())
    return actions.reveal(member, by=by, reason=reason, case=case, proof=proof)


@pytest.mark.django_db(transaction=True)
def test_r18_a_case_that_there_is_not_is_told(numbered, people):
    officer = holder("data_officer", area=numbered.area)
    revealed(numbered, people["roster"], case="YL-1")
    assert Alarm.objects.filter(kind=Alarm.Kind.NO_CASE).count() == 1
    assert Message.objects.filter(recipient=officer, kind__startswith="privacy-").exists()


@pytest.mark.django_db(transaction=True)
def test_r18_an_opening_for_a_need_under_way_is_told_nobody():
    made = needed.build_roster()
    member = actions.edit(made.lawyer, {"phone": PHONE}, by=made.lawyer.user)
    need = needed.asked(made)
    revealed(member, made.admin, case=need.number)
    assert not Alarm.objects.exists()
    actions.withdraw_need(need, by=made.resident, note="")
    revealed(member, made.admin, case=need.number)
    assert Alarm.objects.get().kind == Alarm.Kind.NO_CASE


@pytest.mark.django_db(transaction=True)
def test_r22_the_log_that_outlives_an_entry_holds_neither_name_nor_number(numbered, people):
    by = people["roster"]
    revealed(numbered, by, reason=f"回访张三丰，{PHONE}", case=f"张三丰 {PHONE}")
    revealed(numbered, by, case="张三丰" * 20)
    actions.note_copy([numbered], by=by, reason=f"给张三丰（{PHONE}）发通知")

    said = " ".join(
        f"{one.reason} {one.case}" for one in AccessLog.objects.exclude(by=numbered.user)
    )
    assert numbered.serial in said
    for plain in ("张三丰", PHONE):
        assert plain not in said


def test_r17_who_read_who_comes_is_on_record_and_found_by_them(client, town, station, people):
    with clock.telling(received.NOW):
        slot = received.first_slot(received.laid(station, by=people["liaison"]))
        booking = received.booked(slot, by=people["resident"])
        activity = received.announced(station, by=people["liaison"])
        actions.sign_up(activity, by=people["resident"])
        client.force_login(people["liaison"])
        for address in (
            reverse("members:slot-sheet", args=[slot.pk]),
            reverse("members:day-sheet", args=[station.code]) + f"?day={slot.day}",
            reverse("members:activity-desk", args=[activity.pk]),
        ):
            assert people["resident"].name in client.get(address).content.decode()

    found = AccessLog.objects.of_subjects(holdings.subjects(people["resident"]))
    assert [one.model for one in found.order_by("pk")] == [
        "members.Booking", "members.Booking", "members.SignUp",
    ]  # fmt: skip
    assert {one.by for one in found} == {people["liaison"]}
    assert booking.pk


def test_r20_a_host_whom_the_public_does_not_see_is_no_name_on_anybodys_page(
    client, station, people
):
    with clock.telling(received.NOW):
        host = MemberFactory(
            area=station.area, station=station, name="欧阳明远", user__name="欧阳明远"
        )
        laid = received.laid(station, by=people["liaison"], hosts=[host])
        slot = received.first_slot(laid)
        booking = received.booked(slot, by=people["resident"])
        client.force_login(host.user)
        sheet = client.get(reverse("members:slot-sheet", args=[slot.pk])).content.decode()
        assert people["resident"].name in sheet
        client.force_login(people["resident"])
        entry = AccessLog.objects.get(model="members.Booking", row=str(booking.pk))
        assert (entry.by, entry.role) == (host.user, "host")
        for address in (
            reverse("privacy:mine"), reverse("privacy:copy-json"), booking.get_absolute_url(),
            slot.get_absolute_url(), reverse("members:reception"),
        ):  # fmt: skip
            assert host.name not in client.get(address).content.decode(), address


def test_r32_how_many_were_received_is_told_by_quarter_and_in_fives(client, station, people):
    with clock.telling(received.NOW):
        laid = received.laid(station, by=people["liaison"], places=13)
        slot = received.first_slot(laid)
        rows = [received.booked(slot, by=UserFactory()) for _n in range(13)]
    day = clock.local(slot.starts_at).date()
    with clock.telling(slot.starts_at):
        for n, booking in enumerate(rows):
            actions.mark_came(booking, by=people["liaison"])
            told = receptions.received_of(station, day + timedelta(days=1))
            assert told == (10 if n >= 9 else 0)
        # Who comes today is told when the quarter is over.
        page = client.get(station.get_absolute_url()).content.decode()
        assert "received within a year" not in page
    with clock.telling(slot.starts_at + timedelta(days=60)):
        page = client.get(station.get_absolute_url()).content.decode()
        assert "10 people were received within a year" in page


# ── gone ──────────────────────────────────────────────────────────────────────────────────────


def test_r4_who_leaves_represents_nobody_and_waits_for_no_visit(member, people):
    grant = granted(people, member)
    actions.wish_visit(by=member.user)

    actions.leave(member, by=member.user)

    grant.refresh_from_db()
    assert grant.representative is None
    assert not VisitWish.objects.exists()
    with pytest.raises(PermissionDenied):
        actions.accept_grant(grant, by=member.user)


def erased(member):
    actions.leave(member, by=member.user)
    return actions.erase(Member.objects.get(pk=member.pk), by=None)


def test_r22_counsels_and_visits_go_with_the_entry(member, people):
    advised.drafted(member)
    actions.welcome_visits(by=member.user, is_welcome=True)
    actions.record_visit(member, by=people["roster"], on=clock.today())

    erased(member)

    assert not Counsel.objects.exists()
    assert not Visit.objects.exists()


def test_r22_what_others_wrote_of_a_member_goes_as_well():
    made = needed.build_roster()
    name = "欧阳明远"
    Member.objects.filter(pk=made.lawyer.pk).update(name=name)
    made.lawyer.refresh_from_db()
    claim = needed.accepted(made)
    actions.report_service(claim, by=made.lawyer.user, minutes=30)
    actions.dispute_need(claim.need, by=made.resident, note=f"{name}没有来")
    actions.report_service(claim, by=made.lawyer.user, minutes=60)
    actions.confirm_need(claim.need, by=made.resident, score=5, thanks=f"谢谢{name}")
    outbox.owe(
        recipients=[made.resident], kind="need_over", url="/", fact="x",
        params={"number": claim.need.number, "title": "t", "note": f"{name}说的"},
    )  # fmt: skip

    erased(made.lawyer)

    left = [*Claim.objects.values_list("thanks", flat=True),
            *NeedEvent.objects.values_list("note", flat=True),
            *(str(one.params) for one in Message.objects.filter(recipient=made.resident)),
            ]  # fmt: skip
    assert name not in " ".join(left)


def test_r22_the_times_of_who_is_erased_are_others_again(station, people, settings, tmp_path):
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
    with clock.telling(received.NOW):
        slot = received.first_slot(received.laid(station, by=people["liaison"]))
        gone = UserFactory(name="欧阳明远")
        mine = received.booked(slot, by=gone)
        other = received.booked(slot, by=people["author"])
        assert other.state == "waiting"

        erasure.erase(gone, by=None)
        erasure.erase(gone, by=None)

    assert Booking.objects.get(pk=mine.pk).state == "cancelled"
    assert Booking.objects.get(pk=other.pk).state == "booked"


@pytest.mark.parametrize("kind", ["post", "station"])
def test_r22_who_holds_a_post_of_the_network_hands_it_over_first(station, kind):
    post = NetworkPostFactory(area=station.area, station=station)
    seat = serving(station) if kind == "station" else held(post)
    person = seat.user if kind == "station" else seat.holder

    with pytest.raises(Refused) as refused:
        erasure.erase(person, by=None)

    assert refused.value.code == "holds_a_post"
    [row] = next(one.rows for one in holdings.everything(person) if one.name == "members.services")
    assert station.name in row.values()


def test_r4_a_switch_sent_with_nonsense_takes_nobody_off_the_roster(client, member):
    client.force_login(member.user)
    address = reverse("members:me-consent", args=[str(Purpose.ROSTER)])
    for said in ("x", "", "9" * 30, "٣"):
        assert client.post(address, {"notice": said}).status_code == 409
    member.refresh_from_db()
    assert member.state == MemberState.ACTIVE


def test_agreeing_again_on_the_page_of_data_makes_nobody_a_member(client, member):
    actions.leave(member, by=member.user)
    agree(member.user, Purpose.LISTED)
    member.refresh_from_db()
    assert (member.state, member.is_listed) == (MemberState.LEFT, False)
