import threading
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy.guard import Kind
from grids.models import Department
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import filed, filing, routed, spot
from tickets import actions
from tickets.inbox import waiting
from tickets.models import Assignment, Contact, Ticket, TicketEvent, TicketWords
from tickets.queries import Spot


def take(ticket, name, by, **given):
    moved = actions.move(ticket, name, by=by, **given)
    ticket.refresh_from_db()
    return moved


def story(ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("verb", flat=True))


# ── filing ────────────────────────────────────────────────────────────────────────────────────


def test_filing_freezes_the_place_and_begins_the_story(town, cast):
    ticket = filed(town, by=cast["worker"], grid=3)

    assert ticket.state == "filed"
    assert ticket.grid == town.grids[3]
    assert ticket.community_id == town.communities[1].pk
    assert ticket.street_id == town.streets[0].pk
    assert ticket.district_id == town.district.pk
    assert story(ticket) == ["file"]
    assert TicketWords.objects.filter(ticket=ticket).exists()


def test_a_number_names_district_and_day_and_checks_itself(town, cast):
    first, second = (filed(town, by=cast["worker"]).number for _ in range(2))

    letters, serial, check = first.split("-")
    assert letters == f"YL{clock.today():%Y%m%d}"
    assert int(second.split("-")[1]) == int(serial) + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_check_digit(%s)", [letters[2:] + serial])
        assert cursor.fetchone()[0] == check


@pytest.mark.parametrize("digits", ["0794", "20261122000123"])
def test_the_check_digit_finds_every_single_wrong_digit(db, digits):
    def check(text):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tickets_check_digit(%s)", [text])
            return cursor.fetchone()[0]

    # ISO 7064's own example: 0794 has the check character 5.
    if digits == "0794":
        assert check(digits) == "5"
    for at, digit in enumerate(digits):
        for other in set("0123456789") - {digit}:
            assert check(digits[:at] + other + digits[at + 1 :]) != check(digits)


def test_the_same_sent_again_gives_what_it_made_as_it_is_now(town, cast):
    report = filing(town)
    first = actions.file(report, by=cast["worker"])
    Ticket.objects.filter(pk=first.ticket.pk).update(state="triage", routed_at="2026-01-01T00:00Z")

    again = actions.file(report, by=cast["worker"])

    assert (first.created, again.created) == (True, False)
    assert again.ticket.pk == first.ticket.pk
    assert again.ticket.state == "triage"
    assert Ticket.objects.count() == 1


def test_the_same_id_with_other_content_is_refused(town, cast):
    client_id = uuid4()
    actions.file(filing(town, client_id=client_id), by=cast["worker"])

    with pytest.raises(Refused) as refusal:
        actions.file(filing(town, client_id=client_id, description="另一件事"), by=cast["worker"])

    assert refusal.value.code == "client_id_reused"
    assert Ticket.objects.count() == 1


def test_another_persons_id_tells_nothing(town, cast):
    report = filing(town)
    mine = actions.file(report, by=cast["worker"])

    theirs = actions.file(report, by=cast["other_worker"])

    assert theirs.created
    assert theirs.ticket.pk != mine.ticket.pk


def test_a_point_off_the_map_is_refused_with_its_distance_and_writes_nothing(town, cast):
    with pytest.raises(Refused, match=r"\d+ m") as refusal:
        actions.file(filing(town, spot=spot(110.99, 30.005)), by=cast["worker"])

    assert refusal.value.code == "outside"
    assert not Ticket.objects.exists()
    assert not TicketEvent.objects.exists()


def test_a_grid_code_will_do_where_there_is_no_point(town, cast):
    ticket = filed(town, by=cast["worker"], spot=Spot(grid=town.grids[5].code))

    assert ticket.grid == town.grids[5]
    assert ticket.point is None


def test_an_unknown_grid_is_refused(town, cast):
    with pytest.raises(Refused) as refusal:
        filed(town, by=cast["worker"], spot=Spot(grid="420506999999999"))

    assert refusal.value.code == "unknown_grid"


