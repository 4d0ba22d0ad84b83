"""What people send, and what the forms make of it."""

from uuid import uuid4

import pytest
from django.http import QueryDict

from govgrid.core import clock
from govgrid.privacy.guard import Kind
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed
from tickets.forms.filing import FilingForm, NearForm
from tickets.forms.search import TicketSearchForm
from tickets.models import Ticket
from tickets.walks import Walks


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101", picture_rank=1)


@pytest.fixture
def send(town, cast, category):
    """``send(lon=…)``: the form as a worker sends it, with what differs."""

    def form(**content):
        lon, lat = town.middle(0)
        data = {"client_id": str(uuid4()), "lon": lon, "lat": lat, "category": "0101"} | content
        return FilingForm(_query(data), user=cast["worker"])

    return form


def _query(data):
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in data.items() if value is not None})
    return query


def test_a_pin_and_a_category_are_enough(send):
    form = send()

    assert form.is_valid()
    assert form.filing().spot.raw_crs == "wgs84"
    assert form.filing().description == ""


def test_another_system_is_converted_and_the_raw_pair_kept(send):
    form = send(lon=111.292159564, lat=30.689461022, crs="gcj02")

    assert form.is_valid()
    spot = form.filing().spot
    assert (round(spot.lon, 5), round(spot.lat, 5)) == (111.2865, 30.6919)
    assert (spot.raw_lon, spot.raw_lat, spot.raw_crs) == (111.292159564, 30.689461022, "gcj02")


@pytest.mark.parametrize(
    "place",
    [
        {"lon": "NaN"},
        {"lat": "inf"},
        {"lon": "-Infinity"},
        {"lon": "181"},
        {"lat": "-90.5"},
        {"lon": "1e999"},
        {"lon": "abc"},
        {"crs": "mars"},
        {"lon": None, "lat": None},
        {"lat": None},
    ],
)
def test_what_is_no_place_is_said(send, place):
    form = send(**place)

    assert not form.is_valid()
    assert form.place_errors


def test_the_pin_wins_over_the_list(send, town):
    form = send(grid=town.grids[0].code)

    assert form.is_valid()
    assert form.filing().spot.grid is None


def test_a_grid_of_ones_own_or_a_code_stands_for_the_pin(send, town):
    by_list = send(lon=None, lat=None, grid=town.grids[0].code)
    by_code = send(lon=None, lat=None, grid_code="whatever")

    assert by_list.is_valid()
    assert by_list.filing().spot.grid == town.grids[0].code
    assert by_code.is_valid()
    assert by_code.filing().spot.grid == "whatever"


def test_the_list_holds_the_grids_of_ones_posts_alone(town, category):
    officer = holder("community_officer", area=town.communities[1])

    form = FilingForm(user=officer)

    assert form.own_grids == town.grids[2:4]
    assert town.grids[0].code not in str(form["grid"])


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"description": "字" * 2001}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "x" * 100_000}, "description"),
        ({"category": "9999"}, "category"),
        ({"category": None}, "category"),
        ({"category": "01\x0001"}, "category"),
        ({"grid_code": "4" * 21}, "grid_code"),
        ({"grid_code": "\x00"}, "grid_code"),
        ({"client_id": "not-a-uuid"}, "client_id"),
        ({"contact_phone": "call me"}, "contact_phone"),
        ({"contact_name": "名" * 41}, "contact_name"),
    ],
)
def test_bad_input_is_said_at_its_field(send, content, field):
    form = send(**content)

    assert not form.is_valid()
    assert field in form.errors


def test_a_line_break_counts_once(send):
    form = send(description="一\r\n" * 1000)

    assert form.is_valid()
    assert form.cleaned_data["description"].count("\r") == 0


def test_inactive_categories_are_not_offered(send):
    CategoryFactory(code="0999", is_active=False)

    assert not send(category="0999").is_valid()


# ── questions ─────────────────────────────────────────────────────────────────────────────────


def test_numbers_of_persons_are_asked_about_once(send):
    text = "打 13812345678 找他"
    first = send(description=text)
    assert first.is_valid()
    assert first.has_questions()
    assert first.finds == [Kind.PHONE]

    second = send(description=text, seen_finds=first["seen_finds"].value())
    assert second.is_valid()
    assert not second.has_questions()


def test_a_new_kind_of_number_is_asked_about_anew(send):
    form = send(description="打 13812345678，车 鄂E12345", seen_finds="phone")

    assert form.is_valid()
    assert form.has_questions()


