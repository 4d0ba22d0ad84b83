"""Conditions of categories: who writes them, how they follow one another, and what they hold up."""

import threading
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Level
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, holder
from tests.factories.photos import shot, upload
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import actions, conditions, evidence, gallery
from tickets.gallery import Sending
from tickets.models import CategoryTerms
from tickets.workflow import State

PAGE = "/tickets/conditions/"
METRE = 1 / 111_195


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101")


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def neighbour(town):
    district = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    district.command = holder("district_command", area=district)
    return district


def put(by, category, area, **given):
    words = {"closing": "新井盖与路面齐平", "reason": "试点"}
    return conditions.set_terms(by=by, category=category, area=area, **(words | given))


def done(ticket, cast, **given):
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已更换", **given)
    ticket.refresh_from_db()
    return ticket


def photo(ticket, by, *, metres=None, phase="after"):
    place = {}
    if metres is not None:
        place = {"lon": ticket.point.x, "lat": ticket.point.y + metres * METRE}
    file = upload(shot(place=False))
    return gallery.add(ticket, Sending(uuid4(), file, phase, **place), by=by).photo


# ── by whom, and where ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_nobody_but_the_command_writes_them(town, cast, category, sign_in, who):
    with pytest.raises(PermissionDenied):
        put(cast[who], category, town.district)
    with pytest.raises(PermissionDenied):
        put(UserFactory(is_superuser=True), category, town.district)
    given = {"category": category.pk, "area": town.district.pk, "closing": "x", "reason": "x"}
    assert sign_in(who).post(PAGE, given).status_code == 403
    assert not CategoryTerms.objects.exists()


def test_a_command_ends_at_its_district(town, cast, category, neighbour):
    theirs = put(neighbour.command, category, neighbour)
    for area in (neighbour, None):
        with pytest.raises(PermissionDenied):
            put(cast["command"], category, area)
    with pytest.raises(PermissionDenied):
        conditions.end_terms(theirs, by=cast["command"])
    with pytest.raises(ValidationError):
        put(cast["command"], category, town.streets[0])
    assert put(holder("district_command", area=town.city), category, None).area is None


def test_each_reads_those_of_his_own_district(town, cast, category, neighbour, sign_in, api):
    put(neighbour.command, category, neighbour, closing="西陵的条件")
    put(cast["command"], category, town.district)
    put(None, category, None, closing="到处都行")

    for who in ("worker", "clerk", "street", "nobody", "auditor"):
        page = sign_in(who).get(PAGE).content.decode()
        assert "新井盖与路面齐平" in page
        assert "到处都行" in page
        # An auditor of the city reads those of all its districts.
        assert ("西陵的条件" in page) is (who == "auditor")
    api.force_authenticate(cast["worker"])
    rows = api.get("/api/v1/conditions/").json()["results"]
    assert [one["closing"] for one in rows] == ["新井盖与路面齐平", "到处都行"]
    assert api.get("/api/v1/conditions/", {"category": "9999"}).json()["results"] == []
    assert api.get("/api/v1/conditions/", {"categori": "0101"}).status_code == 400


# ── one after another ─────────────────────────────────────────────────────────────────────────


def test_they_are_followed_and_never_edited(town, cast, category):
    first = put(cast["command"], category, town.district)
    same = put(cast["command"], category, town.district, reason="再说一次")
    second = put(cast["command"], category, town.district, closing="另外拍照")

    first.refresh_from_db()
    assert same == first
    assert (first.closing, first.ended_by) == ("新井盖与路面齐平", cast["command"])
    assert first.valid_to == second.valid_from
    assert list(CategoryTerms.objects.in_force()) == [second]


def test_words_say_something_and_no_numbers_of_persons(town, cast, category):
    with pytest.raises(ValidationError):
        put(cast["command"], category, town.district, closing="  ")
    with pytest.raises(ValidationError):
        put(cast["command"], category, town.district, reason="")
    kept = put(cast["command"], category, town.district, filing="请打 13800000000")
    assert "13800000000" not in kept.filing


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_leave_one_in_force(town, cast, category):
    def write(n):
        try:
            put(None, category, town.district, closing=f"第 {n} 版")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert CategoryTerms.objects.count() == 10
    assert CategoryTerms.objects.in_force().count() == 1


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_and_ends_on_the_page(town, category, sign_in):
    client = sign_in("command")
    given = {"category": category.pk, "area": town.district.pk, "filing": "井盖缺失或破损"}
    wrong = client.post(PAGE, given).content.decode()
    assert "Say why." in wrong
    assert "井盖缺失或破损" in wrong
    empty = client.post(PAGE, given | {"filing": " ", "reason": "x"}).content.decode()
    assert "Write at least one condition." in empty
    for bad in ({"category": "x"}, {"area": town.streets[0].pk}, {"filing": "a\x00b"}):
        assert client.post(PAGE, given | {"reason": "x"} | bad).status_code == 200
    assert not CategoryTerms.objects.exists()

    assert client.post(PAGE, given | {"reason": "试点", "checks_first": "on"})["Location"] == PAGE
    one = CategoryTerms.objects.get()
    assert (one.filing, one.checks_first) == ("井盖缺失或破损", True)
    assert one.code in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{one.pk}/end/")["Location"] == PAGE
    assert not CategoryTerms.objects.in_force().exists()


