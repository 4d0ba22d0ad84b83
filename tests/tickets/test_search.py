"""What a ticket is found by: number, place and words, in either script and within reach."""

import pytest
from django.core.management import call_command
from django.db import connection

from govgrid.core.text import bigrams, normalise
from grids.models import Compound
from tests.factories.accounts import bearer
from tests.factories.grids import CompoundFactory, FacilityFactory
from tests.factories.tickets import CategoryFactory, filed, filing
from tickets import actions
from tickets.indexing import index
from tickets.models import Ticket, TicketWords


def found(query) -> set:
    return set(Ticket.objects.about(query))


def name(area, to):
    area.name = to
    area.save()


@pytest.fixture
def ticket(town, cast):
    name(town.grids[0], "东门口第3网格")
    name(town.communities[0], "龍泉社区")
    name(town.streets[0], "小溪塔街道")
    return filed(town, by=cast["worker"], description="路口南侧化粪池满溢，门牌 12 號")


@pytest.mark.parametrize(
    "query",
    [
        *("化粪池", "化糞池", "满溢", "滿溢", "門牌12號", "门牌12号"),
        *("龙泉社区", "龍泉社區", "小溪塔", "東門口", "东门口第3网格", "龙泉 化糞"),
    ],
)
def test_text_and_place_are_found_in_either_script(ticket, query):
    assert found(query) == {ticket}


@pytest.mark.parametrize("query", ["龙泉 井盖口", "西陵", "泉龙", "", "·", "'", "\\", "a & b"])
def test_what_is_not_there_is_not_found(ticket, query):
    assert found(query) == set()


def test_by_its_number_or_how_it_begins(ticket):
    for query in (ticket.number, ticket.number.lower(), f" {ticket.number} ", ticket.number[:12]):
        assert found(query) == {ticket}
    assert found("ZZ2026") == set()


def test_by_the_compound_around_the_pin_or_close_to_it(town, cast):
    lon, lat = town.middle(0)
    estate = CompoundFactory(name="國賓花園", community=town.communities[0])
    Compound.objects.filter(pk=estate.pk).update(point=f"SRID=4326;POINT({lon} {lat + 0.0003})")
    CompoundFactory(name="远山小区", community=town.communities[0])
    Compound.objects.filter(name="远山小区").update(point="SRID=4326;POINT(111.0001 30.0001)")

    ticket = filed(town, by=cast["worker"])

    assert found("国宾花园") == {ticket}
    assert found("远山小区") == set()


def test_by_the_facility_that_is_meant(town, cast):
    lon, lat = town.middle(0)
    # Names that the factories count up hold small numbers too.
    lamp = FacilityFactory(name="十七万三百号路燈", point=f"SRID=4326;POINT({lon} {lat})")

    ticket = filed(town, by=cast["worker"], facility=lamp)

    assert found("170300号路灯") == set()
    assert found("十七万三百号路灯") == {ticket}


@pytest.mark.parametrize(
    "text",
    ["东门口第3网格", "龍泉社區", "A座 B12", "小溪塔街道（北）", "a", "3", "  ", "·、。", "臺灣路"],
)
def test_the_database_cuts_names_as_python_does(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_pieces(tickets_fold(%s))", [text])
        assert set(cursor.fetchone()[0]) == set(bigrams(text))
        cursor.execute("SELECT tickets_fold(%s)", [text])
        assert cursor.fetchone()[0] == normalise(text)


def test_the_database_folds_every_ideograph_as_python_does(db):
    every = [chr(one) for one in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_fold(one) FROM unnest(%s) one", [every])
        folded = [row[0] for row in cursor.fetchall()]

    assert folded == [normalise(one) for one in every]


def test_many_at_once_are_found_as_one_is(ticket, town, cast):
    (outcome,) = actions.file_all([filing(town, description="另一处")], by=cast["worker"])

    assert len(found("龙泉社区")) == 2
    assert outcome is not None


def test_only_within_reach(client, api, town, cast, ticket):
    for who, sees in (("community", True), ("other_street", False), ("nobody", False)):
        client.force_login(cast[who])
        assert (ticket.number in client.get("/tickets/?q=龍泉").content.decode()) is sees
        api.credentials(HTTP_AUTHORIZATION=bearer(cast[who]))
        rows = api.get("/api/v1/tickets/?q=龍泉社區").json()["results"]
        assert bool(rows) is sees


# ── written again ─────────────────────────────────────────────────────────────────────────────


def test_what_is_filed_now_needs_no_second_writing(ticket):
    assert [changed for _read, changed in index()] == [0]


def test_old_rows_are_written_again_and_a_second_run_writes_none(town, cast, ticket, capsys):
    TicketWords.objects.all().delete()
    other = filed(town, by=cast["worker"], category=CategoryFactory(code="0102"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_ticketwords SET words = array_to_tsvector(ARRAY['旧词'])")

    call_command("index_words")

    assert "2 tickets" in capsys.readouterr().out
    assert found("龍泉社區") == {ticket, other}
    assert found("旧词") == set()
    assert sum(changed for _read, changed in index()) == 0


def test_a_name_that_changed_is_found_once_it_was_written_again(town, ticket):
    name(town.streets[0], "夷兴街道")
    assert found("夷兴") == set()

    list(index())

    assert found("夷興") == {ticket}
    assert found("小溪塔") == set()
