"""Pages of reception days and activities: who may open what, what they keep, how many statements."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse

from consultations import codes
from govgrid.core import clock
from govgrid.core.panels import panels_for
from govgrid.privacy.models import AccessLog
from members import actions
from members.actions import Visitor, Wish
from members.models import Activity, Booking, Reception, SignUp, Slot
from tests.factories import photos
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.consultations import PlatformFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory
from tests.factories.tickets import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_tuesday():
    with clock.telling(made.NOW):
        yield


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def station(town):
    return StationFactory(area=town.communities[0], code="yingpan", name="营盘统战之家")


@pytest.fixture
def liaison(station):
    return LiaisonFactory(station=station).user


@pytest.fixture
def host(station):
    return MemberFactory(area=station.area, station=station)


@pytest.fixture
def slot(station, liaison, host):
    return made.first_slot(made.laid(station, by=liaison, hosts=[host]))


@pytest.fixture
def other(town):
    """Who receives one street further."""
    return LiaisonFactory(station=StationFactory(area=town.communities[2], code="elsewhere")).user


@pytest.fixture
def activity(station, liaison):
    return made.announced(station, by=liaison, capacity=2)


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def text(response):
    return response.content.decode()


def sign_in(client, user):
    client.force_login(user)
    return client


# ── everybody ─────────────────────────────────────────────────────────────────────────────────


def test_r20_a_stranger_reads_times_and_no_names(client, slot, host, activity):
    booking = made.booked(slot, by=UserFactory(name="赵小明"), matter="私房话")
    actions.sign_up(activity, by=booking.resident)
    for url in (
        at("reception"), at("slot", slot.pk), at("reception-feed", "yingpan"), at("activities"),
        at("activity", activity.pk), at("activity-file", activity.pk), at("activity-series"),
    ):  # fmt: skip
        response = client.get(url)
        assert response.status_code == 200, url
        for word in ("赵小明", "私房话", host.name, host.display_name):
            assert word not in text(response)
    for url in (at("reception"), at("slot", slot.pk), at("activity", activity.pk)):
        response = client.get(url)
        assert response["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in text(response)
        assert " style=" not in text(response)
        assert "<script>" not in text(response)


def test_a_stranger_is_sent_to_sign_in(client, slot, activity):
    booking = made.booked(slot, by=UserFactory())
    for url in (
        at("bookings"), at("booking", booking.pk), at("day-sheet", "yingpan"),
        at("station-days", "yingpan"), at("slot-sheet", slot.pk), at("activity-desk", activity.pk),
        at("activity-code", activity.pk), at("booking-file", booking.pk),
    ):  # fmt: skip
        assert client.get(url).status_code == 302, url
    for url in (at("slot-book", slot.pk), at("activity-sign-up", activity.pk)):
        assert client.post(url).status_code == 302
    assert Booking.objects.count() == 1
    assert not SignUp.objects.exists()


def test_the_list_is_narrowed_by_what_is_asked(client, town, station, slot):
    there = StationFactory(area=town.communities[2], name="别处的工作站")
    made.laid(there, by=LiaisonFactory(station=there).user, mode="door")
    page = text(client.get(at("reception")))
    assert "别处的工作站</span>" in page
    assert "营盘统战之家</span>" in page
    for query in ("station=yingpan", "mode=desk", f"area={town.streets[0].code}"):
        page = text(client.get(f"{at('reception')}?{query}"))
        assert "营盘统战之家</span>" in page, query
        assert "别处的工作站</span>" not in page, query
    later = text(client.get(f"{at('reception')}?since=2026-03-10"))
    assert f"{slot.get_absolute_url()}" not in later


@pytest.mark.parametrize(
    "query",
    [
        "mode=boat",
        "station=nowhere",
        "area=0",
        "since=x",
        "since=0001-01-01",
        "area=%00",
        "station=%00",
        "mode=%00",
        "since=%00",
    ],
)
def test_what_makes_no_sense_is_400(client, slot, query):
    assert client.get(f"{at('reception')}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["area=0", "station=x", "area=%00", "station=%00"])
def test_activities_of_nowhere_are_404(client, activity, query):
    for name in ("activities", "activity-series"):
        assert client.get(f"{at(name)}?{query}").status_code == 404


def test_the_feed_is_a_calendar(client, slot):
    content = text(client.get(at("reception-feed", "yingpan")))
    assert content.startswith("BEGIN:VCALENDAR\r\n")
    assert content.count("BEGIN:VEVENT") == 16
    assert content.endswith("END:VCALENDAR\r\n")
    assert client.get(at("reception-feed", "nowhere")).status_code == 404


# ── booking ───────────────────────────────────────────────────────────────────────────────────


def test_one_books_cancels_and_waits_without_a_script(client, slot):
    resident = UserFactory()
    page = sign_in(client, resident)
    response = page.post(at("slot-book", slot.pk), {"matter": "楼道灯"}, follow=True)
    booking = Booking.objects.get()
    assert response.redirect_chain[-1][0] == booking.get_absolute_url()
    # One's own words are not on a page that somebody may look over one's shoulder at.
    assert "楼道灯" not in text(response)
    assert booking.get_absolute_url() in text(page.get(at("bookings")))
    assert at("booking", booking.pk) in text(page.get(at("slot", slot.pk)))
    assert "DTSTART:20260304T010000Z" in text(page.get(at("booking-file", booking.pk)))
    waits = sign_in(client, UserFactory()).post(at("slot-book", slot.pk), follow=True)
    assert "waiting list" in text(waits)
    sign_in(client, resident).post(at("booking-act", booking.pk, "cancel"))
    assert [one.state for one in Booking.objects.order_by("pk")] == ["cancelled", "booked"]


def test_a_booking_is_nobody_elses(client, slot, other):
    booking = made.booked(slot, by=UserFactory(), matter="私房话")
    for stranger in (UserFactory(), other, UserFactory(is_superuser=True)):
        page = sign_in(client, stranger)
        assert page.get(at("booking", booking.pk)).status_code == 404
        assert page.get(at("booking-file", booking.pk)).status_code == 404
        assert page.post(at("booking-open", booking.pk, "matter")).status_code == 404
        for act in ("cancel", "come", "finish", "rate", "ticket", "topic"):
            assert page.post(at("booking-act", booking.pk, act)).status_code == 404
        assert page.get(at("slot-sheet", slot.pk)).status_code == 404
        assert page.get(at("day-sheet", "yingpan")).status_code == 404
        assert page.get(at("station-days", "yingpan")).status_code == 404
        assert page.get(at("reception-change", slot.reception_id)).status_code == 404
        assert page.post(at("slot-cancel", slot.pk), {"reason": "x"}).status_code == 403
        assert page.post(at("slot-for", slot.pk), {"visitor": "x"}).status_code == 403
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_the_resident_does_not_serve_himself(client, slot):
    booking = made.booked(slot, by=UserFactory())
    page = sign_in(client, booking.resident)
    with clock.telling(slot.starts_at):
        for act, data in {
            "come": {}, "miss": {}, "finish": {"outcome": "x"}, "ticket": {}, "topic": {},
        }.items():  # fmt: skip
            assert page.post(at("booking-act", booking.pk, act), data).status_code == 403
        assert page.post(at("booking-open", booking.pk, "matter")).status_code == 403
        assert page.post(at("booking-open", booking.pk, "address")).status_code == 403
    assert page.post(at("booking-act", booking.pk, "sing")).status_code == 404
    assert page.post(at("booking-open", booking.pk, "soul")).status_code == 404


def test_what_was_refused_is_said_and_kept(client, slot):
    page = sign_in(client, UserFactory())
    response = page.post(at("slot-book", slot.pk), {"matter": "号码 42050619900307123X"})
    assert response.status_code == 409
    assert "identity or bank number" in text(response)
    with clock.telling(slot.starts_at):
        response = page.post(at("slot-book", slot.pk), {"matter": "楼道灯"})
    assert response.status_code == 409
    assert page.post(at("slot-book", slot.pk), {"matter": "长" * 1001}).status_code == 400


def test_at_the_door_one_says_whose(client, station, liaison):
    slot = made.first_slot(made.laid(station, by=liaison, mode="door"))
    page = sign_in(client, UserFactory())
    assert page.post(at("slot-book", slot.pk), {"matter": "腿脚不便"}).status_code == 400
    assert page.post(at("slot-book", slot.pk), {"address": "三号楼"}).status_code == 302


# ── the station ───────────────────────────────────────────────────────────────────────────────


def test_the_sheet_tells_who_comes_when(client, slot, liaison, host):
    made.booked(slot, by=UserFactory(name="赵小明"), matter="私房话")
    actions.book_for(slot, Visitor("王秀兰", "13812345678"), Wish(), by=liaison)
    page = sign_in(client, liaison)
    sheet = text(page.get(f"{at('day-sheet', 'yingpan')}?day=2026-03-04"))
    assert "赵小明" in sheet
    assert "Written down at the desk" in sheet
    for word in ("私房话", "王秀兰", "13812345678"):
        assert word not in sheet
    assert "赵小明" not in text(page.get(at("day-sheet", "yingpan")))
    assert "赵小明" in text(sign_in(client, host.user).get(at("slot-sheet", slot.pk)))
    for day in ("x", "0001-01-01", "9999-12-31", "2026-02-30"):
        url = f"{at('day-sheet', 'yingpan')}?day={day}"
        assert sign_in(client, liaison).get(url).status_code == 200


def test_a_visit_from_the_door_to_the_ticket(client, town, slot, liaison):
    booking = made.booked(slot, by=UserFactory(), matter="楼道灯不亮")
    platform = PlatformFactory(area=town.communities[0])
    page = sign_in(client, liaison)
    with clock.telling(slot.starts_at):
        opened = page.post(at("booking-open", booking.pk, "matter"))
        assert "楼道灯不亮" in text(opened)
        assert "no-store" in opened["Cache-Control"]
        assert AccessLog.objects.get().ip == "127.0.0.1"
        assert "楼道灯不亮" not in text(page.get(at("booking", booking.pk)))
        page.post(at("booking-act", booking.pk, "come"))
        assert page.post(at("booking-act", booking.pk, "finish"), {}).status_code == 400
        page.post(at("booking-act", booking.pk, "finish"), {"outcome": "已转物业"})
        assert page.post(at("booking-act", booking.pk, "topic"), {}).status_code == 400
        data = {
            "category": CategoryFactory(code="0101").pk, "department": town.housing.pk,
            "text": "三号楼楼道灯", "due_on": "2026-03-20",
        }  # fmt: skip
        late = page.post(at("booking-act", booking.pk, "ticket"), data | {"due_on": "2026-03-01"})
        assert late.status_code == 409
        assert page.post(at("booking-act", booking.pk, "ticket"), data).status_code == 302
        topic = {"platform": platform.pk, "title": "灯", "body": "灯"}
        assert page.post(at("booking-act", booking.pk, "topic"), topic).status_code == 409
        shown = sign_in(client, booking.resident).get(at("booking", booking.pk))
        assert "已转物业" in text(shown)
        booking.refresh_from_db()
        assert booking.ticket.number in text(shown)
        rate = at("booking-act", booking.pk, "rate")
        assert client.post(rate, {"score": 6}).status_code == 400
        assert client.post(rate, {"score": 5, "remark": "很好"}).status_code == 302


def test_the_days_of_a_station_are_laid_down_changed_and_ended(client, station, liaison, host):
    page = sign_in(client, liaison)
    data = {
        "mode": "desk", "days": ["WE"], "every": 1, "begins": "09:00", "ends": "11:00",
        "slot_minutes": 30, "places": 1, "hosts": [host.pk],
    }  # fmt: skip
    url = at("station-days", "yingpan")
    assert page.post(url, data | {"ends": "08:00"}).status_code == 400
    assert page.post(url, data | {"days": []}).status_code == 400
    assert page.post(url, data | {"ends": "20:00"}).status_code == 409
    assert page.post(url, data).status_code == 302
    one = Reception.objects.get()
    assert "Wednesday" in text(page.get(url))
    change = at("reception-change", one.pk)
    assert 'value="WE"' in text(page.get(change))
    assert page.post(change, data | {"mode": "door"}).status_code == 409
    assert page.post(change, data | {"days": ["TH"]}).status_code == 302
    assert Slot.objects.first().day.day == 5
    assert page.post(at("reception-end", one.pk), {}).status_code == 400
    assert page.post(at("reception-end", one.pk), {"reason": "搬家"}).status_code == 302
    assert page.get(change).status_code == 404
    assert not Slot.objects.standing().exists()


def test_the_station_cancels_a_time(client, slot, liaison):
    made.booked(slot, by=UserFactory())
    page = sign_in(client, liaison)
    assert page.post(at("slot-cancel", slot.pk), {}).status_code == 400
    assert page.post(at("slot-cancel", slot.pk), {"reason": "停电"}).status_code == 302
    assert "停电" in text(client.get(at("slot", slot.pk)))
    assert page.post(at("slot-cancel", slot.pk), {"reason": "停电"}).status_code == 409


def test_the_desk_writes_somebody_down(client, town, slot):
    page = sign_in(client, holder("community_officer", area=town.communities[0]))
    url = at("slot-for", slot.pk)
    assert page.post(url, {"visitor": " "}).status_code == 400
    response = page.post(url, {"visitor": "王秀兰", "visitor_phone": "13812345678"}, follow=True)
    assert response.status_code == 200
    assert "王秀兰" not in text(response)


# ── activities ────────────────────────────────────────────────────────────────────────────────


def test_an_activity_from_the_plan_to_the_count(client, station, liaison):
    page = sign_in(client, liaison)
    new = at("activity-new", "yingpan")
    data = {
        "kind": "law", "title": "送法下乡", "starts_at": "2026-03-10T09:00", "place": "广场",
        "ends_at": "2026-03-10T11:00", "text": "<b>律师</b>",
    }  # fmt: skip
    assert page.get(new).status_code == 200
    assert page.post(new, data | {"ends_at": "2026-03-10T08:00"}).status_code == 400
    assert page.post(new, data | {"starts_at": "2026-03-01T08:00"}).status_code == 409
    assert page.post(new, data).status_code == 302
    one = Activity.objects.get()
    assert sign_in(client, UserFactory()).get(one.get_absolute_url()).status_code == 404
    page = sign_in(client, liaison)
    act = lambda name, data=None: page.post(at("activity-act", one.pk, name), data or {})  # noqa: E731
    assert act("announce").status_code == 302
    assert act("announce").status_code == 409
    assert act("sing").status_code == 404
    assert act("change", data | {"title": "送法进村"}).status_code == 302
    assert "&lt;b&gt;" in text(client.get(one.get_absolute_url()))
    with clock.telling(one.starts_at):
        assert act("photo", {"file": photos.upload()}).status_code == 400
        assert act("photo", {"file": photos.upload(), "agreed": "on"}).status_code == 302
        wrong = SimpleUploadedFile("x.jpg", b"no picture")
        assert act("photo", {"file": wrong, "agreed": "on"}).status_code == 409
        assert act("close", {"head_count": -1}).status_code == 400
        assert act("close", {"head_count": 30, "summary": "讲了合同"}).status_code == 302
        assert page.get(at("activity-desk", one.pk)).status_code == 200
        photo = one.photos.get()
        client.logout()
        shown = text(client.get(one.get_absolute_url()))
        assert "讲了合同" in shown
        small = at("activity-thumb", one.pk, photo.public_id)
        assert small in shown
        assert client.get(small)["Content-Type"] == "image/jpeg"
        page = sign_in(client, liaison)
        assert page.post(at("activity-photo-drop", one.pk, photo.public_id)).status_code == 302
        assert client.get(small).status_code == 404


def test_a_picture_of_a_plan_is_nobody_elses(client, station, liaison):
    one = made.planned(station, by=liaison)
    url = at("activity-photo", one.pk, "00000000-0000-4000-8000-000000000000")
    assert client.get(url).status_code == 404


def test_signing_up_and_off(client, activity):
    page = sign_in(client, UserFactory())
    assert page.post(at("activity-sign-up", activity.pk)).status_code == 302
    assert page.post(at("activity-sign-off", activity.pk)).status_code == 302
    assert page.post(at("activity-sign-off", activity.pk)).status_code == 409


def test_the_desk_is_for_who_runs_it(client, activity, other):
    row = actions.sign_up(activity, by=UserFactory())
    for stranger in (other, row.user):
        page = sign_in(client, stranger)
        assert page.get(at("activity-desk", activity.pk)).status_code == 403
        assert page.get(at("activity-code", activity.pk)).status_code == 403
        assert page.post(at("activity-act", activity.pk, "cancel")).status_code == 403
        assert page.post(at("activity-mark", activity.pk, row.pk)).status_code == 403
        assert page.get(at("activity-new", "yingpan")).status_code == 403


def test_the_code_at_the_door_lets_in_who_is_there(client, activity, liaison):
    guest = UserFactory()
    early = text(sign_in(client, liaison).get(at("activity-code", activity.pk)))
    assert "The door is shut" in early
    with clock.telling(activity.starts_at):
        assert "<svg" in text(client.get(at("activity-code", activity.pk)))
        here = at("activity-here", activity.pk, codes.token(activity))
        page = sign_in(client, guest)
        assert "I am here" in text(page.get(here))
        assert not SignUp.objects.exists()
        wrong = at("activity-here", activity.pk, "x:y")
        assert page.get(wrong).status_code == 403
        assert page.post(here, {"entry": "wrong"}).status_code == 410
        # Another's pass is none.
        assert page.post(here, {"entry": codes.pass_for(activity, liaison)}).status_code == 410
        entry = codes.pass_for(activity, guest)
        assert page.post(here, {"entry": entry}).status_code == 302
        assert page.post(here, {"entry": entry}).status_code == 409
        row = actions.sign_up(activity, by=UserFactory())
        mark = at("activity-mark", activity.pk, row.pk)
        assert sign_in(client, liaison).post(mark).status_code == 302
        assert client.post(mark).status_code == 409
    assert SignUp.objects.filter(checked_in_at__isnull=False).count() == 2


NAMES = [
    *("matter", "address", "visitor", "visitor_phone", "reason", "mode", "days", "every", "begins"),
    *("ends", "slot_minutes", "places", "place", "hosts", "outcome", "score", "remark", "category"),
    *("department", "text", "due_on", "platform", "title", "body", "kind", "series", "starts_at"),
    *("ends_at", "capacity", "head_count", "summary", "agreed", "entry"),
]


@pytest.mark.parametrize(
    "said", ["\x00", "长" * 6000, "\u202e\u200b", "-1", "99999999999999999999"]
)
def test_nonsense_is_refused_in_words_and_nothing_changes(
    client, station, slot, liaison, activity, said
):
    booking = made.booked(slot, by=UserFactory())
    page = sign_in(client, liaison)
    before = Slot.objects.count()
    with clock.telling(slot.starts_at):
        actions.mark_came(booking, by=liaison)
        urls = [
            at("slot-book", slot.pk), at("slot-for", slot.pk), at("slot-cancel", slot.pk),
            *(at("booking-act", booking.pk, one) for one in ("finish", "rate", "ticket", "topic")),
            at("booking-act", booking.pk, "miss"), at("station-days", "yingpan"),
            at("reception-change", slot.reception_id), at("reception-end", slot.reception_id),
            at("activity-new", "yingpan"), at("activity-here", activity.pk, "x"),
            *(at("activity-act", activity.pk, one) for one in ("change", "photo", "close")),
        ]  # fmt: skip
        for url in urls:
            # A number is a reason and an outcome, if a poor one.
            if said[-1].isdecimal() and any(one in url for one in ("finish", "cancel", "end/")):
                continue
            answer = page.post(url, dict.fromkeys(NAMES, said))
            assert 400 <= answer.status_code < 500, (url, answer.status_code)
    booking.refresh_from_db()
    assert booking.state == "came"
    assert Slot.objects.count() == before
    assert Activity.objects.count() == 1


# ── panels, and how many statements ───────────────────────────────────────────────────────────


def test_the_pages_of_station_and_area_tell_of_them(rf, town, station, slot, activity, liaison):
    request = rf.get("/")
    request.user = AnonymousUser()
    made_by = {"members.station": station, "grids.area": town.streets[0]}
    for place, obj in made_by.items():
        found = [one for one in panels_for(place, request, obj) if "reception" in one.template]
        html = render_to_string(found[0].template, found[0].context, request)
        assert slot.get_absolute_url() in html
        assert activity.title in html
        assert at("station-days", "yingpan") not in html
    empty = panels_for("grids.area", request, town.streets[1])
    assert not [one for one in empty if "reception" in one.template]
    request.user = liaison
    (panel,) = [p for p in panels_for("members.station", request, station) if p.rank == 20]
    html = render_to_string(panel.template, panel.context, request)
    assert at("station-days", "yingpan") in html


def count(connection_queries, page, url):
    with connection_queries() as seen:
        assert page.get(url).status_code == 200
    return len(seen)


def test_lists_take_as_many_statements_for_three_as_for_one(
    client, town, station, slot, liaison, django_assert_max_num_queries
):
    def measured():
        page = sign_in(client, liaison)
        page.get(at("bookings"))
        urls = [
            at("reception"), at("bookings"), f"{at('day-sheet', 'yingpan')}?day=2026-03-04",
            at("activities"), at("station-days", "yingpan"), at("activity-series"),
        ]  # fmt: skip
        found = []
        for url in urls:
            with django_assert_max_num_queries(60) as seen:
                assert page.get(url).status_code == 200
            found.append(len(seen))
        return found

    made.booked(slot, by=UserFactory())
    made.booked(slot, by=liaison)
    made.announced(station, by=liaison, capacity=9)
    one = measured()
    for n in range(2):
        there = StationFactory(area=town.communities[n])
        elsewhere = LiaisonFactory(station=there).user
        theirs = made.first_slot(made.laid(there, by=elsewhere))
        made.booked(theirs, by=liaison)
        made.booked(slot, by=UserFactory())
        made.announced(station, by=liaison, capacity=9)
        later = MemberFactory(area=station.area, station=station)
        made.laid(station, by=liaison, mode=["door", "online"][n], place="来电", hosts=[later])
    assert measured() == one


def test_a_full_week_stays_within_its_statements(client, slot, django_assert_max_num_queries):
    client.get(at("reception"))
    with django_assert_max_num_queries(8):
        client.get(at("reception"))
    assert slot.ends_at - slot.starts_at == timedelta(minutes=30)