def test_another_district_s_are_not_there_to_end(cast, category, neighbour, sign_in):
    theirs = put(neighbour.command, category, neighbour)
    assert sign_in("command").post(f"{PAGE}{theirs.pk}/end/").status_code == 404
    assert sign_in("worker").post(f"{PAGE}{theirs.pk}/end/").status_code == 404


def test_the_page_asks_as_much_for_many_as_for_one(town, cast, sign_in):
    client, asked = sign_in("command"), []
    client.get(PAGE)
    for start in (0, 1):
        for n in range(start, 1 + 4 * start):
            put(None, CategoryFactory(code=f"010{n}"), town.district, closing=f"第 {n} 条")
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


# ── what they hold up ─────────────────────────────────────────────────────────────────────────


def test_the_filing_condition_is_shown_where_one_files(town, cast, category, sign_in):
    put(cast["command"], category, town.district, filing="井盖缺失、破损或响动", closing="")
    page = sign_in("worker").get("/tickets/new/").content.decode()
    assert 'data-gg-condition="0101" hidden' in page
    chosen = sign_in("worker").post("/tickets/new/", {"category": "0101"}).content.decode()
    assert "井盖缺失、破损或响动" in chosen
    assert 'data-gg-condition="0101" hidden' not in chosen


def test_verifying_asks_for_the_condition_of_the_day_of_filing(
    town, cast, category, sign_in, clock_at
):
    clock_at("2026-09-24 09:00")
    put(cast["command"], category, town.district)
    clock_at("2026-09-24 09:05")
    ticket = routed(town, by=cast["worker"])
    clock_at("2026-09-24 09:10")
    put(cast["command"], category, town.district, closing="后来的条件")
    done(ticket, cast)

    page = sign_in("community").get(ticket.get_absolute_url()).content.decode()
    assert "新井盖与路面齐平" in page
    assert "后来的条件" not in page
    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "verify", by=cast["community"])
    assert refusal.value.code == "condition_needed"
    url = f"{ticket.get_absolute_url()}verify/"
    assert "Look whether the closing condition is met." in (
        sign_in("community").post(url, {"note": "看过了"}).content.decode()
    )
    assert sign_in("community").post(url, {"meets": "on"}).status_code == 302
    assert ticket.events.get(verb="verify").data["meets"] is True


def test_where_nothing_is_written_nothing_more_is_asked(town, cast):
    ticket = done(routed(town, by=cast["worker"]), cast)
    assert actions.move(ticket, "verify", by=cast["community"]).state == State.VERIFIED


# ── the after-photo ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wants_photo(town, category, clock_at, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock_at("2026-09-24 09:00")
    put(None, category, town.district, wants_after_photo=True, closing="")
    clock_at("2026-09-24 09:05")


@pytest.fixture
def signed(town, cast, wants_photo):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    return ticket


def finish(ticket, cast, **given):
    try:
        return actions.move(ticket, "finish", by=cast["clerk"], note="已更换", **given).state
    except Refused as refusal:
        return refusal.code


def test_a_photo_from_within_fifty_metres_or_a_reason(signed, cast):
    assert finish(signed, cast) == "photo_needed"
    assert finish(signed, cast, no_photo=" \u200b ") == "photo_needed"
    photo(signed, cast["clerk"])
    assert finish(signed, cast) == "photo_needed"
    photo(signed, cast["clerk"], metres=51)
    assert finish(signed, cast) == "photo_needed"
    photo(signed, cast["clerk"], metres=20, phase="before")
    assert finish(signed, cast) == "photo_needed"
    photo(signed, cast["clerk"], metres=49)
    assert finish(signed, cast) == State.HANDLED


def test_a_reason_will_do_and_is_read_by_who_verifies(signed, cast, sign_in):
    assert finish(signed, cast, no_photo="夜里停电，拍不清 13800000000") == State.HANDLED
    assert "13800000000" not in str(signed.events.get(verb="finish").data)
    page = sign_in("community").get(signed.get_absolute_url()).content.decode()
    assert "No photo from the place: 夜里停电" in page
    assert "No after-photo was added." in page


def test_the_distance_is_told_to_who_verifies_and_to_no_other_department(
    signed, town, cast, sign_in
):
    photo(signed, cast["clerk"], metres=12)
    finish(signed, cast)

    assert evidence.proof_of(signed).metres == pytest.approx(12, abs=0.5)
    page = sign_in("community").get(signed.get_absolute_url()).content.decode()
    assert "The after-photo was taken 12 m from the pin." in page
    signed.assignments.create(department=town.urban, role="assist", offered_at=signed.filed_at)
    urban = sign_in("urban").get(signed.get_absolute_url()).content.decode()
    assert "m from the pin" not in urban