@pytest.mark.parametrize("who", ["nobody", "clerk", "auditor"])
def test_who_holds_no_such_post_files_nothing(town, cast, who):
    with pytest.raises(PermissionDenied):
        actions.file(filing(town), by=cast[who])

    assert not Ticket.objects.exists()


def test_a_reporters_contact_is_sealed_from_the_first_row(town, cast):
    ticket = filed(town, by=cast["worker"], contact={"name": "王阿姨", "phone": "13812345678"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM tickets_contact WHERE ticket_id = %s", [ticket.pk])
        raw = b"".join(bytes(cell) for cell in cursor.fetchone())
    assert "王阿姨".encode() not in raw
    assert b"13812345678" not in raw
    assert str(Contact.objects.get().phone) == "•••"


def test_personal_numbers_in_the_text_are_masked_unless_kept(town, cast):
    words = "车牌鄂E12345 挡道，车主 13812345678，证件 11010519491231002X"

    masked = filed(town, by=cast["worker"], description=words)
    kept = filed(town, by=cast["worker"], description=words, keep=frozenset({Kind.PLATE, Kind.ID}))

    assert "13812345678" not in masked.description
    assert "鄂E12345" not in masked.description
    assert "鄂E12345" in kept.description
    assert "11010519491231002X" not in masked.description
    assert masked.events.get(verb="file").data == {"masked": True}


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_ticket():
    town = build_town()
    worker = holder("grid_worker", area=town.grids[0])
    report = filing(town)
    start, results = threading.Barrier(20), []

    def send():
        start.wait()
        try:
            results.append(actions.file(report, by=type(worker).objects.get(pk=worker.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 20
    assert sum(one.created for one in results) == 1
    assert {one.ticket.pk for one in results} == {Ticket.objects.get().pk}
    assert TicketEvent.objects.count() == 1


# ── the life ──────────────────────────────────────────────────────────────────────────────────


def test_a_report_lives_from_filing_to_closing(town, cast):
    ticket = routed(town, by=cast["worker"])
    assert ticket.state == "dispatched"

    take(ticket, "sign", cast["clerk"])
    assert ticket.state == "handling"
    take(ticket, "report_in", cast["clerk"])
    take(ticket, "make_safe", cast["clerk"])
    take(ticket, "finish", cast["clerk"], note="井盖已更换")
    assert ticket.state == "handled"
    take(ticket, "verify", cast["worker"])
    take(ticket, "close", cast["community"])

    assert ticket.state == "closed"
    assert ticket.closed_at is not None
    assert story(ticket) == [
        "file", "route", "sign", "report_in", "make_safe", "finish", "verify", "close",
    ]  # fmt: skip
    one = ticket.assignments.get()
    assert (one.state, one.done_by) == ("done", cast["clerk"])


def test_whom_a_change_concerns_is_told_once(town, cast):
    ticket = routed(town, by=cast["worker"])

    told = Message.objects.filter(channel="inapp")
    assert list(told.values_list("recipient", "kind")) == [(cast["clerk"].pk, "ticket_offered")]

    take(ticket, "sign", cast["clerk"])
    take(ticket, "finish", cast["clerk"], note="好了")
    to_verify = told.filter(kind="ticket_to_verify").values_list("recipient", flat=True)
    assert set(to_verify) == {cast["worker"].pk, cast["community"].pk}


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("sign", "urban"),
        ("sign", "worker"),
        ("sign", "street"),
        ("settle", "clerk"),
        ("settle", "other_street"),
        ("settle", "auditor"),
    ],
)
def test_a_stranger_moves_nothing(town, cast, name, who):
    ticket = routed(town, by=cast["worker"])
    before = story(ticket)

    with pytest.raises(PermissionDenied):
        take(ticket, name, cast[who], note="试试")

    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    assert story(ticket) == before


def test_a_refused_move_changes_nothing_and_says_all_that_is_missing(town, cast):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])

    with pytest.raises(Refused) as refusal:
        take(ticket, "finish", cast["clerk"], note="   ")

    assert refusal.value.code == "note_needed"
    ticket.refresh_from_db()
    assert ticket.state == "handling"
    assert story(ticket) == ["file", "route", "sign"]


def test_a_lead_returns_twice_and_the_desk_assigns_anew(town, cast):
    ticket = routed(town, by=cast["worker"])
    given = {"note": "路灯不归我局", "return_reason": "not_ours", "suggested_owner": "城管局"}

    take(ticket, "return", cast["clerk"], **given)
    assert (ticket.state, ticket.return_count, ticket.lead_department) == ("triage", 1, None)
    take(ticket, "assign", cast["street"], department=town.urban)
    assert (ticket.state, ticket.lead_department) == ("dispatched", town.urban)
    take(ticket, "sign", cast["urban"])
    take(ticket, "return", cast["urban"], **given)
    take(ticket, "assign", cast["street"], department=town.housing)
    with pytest.raises(Refused) as refusal:
        take(ticket, "return", cast["clerk"], **given)

    assert refusal.value.code == "returns_used_up"
    event = ticket.events.filter(verb="return").first()
    assert event.data["suggested_owner"] == "城管局"
    assert event.note == "路灯不归我局"


@pytest.mark.parametrize("which", ["closed", "far", "command"])
def test_the_desk_names_only_a_department_that_works_here(town, cast, which):
    ticket = routed(town, by=cast["worker"])
    take(
        ticket,
        "return",
        cast["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    department = {
        "closed": DepartmentFactory(area=town.district, is_active=False),
        "far": town.offices[town.streets[1].pk],
        "command": DepartmentFactory(area=town.district, kind=Department.Kind.COMMAND),
    }[which]

    with pytest.raises(Refused) as refusal:
        take(ticket, "assign", cast["street"], department=department)

    assert refusal.value.code == "wrong_department"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.assignments.count()) == ("triage", 1)


def test_settling_is_an_assignment_to_the_own_office_done_at_once(town, cast):
    ticket = routed(town, by=cast["worker"])

    take(ticket, "settle", cast["community"], note="社区已协调清走")

    assert ticket.state == "handled"
    rows = {one.department_id: one for one in ticket.assignments.all()}
    assert rows[town.housing.pk].state == "withdrawn"
    office = rows[town.offices[town.communities[0].pk].pk]
    assert (office.state, office.role, office.done_by) == ("done", "lead", cast["community"])


def test_the_street_settles_in_its_own_office(town, cast):
    ticket = routed(town, by=cast["worker"])

    take(ticket, "settle", cast["street"], note="街道已处理")

    assert ticket.lead_department == town.offices[town.streets[0].pk]


def test_without_an_office_nothing_is_settled(town, cast):
    ticket = routed(town, by=cast["worker"])
    Department.objects.filter(area=town.communities[0]).update(is_active=False)

    with pytest.raises(Refused) as refusal:
        take(ticket, "settle", cast["worker"], note="已处理")

    assert refusal.value.code == "no_office"
    assert ticket.assignments.get().state == "offered"


def test_nobody_verifies_what_he_did_himself(town, cast):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "settle", cast["worker"], note="当场清走")

    with pytest.raises(Refused) as refusal:
        take(ticket, "verify", cast["worker"])

    assert refusal.value.code == "own_work"
    take(ticket, "verify", cast["community"])
    assert ticket.state == "verified"