def test_what_may_stay_stays_only_when_asked_for(send):
    covered = send(description="打 13812345678")
    kept = send(description="打 13812345678", keep="keep")

    assert covered.is_valid()
    assert kept.is_valid()
    assert covered.filing().keep == frozenset()
    assert Kind.PHONE in kept.filing().keep
    assert Kind.ID not in kept.filing().keep


def test_a_ticket_nearby_is_asked_about_once(send, town, cast, category):
    there = filed(town, by=cast["community"], category=category)

    first = send()
    assert first.is_valid()
    assert first.has_questions()
    assert first.near == [there]

    second = send(seen_near=first["seen_near"].value())
    assert second.is_valid()
    assert not second.has_questions()


def test_near_asks_for_a_place(db):
    assert not NearForm({"lon": "nan", "lat": "1"}).is_valid()
    assert not NearForm({}).is_valid()
    assert NearForm({"lon": "111", "lat": "30", "category": ""}).is_valid()


# ── search ────────────────────────────────────────────────────────────────────────────────────


def _found(user, **asked):
    form = TicketSearchForm(_query(asked), user=user)
    assert form.is_valid(), form.errors
    return set(form.ordered(Walks((form.filter(Ticket.objects.all()),))).first(100))


@pytest.fixture
def two(town, cast):
    """One in the worker's grid, one in the other street."""
    lamp = CategoryFactory(code="0102", name_zh="路灯故障")
    here = filed(town, by=cast["worker"], grid=0, description="窨井盖松动")
    there = filed(town, by=cast["other_worker"], grid=5, category=lamp, description="整排不亮")
    return here, there


def test_every_filter_narrows(two, town, cast):
    here, there = two
    worker = cast["worker"]

    assert _found(worker) == {here, there}
    assert _found(worker, q="井盖") == {here}
    assert _found(worker, q=here.number.lower()) == {here}
    assert _found(worker, q=here.number[:10]) == {here, there}
    assert _found(worker, category="0102") == {there}
    assert _found(worker, area=town.streets[1].code) == {there}
    assert _found(worker, area=town.communities[0].name) == {here}
    assert _found(worker, state="closed") == set()
    assert _found(worker, mine="on") == {here}
    assert _found(worker, department=town.housing.code) == set()
    assert _found(worker, before=there.pk) == {here}
    assert _found(worker, filed_after=clock.today().isoformat()) == {here, there}
    assert _found(worker, filed_before="2020-01-01") == set()


@pytest.mark.parametrize(
    "asked",
    [
        {"foo": "1"},
        {"q": "一"},
        {"q": "x" * 101},
        {"q": "a\x00b"},
        {"state": "zzz"},
        {"category": "'; --"},
        {"area": "nowhere"},
        {"area": "\x00"},
        {"department": "no-such"},
        {"department": "\x00"},
        {"filed_after": "0001-01-01"},
        {"filed_before": "9999-12-31"},
        {"filed_before": "yesterday"},
        {"before": "-1"},
        {"before": "9" * 30},
        {"before": "abc"},
    ],
)
def test_a_filter_that_means_nothing_is_said(town, cast, two, asked):
    form = TicketSearchForm(_query(asked), user=cast["worker"])

    assert list(form.filter(Ticket.objects.all())) == []
    assert form.errors
    assert str(form["state"])


def test_two_areas_of_one_name_ask_for_the_code(town, cast):
    town.grids[1].name = town.grids[0].name
    town.grids[1].save()

    form = TicketSearchForm({"area": town.grids[0].name}, user=cast["worker"])

    assert not form.is_valid()
    assert "code" in form.errors["area"][0]


@pytest.mark.django_db
def test_what_came_since_is_found_though_it_is_not_offered_yet(cast):
    old = CategoryFactory(code="0101")
    assert old.code in str(TicketSearchForm({}, user=cast["street"])["category"])
    new = CategoryFactory(code="0888")

    form = TicketSearchForm({"category": "0888"}, user=cast["street"])

    assert new.code not in str(form["category"])
    assert form.is_valid()
    assert form.cleaned_data["category"] == new


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["nowhere", "0101", "\x00"])
def test_what_is_off_or_unknown_is_refused_in_words(cast, code):
    CategoryFactory(code="0101", is_active=False)

    form = TicketSearchForm({"category": code}, user=cast["street"])

    assert not form.is_valid()
    assert list(form.errors) == ["category"]