def test_sent_back_the_old_photo_shows_nothing_any_more(signed, cast, clock_at):
    photo(signed, cast["clerk"], metres=5)
    finish(signed, cast)
    clock_at("2026-09-24 10:00")
    actions.move(signed, "reject", by=cast["community"], note="盖板松动")
    clock_at("2026-09-24 10:30")
    assert finish(signed, cast) == "photo_needed"
    photo(signed, cast["clerk"], metres=5)
    assert finish(signed, cast) == State.HANDLED


def test_a_whistle_always_wants_one(town, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ticket = whistled(town, by=cast["community"], kind="routine")
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "report_in", by=cast["clerk"])
    four = {"spoke_with": "店主", "until": clock.local(ticket.filed_at).date()}
    assert finish(ticket, cast, **four) == "photo_needed"
    photo(ticket, cast["clerk"], metres=5)
    assert finish(ticket, cast, **four) == State.HANDLED


def test_a_ticket_without_a_pin_takes_any_after_photo(signed, cast):
    signed.__class__.objects.filter(pk=signed.pk).update(point=None, raw_lon=None, raw_lat=None)
    signed.refresh_from_db()
    photo(signed, cast["clerk"])
    assert finish(signed, cast) == State.HANDLED


def test_on_the_page_the_photo_is_kept_first_and_nothing_is_lost(signed, cast, sign_in):
    client, url = sign_in("clerk"), f"{signed.get_absolute_url()}finish/"
    page = client.get(signed.get_absolute_url()).content.decode()
    assert 'name="after_photo"' in page
    assert 'enctype="multipart/form-data"' in page

    # Its camera says 90 km from here: kept, and a reason is asked for.
    far = client.post(url, {"note": "已更换", "after_photo": upload()})
    assert far.status_code == 200
    assert "Add an after-photo from within 50 m" in far.content.decode()
    assert "已更换" in far.content.decode()
    kept = signed.photos.get()
    assert kept.phase == "after"
    assert str(kept.public_id) in far.content.decode()  # the page knows of it at once
    # The same once more makes nothing new.
    client.post(url, {"note": "已更换", "after_photo": upload()})
    assert signed.photos.count() == 1
    broken = client.post(url, {"note": "x", "no_photo": "x", "after_photo": upload(b"no photo")})
    assert "This is no photo." in broken.content.decode()
    assert not signed.events.filter(verb="finish").exists()

    assert client.post(url, {"note": "已更换", "no_photo": "相机定位不准"}).status_code == 302


def test_a_program_sends_the_photo_first_and_then_finishes(signed, cast, api):
    api.force_authenticate(cast["clerk"])
    url = f"/api/v1/tickets/{signed.number}/"
    moves = api.get(f"{url}actions/").json()["results"]
    field = {"name": "no_photo", "required": True}
    assert field in next(one for one in moves if one["name"] == "finish")["fields"]
    body = {
        "client_id": str(uuid4()), "photo": upload(shot(place=False)), "phase": "after",
        "lon": signed.point.x, "lat": signed.point.y,
    }  # fmt: skip
    assert api.post(f"{url}photos/", body, format="multipart").status_code == 201
    assert api.post(f"{url}actions/finish/", {"note": "好"}, format="json").status_code == 200


# ── nobody grades his own work ────────────────────────────────────────────────────────────────


def test_who_planned_it_does_not_verify_it(town, cast):
    officer = cast["community"]
    ticket = whistled(town, by=cast["street"], kind="enforcement")
    part = ticket.assignments.get()
    part.planned_at, part.planned_by = ticket.filed_at, officer
    part.save()
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "report_in", by=cast["clerk"])
    actions.move(
        ticket, "finish", by=cast["clerk"], note="好", spoke_with="店主", no_photo="x",
        until=clock.local(ticket.filed_at).date(),
    )  # fmt: skip

    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "verify", by=officer)
    assert refusal.value.code == "own_work"
    # Who only saw for the place that it is safe did no work.
    assert actions.move(ticket, "verify", by=cast["worker"]).state == State.VERIFIED


def test_a_department_that_made_it_safe_and_gave_it_back_does_not_verify(town, cast):
    ticket = whistled(town, by=cast["worker"])
    both = holder("community_officer", area=town.communities[0])
    both.posts.create(
        role="department_clerk", department=town.housing, period=both.posts.get().period
    )
    for name in ("sign", "report_in", "make_safe"):
        actions.move(ticket, name, by=cast["clerk"])
    given = {"note": "不归我局", "return_reason": "not_ours", "suggested_owner": "城管局"}
    actions.move(ticket, "return", by=cast["clerk"], **given)
    actions.move(ticket, "assign", by=cast["street"], department=town.urban)
    for name in ("sign", "report_in", "make_safe"):
        actions.move(ticket, name, by=cast["urban"])
    actions.move(
        ticket, "finish", by=cast["urban"], note="好", spoke_with="店主", no_photo="x",
        until=clock.local(ticket.filed_at).date(),
    )  # fmt: skip

    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "verify", by=both)
    assert refusal.value.code == "own_work"