@pytest.mark.parametrize("part", ["report_in", "make_safe"])
def test_nor_does_whoever_took_a_part_in_it(town, cast, part):
    office = town.offices[town.communities[0].pk]
    ticket = routed(town, by=cast["worker"])
    take(
        ticket,
        "return",
        cast["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner=office.name,
    )
    take(ticket, "assign", cast["street"], department=office)
    first, second = (holder("community_officer", area=town.communities[0]) for _ in range(2))
    take(ticket, "sign", first)
    take(ticket, part, second)
    take(ticket, "finish", first, note="好了")

    with pytest.raises(Refused) as refusal:
        take(ticket, "verify", second)

    assert refusal.value.code == "own_work"
    assert not any(group.slug == "verify" for group in waiting(second))
    assert any(group.slug == "verify" for group in waiting(cast["community"]))


def test_a_colleague_in_the_department_does_not_verify_either(town, cast):
    ticket = routed(town, by=cast["worker"])
    both = holder("department_clerk", department=town.housing)
    both.posts.create(
        role="community_officer", area=town.communities[0], period=both.posts.get().period
    )
    take(ticket, "sign", cast["clerk"])
    take(ticket, "finish", cast["clerk"], note="好了")

    with pytest.raises(Refused) as refusal:
        take(ticket, "verify", type(both).objects.get(pk=both.pk))

    assert refusal.value.code == "own_work"


@pytest.mark.parametrize("arrived", [True, False])
def test_rejected_work_goes_back_to_where_it_stood(town, cast, arrived):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])
    if arrived:
        take(ticket, "report_in", cast["clerk"])
    take(ticket, "finish", cast["clerk"], note="好了")

    take(ticket, "reject", cast["community"], note="井盖还是松的")

    one = ticket.assignments.get()
    assert ticket.state == "handling"
    assert one.state == ("reported_in" if arrived else "signed")
    assert one.done_at is None
    take(ticket, "finish", cast["clerk"], note="重做了")
    assert ticket.state == "handled"


