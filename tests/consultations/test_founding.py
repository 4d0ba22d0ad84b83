"""Platforms: founded, changed, given terms and people; what is refused, and what the database holds."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from consultations import actions, seats, tables
from consultations.actions import Founding, NewTerms
from consultations.models import Platform, PlatformEvent, Seat, Terms
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import CompoundFactory


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert refusal.value.message


def told(person, kind):
    """How many facts of a kind somebody is told, by whatever channels."""
    rows = Message.objects.filter(recipient=person, kind=kind)
    return rows.order_by().values("fact").distinct().count()


# ── founding ──────────────────────────────────────────────────────────────────────────────────


def test_a_street_founds_a_platform_and_its_code_is_made(town, people):
    street = town.streets[0]
    one = actions.found_platform(Founding("街道平台", "street", street), by=people["head"])
    other = actions.found_platform(Founding("另一个", "building", street), by=people["head"])
    assert one.code != other.code
    assert one.code.startswith(street.code)
    event = PlatformEvent.objects.get(platform=one)
    assert (event.verb, event.by, event.role) == ("found", people["head"], "street_head")


@pytest.mark.parametrize("who", ["convenor", "resident", "other_head", "auditor", "area_convenor"])
def test_others_found_nothing(town, people, who):
    with pytest.raises(PermissionDenied):
        actions.found_platform(Founding("平台", "street", town.streets[0]), by=people[who])
    assert not Platform.objects.filter(name="平台").exists()


def test_councils_are_of_a_compound_or_a_community(town, people):
    community = town.communities[0]
    compound = CompoundFactory(community=community)
    owners = Founding("业主协商议事会", "owners", community, compound)
    head = people["head"]
    refused("compound_needed", actions.found_platform, Founding("无", "owners", community), by=head)
    found = actions.found_platform(owners, by=head)
    refused("has_council", actions.found_platform, owners, by=head)
    refused("wrong_level", actions.found_platform,
            Founding("居民协商议事会", "residents", town.streets[0]), by=head)  # fmt: skip
    elsewhere = CompoundFactory(community=town.communities[2])
    refused("outside", actions.found_platform,
            Founding("别处", "owners", community, elsewhere), by=head)  # fmt: skip
    actions.found_platform(Founding("居民协商议事会", "residents", community), by=head)
    # Not by the action alone.
    with pytest.raises(IntegrityError), transaction.atomic():
        made.PlatformFactory(kind="owners", area=community, compound=found.compound)


def test_its_end_waits_for_its_topics_and_ends_the_seats(platform, people):
    topic = made.raised(platform, by=people["resident"])
    refused("topics_open", actions.end_platform, platform, by=people["head"], reason="合并")
    actions.move(topic, "withdraw", by=people["resident"])
    refused("reason_needed", actions.end_platform, platform, by=people["head"], reason=" ")
    with pytest.raises(PermissionDenied):
        actions.end_platform(platform, by=people["convenor"], reason="合并")
    later = clock.today() + timedelta(days=9)
    actions.appoint(
        platform, UserFactory(), "expert", by=people["convenor"], starts_on=later, ends_on=None
    )
    actions.end_platform(platform, by=people["head"], reason="合并")
    assert not Seat.objects.held_on(later).filter(platform=platform).exists()
    assert not Seat.objects.held_on().filter(platform=platform).exists()
    refused("platform_ended", actions.change_platform, platform, by=people["head"], name="新")


def test_the_story_of_a_platform_is_kept(platform, people):
    actions.change_platform(platform, by=people["convenor"], name="新名字")
    actions.change_platform(platform, by=people["convenor"], name="新名字")
    assert PlatformEvent.objects.filter(platform=platform).count() == 1
    for sql in ("DELETE FROM", "UPDATE"):
        tail = "" if sql.startswith("D") else " SET verb = 'x'"
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"{sql} consultations_platformevent{tail}")


# ── terms ─────────────────────────────────────────────────────────────────────────────────────


def test_terms_are_versions_and_what_is_as_usual_is_not_written(platform, people):
    terms = NewTerms(days={"screen": 8, "study": 15}, labels={"collect": "点题", "study": " "})
    actions.set_terms(platform, terms, by=people["convenor"])
    row = Terms.objects.get(platform=platform)
    assert row.body["days"] == {"screen": 8}
    assert row.body["labels"] == {"collect": "点题"}
    rules = Terms.objects.of(platform.pk)
    assert (rules.days["screen"], rules.days["study"]) == (8, 15)
    actions.set_terms(platform, NewTerms(), by=people["head"])
    assert Terms.objects.of(platform.pk).days["screen"] == 5
    assert Terms.objects.filter(platform=platform).count() == 2
    with pytest.raises(PermissionDenied):
        actions.set_terms(platform, NewTerms(), by=people["screener"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"days": {"nap": 3}}, "unknown_day"),
        ({"days": {"screen": 0}}, "days_out_of_range"),
        ({"days": {"screen": 400}}, "days_out_of_range"),
        ({"labels": {"dance": "舞"}}, "unknown_step"),
        ({"labels": {"collect": "很" * 13}}, "label_too_long"),
        ({"quorum": 0}, "heads_out_of_range"),
        ({"resident_share": 101}, "share_out_of_range"),
    ],
)
def test_terms_that_cannot_be(platform, people, given, code):
    refused(code, actions.set_terms, platform, NewTerms(**given), by=people["convenor"])
    assert not Terms.objects.filter(platform=platform).exists()


# ── seats ─────────────────────────────────────────────────────────────────────────────────────


def seat(platform, person, role, by, days=365):
    today = clock.today()
    until = today + timedelta(days=days) if days else None
    return actions.appoint(platform, person, role, by=by, starts_on=today, ends_on=until)


def test_the_convenor_fills_the_table_and_the_gate_is_filled_from_above(platform, people):
    person = UserFactory()
    for role in ("recorder", "member", "expert", "delegate"):
        seat(platform, person, role, people["convenor"])
    for role in ("convenor", "screener"):
        with pytest.raises(PermissionDenied):
            seat(platform, person, role, people["convenor"])
    seat(platform, person, "screener", people["head"])
    assert seats.holds(person, "consultations.screen", platform)
    refused("two_keys", seat, platform, person, "convenor", people["head"])
    refused("has_seat", seat, platform, person, "member", people["convenor"])
    refused("oneself", seat, platform, people["head"], "member", people["head"])
    assert told(person, "seat_given") == 5


def test_two_keys_are_refused_by_the_database(platform, people):
    with pytest.raises(IntegrityError, match="two_keys"), transaction.atomic():
        made.SeatFactory(platform=platform, user=people["convenor"], role="screener")


def test_a_term_has_its_days(platform, people):
    person, today = UserFactory(), clock.today()

    def try_(first, last):
        return actions.appoint(
            platform, person, "member", by=people["convenor"], starts_on=first, ends_on=last
        )

    refused("ends_before_start", try_, today, today - timedelta(days=1))
    refused("term_past", try_, today - timedelta(days=9), today - timedelta(days=3))
    refused("term_too_long", try_, today, today + timedelta(days=3000))
    one = try_(today, today)
    assert one in Seat.objects.held_on(today)
    assert one not in Seat.objects.held_on(today + timedelta(days=1))


def test_a_seat_ends_with_a_reason(platform, people):
    member = Seat.objects.get(platform=platform, role="member")
    screener = Seat.objects.get(platform=platform, role="screener")
    refused("reason_needed", actions.end_seat, member, by=people["convenor"], reason="")
    with pytest.raises(PermissionDenied):
        actions.end_seat(screener, by=people["convenor"], reason="换人")
    actions.end_seat(member, by=people["convenor"], reason="搬走了")
    refused("ended_already", actions.end_seat, member, by=people["convenor"], reason="再来")
    assert not Seat.objects.held_on().filter(pk=member.pk).exists()
    assert Seat.objects.filter(pk=member.pk).exists()
    # One that has not begun is taken back whole.
    later = clock.today() + timedelta(days=30)
    to_come = actions.appoint(
        platform, UserFactory(), "expert", by=people["convenor"], starts_on=later, ends_on=None
    )
    actions.end_seat(to_come, by=people["convenor"], reason="改变主意")
    to_come.refresh_from_db()
    assert to_come not in Seat.objects.held_on(later)


def test_empty_seats_and_ending_terms_are_told_once(platform, other_platform, people):
    today = clock.today()
    Seat.objects.filter(platform=platform, role="recorder").update(
        period=DateRange(today - timedelta(days=99), today)
    )
    Seat.objects.filter(platform=platform, role="member").update(
        period=DateRange(today - timedelta(days=99), today + timedelta(days=10))
    )
    for _each in range(2):
        actions.watch_seats(by=None)
    assert told(people["head"], "seat_vacant") == 1
    assert told(people["head"], "seat_soon") == 1
    assert told(people["member"], "seat_soon") == 1
    # The other table lacks two of three, and has a street of its own to hear it.
    assert told(people["other_head"], "seat_vacant") == 2


def test_vacancies_take_the_same_statements_for_many(
    platform, other_platform, people, django_assert_num_queries
):
    with django_assert_num_queries(3):
        found = tables.vacancies(Platform.objects.in_force(), most=50)
    assert {one.role for one in found if one.platform == other_platform} == {"screener", "recorder"}
