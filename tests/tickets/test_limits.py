"""A district's own limits: who sets them where, how they follow one another, and the page."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from grids.models import Level
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import rulebook
from tickets.models import Clock, TimeLimit


@pytest.fixture
def neighbour(town):
    """Another district of the city, with its own command."""
    district = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    district.command = holder("district_command", area=district)
    return district


def put(by, area, **given):
    words = {"kind": "sign", "scope": "emergency", "limit": "UM10", "reason": "试点"}
    return rulebook.set_limit(by=by, area=area, **(words | given))


# ── by whom, and where ────────────────────────────────────────────────────────────────────────


def test_a_district_sets_its_own_and_the_next_clock_takes_it(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    before = whistled(town, by=cast["worker"])

    limit = put(cast["command"], town.district)

    after = whistled(town, by=cast["worker"])
    row = Clock.objects.get(ticket=after, kind="sign")
    assert (row.limit, row.basis) == ("UM10", limit.code)
    assert Clock.objects.get(ticket=before, kind="sign").limit == "UM15"
    assert limit.created_by == cast["command"]


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_nobody_else_sets_limits(town, cast, who):
    with pytest.raises(PermissionDenied):
        put(cast[who], town.district)
    with pytest.raises(PermissionDenied):
        put(UserFactory(is_superuser=True), town.district)
    assert not TimeLimit.objects.exists()


def test_a_command_ends_at_its_district(town, cast, neighbour):
    theirs = put(neighbour.command, neighbour)

    for area in (neighbour, None):
        with pytest.raises(PermissionDenied):
            put(cast["command"], area)
    with pytest.raises(PermissionDenied):
        rulebook.end_limit(theirs, by=cast["command"])
    theirs.refresh_from_db()
    assert theirs.valid_to is None
    # Beneath his own district he may.
    assert put(cast["command"], town.communities[3]).area == town.communities[3]


def test_everywhere_is_for_the_city(town, cast, neighbour):
    city = holder("district_command", area=town.city)

    everywhere = put(city, None)
    assert put(city, neighbour).area == neighbour
    with pytest.raises(PermissionDenied):
        rulebook.end_limit(everywhere, by=cast["command"])
    # A ticket knows no city, so a limit for "the city" would hold nowhere.
    with pytest.raises(ValidationError):
        put(city, town.city)


def test_a_command_that_left_sets_nothing(town):
    former = holder("district_command", area=town.district)
    former.posts.update(period="[2025-01-01,2025-06-01)")

    with pytest.raises(PermissionDenied):
        put(former, town.district)


# ── one after another ─────────────────────────────────────────────────────────────────────────


def test_a_limit_is_followed_and_never_edited(town, cast):
    first = put(cast["command"], town.district)
    same = put(cast["command"], town.district, reason="再说一次")
    second = put(cast["command"], town.district, limit="UM20")

    first.refresh_from_db()
    assert same == first
    assert (first.limit, first.valid_to, first.ended_by) == (
        "UM10",
        second.valid_from,
        cast["command"],
    )
    assert list(TimeLimit.objects.in_force()) == [second]


def test_another_kind_place_or_category_stands_beside_it(town, cast):
    one = {"by": cast["command"], "area": town.district}
    put(**one)
    put(**one, kind="report_in", limit="UM30")
    put(**one, scope="hard", limit="WD1")
    put(**one, category=CategoryFactory(code="0101"))
    put(by=cast["command"], area=town.streets[0])

    assert TimeLimit.objects.in_force().count() == 5


def test_a_limit_ends_once(town, cast):
    limit = put(cast["command"], town.district)

    ended = rulebook.end_limit(limit, by=cast["command"])

    assert ended.ended_by == cast["command"]
    assert rulebook.end_limit(limit, by=None).valid_to == ended.valid_to
    assert put(cast["command"], town.district).pk != limit.pk


def test_no_limit_at_all_starts_no_clock(town, cast):
    put(cast["command"], town.district, kind="sign", scope="report", limit="")

    ticket = routed(town, by=cast["worker"])

    assert not Clock.objects.filter(ticket=ticket, kind="sign").exists()


@pytest.mark.parametrize(
    "bad", [{"limit": "5 days"}, {"limit": "WD0"}, {"kind": "nap"}, {"scope": "x"}, {"reason": " "}]
)
def test_what_cannot_be_read_is_refused(town, cast, bad):
    with pytest.raises(ValidationError):
        put(cast["command"], town.district, **bad)
    assert not TimeLimit.objects.exists()


def test_numbers_of_persons_leave_the_reason(town, cast):
    limit = put(cast["command"], town.district, reason="联系 13812345678")

    assert "13812345678" not in limit.reason


@pytest.mark.django_db(transaction=True)
def test_six_at_once_leave_one_in_force():
    town = build_town()
    command = holder("district_command", area=town.district)
    start, made = threading.Barrier(6), []

    def send(n):
        start.wait()
        try:
            by = type(command).objects.get(pk=command.pk)
            made.append(put(by, town.district, limit=f"UM{10 + n % 3}"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 6
    assert TimeLimit.objects.in_force().count() == 1
    assert TimeLimit.objects.count() - 1 == TimeLimit.objects.exclude(ended_by=None).count()


# ── the page ──────────────────────────────────────────────────────────────────────────────────

URL = "/tickets/limits/"


def sent(area, **given):
    return {
        "clock": "sign", "scope": "emergency", "area": area.pk if area else "", "category": "",
        "limit": "um 10", "reason": "试点", **given,
    }  # fmt: skip


def test_the_page_says_standard_and_own(client, town, cast):
    where = {"category": CategoryFactory(code="0101")}
    limit = put(cast["command"], town.district, reason="医院旁要快", **where)
    client.force_login(cast["clerk"])

    page = client.get(URL).content.decode()

    assert "Runs for each department from the moment it is given the ticket" in page
    assert "15 min" in page
    assert "10 min" in page
    assert f'id="{limit.code}"' in page
    assert "医院旁要快" in page
    assert cast["command"].name in page
    assert '<form class="panel__body' not in page
    assert "/end/" not in page
    assert "style=" not in page


def test_the_district_sets_a_limit_on_the_page(client, town, cast):
    client.force_login(cast["command"])
    assert 'name="limit"' in client.get(URL).content.decode()

    response = client.post(URL, sent(town.district), follow=True)

    limit = TimeLimit.objects.get()
    assert (limit.limit, limit.area, limit.created_by) == ("UM10", town.district, cast["command"])
    assert f"{limit.code} holds from now on." in response.content.decode()
    assert f'action="/tickets/limits/{limit.pk}/end/"' in response.content.decode()

    response = client.post(f"/tickets/limits/{limit.pk}/end/", follow=True)
    limit.refresh_from_db()
    assert limit.ended_by == cast["command"]
    page = response.content.decode()
    assert f"{limit.code} has ended." in page
    assert f"ended by {cast['command'].name}" in page


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"limit": "5 days"}, "Write a limit as UM15, UH2, WM15, WH4 or WD5."),
        ({"limit": "WD0"}, "Write a limit as UM15, UH2, WM15, WH4 or WD5."),
        ({"limit": "WD5\n"}, None),
        ({"limit": ""}, "Write a limit, or say that there is none."),
        ({"no_limit": "on"}, "Write a limit, or say that there is none."),
        ({"reason": "  "}, "Say why."),
        ({"reason": "\u200b\u2060"}, "Say why."),
        ({"reason": "长" * 201}, "at most 200 characters"),
        ({"area": ""}, "This field is required."),
        ({"area": "x"}, "Select a valid choice."),
        ({"area": "9" * 40}, "Select a valid choice."),
        ({"category": "0"}, "Select a valid choice."),
        ({"clock": "nap"}, "Select a valid choice."),
        ({"own_first": "on"}, "for making safe and resolving alone"),
        ({"clock": "plan", "scope": "routine"}, "No plan is asked for here."),
        ({"reason": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(client, town, cast, bad, says):
    client.force_login(cast["command"])

    response = client.post(URL, sent(town.district) | bad)

    if says is None:
        assert TimeLimit.objects.get().limit == "WD5"
        return
    page = response.content.decode()
    assert says in page
    assert response.status_code == 200
    if "limit" not in bad:
        assert 'value="um 10"' in page
    assert not TimeLimit.objects.exists()


def test_the_page_of_one_district_leaks_nothing_of_another(client, town, cast, neighbour):
    theirs = put(neighbour.command, neighbour, reason="只给西陵看")
    ended = rulebook.end_limit(
        put(
            neighbour.command, neighbour, kind="plan", scope="hard", limit="WD9", reason="西陵旧的"
        ),
        by=neighbour.command,
    )
    for who in ("command", "clerk", "worker"):
        client.force_login(cast[who])
        page = client.get(URL).content.decode()
        assert "只给西陵看" not in page
        assert "西陵旧的" not in page
        assert theirs.code not in page
        assert ended.code not in page
    client.force_login(cast["command"])
    assert "西陵区" not in client.get(URL).content.decode()
    # Neither by the form nor by its address.
    assert "Select a valid choice." in client.post(URL, sent(neighbour)).content.decode()
    assert client.post(f"/tickets/limits/{theirs.pk}/end/").status_code == 404
    assert TimeLimit.objects.in_force().get() == theirs
    # Who watches over the whole city sees both.
    client.force_login(cast["auditor"])
    assert "只给西陵看" in client.get(URL).content.decode()


def test_a_department_of_the_city_reads_every_district(client, town, cast, neighbour):
    put(neighbour.command, neighbour, reason="只给西陵看")
    power = DepartmentFactory(name="供电公司", area=town.city)
    client.force_login(holder("department_clerk", department=power))

    assert "只给西陵看" in client.get(URL).content.decode()


def test_everywhere_is_read_by_all_and_ended_by_the_city(client, town, cast):
    city = holder("district_command", area=town.city)
    client.force_login(city)
    client.post(URL, sent(None))
    limit = TimeLimit.objects.get()
    assert limit.area is None

    client.force_login(cast["command"])
    page = client.get(URL).content.decode()
    assert limit.code in page
    assert f"/limits/{limit.pk}/end/" not in page
    assert client.post(f"/tickets/limits/{limit.pk}/end/").status_code == 403
    limit.refresh_from_db()
    assert limit.valid_to is None


def test_no_limit_is_said_and_shown(client, town, cast):
    client.force_login(cast["command"])

    given = sent(town.district, clock="make_safe", limit="", no_limit="on", own_first="on")
    page = client.post(URL, given, follow=True).content.decode()

    limit = TimeLimit.objects.get()
    assert (limit.limit, limit.own_first) == ("", True)
    shown = page.split(f'id="{limit.code}"')[1].split("</p>")[0]
    assert "only if the category has its own" in shown


def test_who_may_not_set_may_not_post(client, town, cast):
    client.force_login(cast["street"])

    assert client.post(URL, sent(town.district)).status_code == 403
    client.force_login(cast["nobody"])
    assert client.get(URL).status_code == 404
    assert client.post(URL, sent(town.district)).status_code == 404
    client.logout()
    assert client.get(URL)["Location"].startswith("/login/")
    assert not TimeLimit.objects.exists()


def test_ends_are_posts_and_unknown_ones_are_404(client, town, cast):
    client.force_login(cast["command"])

    assert client.get("/tickets/limits/1/end/").status_code == 405
    assert client.post("/tickets/limits/999999999999999999999999/end/").status_code == 404


def test_three_limits_cost_as_many_statements_as_one(client, town, cast):
    client.force_login(cast["command"])

    def statements():
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        return len(asked)

    def one_more(n):
        category = CategoryFactory()
        put(cast["command"], town.streets[n % 2], category=category)
        rulebook.end_limit(
            put(cast["command"], town.district, category=category), by=cast["command"]
        )

    one_more(0)
    once = statements()
    one_more(1)
    one_more(2)

    assert statements() == once


def test_what_ended_says_since_and_until_when(client, town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    limit = put(cast["command"], town.district)
    clock_at("2026-09-28 10:00")
    rulebook.end_limit(limit, by=cast["command"])
    assert clock.now() > limit.valid_from
    client.force_login(cast["clerk"])

    page = client.get(URL).content.decode()

    assert "from 24 September 09:05 to today 10:00" in page