def test_a_closed_ticket_is_reopened_to_its_lead(town, cast):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "settle", cast["worker"], note="当场清走")
    take(ticket, "verify", cast["community"])
    take(ticket, "close", cast["community"])

    take(ticket, "reopen", cast["street"], note="又来了")

    assert (ticket.state, ticket.closed_at) == ("handling", None)
    assert ticket.assignments.get(role="lead", state="signed").done_at is None


def test_declined_withdraws_every_offer_and_tells_the_reporter(town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.route()  # no rule: triage

    take(ticket, "decline", cast["street"], note="法院在办，可找法律援助")

    assert ticket.state == "declined"
    assert Message.objects.filter(recipient=cast["worker"], kind="ticket_declined").exists()


def test_an_assistants_return_touches_only_its_own(town, cast):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])
    Assignment.objects.create(
        ticket=ticket, department=town.urban, role="assist", offered_at=ticket.filed_at
    )
    take(ticket, "finish", cast["clerk"], note="好了")
    assert ticket.state == "handling"

    take(
        ticket,
        "return",
        cast["urban"],
        note="不用我局",
        return_reason="not_ours",
        suggested_owner="无",
    )

    assert (ticket.state, ticket.return_count) == ("handled", 0)


def test_notes_are_masked_before_they_are_kept(town, cast):
    ticket = routed(town, by=cast["worker"])

    take(ticket, "sign", cast["clerk"], note="联系 13812345678")

    assert "13812345678" not in ticket.events.get(verb="sign").note


@pytest.mark.django_db(transaction=True)
def test_six_at_once_sign_once():
    town = build_town()
    worker = holder("grid_worker", area=town.grids[0])
    clerk = holder("department_clerk", department=town.housing)
    ticket = routed(town, by=worker)
    start, outcomes = threading.Barrier(6), []

    def sign():
        start.wait()
        try:
            actions.move(ticket, "sign", by=type(clerk).objects.get(pk=clerk.pk))
            outcomes.append("signed")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["signed"] + ["wrong_state"] * 5
    assert ticket.events.filter(verb="sign").count() == 1


@pytest.mark.parametrize(
    "tamper",
    [lambda row: TicketEvent.objects.filter(pk=row.pk).update(note="anders"), TicketEvent.delete],
    ids=["update", "delete"],
)
def test_history_is_append_only(town, cast, tamper):
    event = filed(town, by=cast["worker"]).events.get()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tamper(event)

    assert TicketEvent.objects.get().note == ""
