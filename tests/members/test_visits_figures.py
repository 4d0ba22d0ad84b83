"""Visits only to who wants them; figures by count, by quarter, by one property, and then for good."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import actions, figures, retention_counsel, visits
from members.figures import Quarter
from members.models import FigureRow, Member, Visit, VisitWish
from tests.factories import counsel as made
from tests.factories.grids import holder
from tests.factories.members import MemberFactory, SpecialtyFactory


def code_of(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code


# ── visits ────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_called_on_who_does_not_want_it(member, people):
    record, by = actions.record_visit, people["liaison"]
    assert code_of(record, member, by=by, on=clock.today()) == "not_welcome"
    with pytest.raises(IntegrityError, match="did not ask"), transaction.atomic():
        Visit.objects.create(
            member=member, on=clock.today(), by=by, expires_on=clock.today() + timedelta(days=365)
        )
    actions.welcome_visits(by=member.user, is_welcome=True)
    for name in ("resident", "author", "street", "housing", "other_roster"):
        with pytest.raises(PermissionDenied):
            record(member, by=people[name], on=clock.today())
    assert code_of(record, member, by=by, on=made.in_days(1)) == "not_yet"
    assert code_of(record, member, by=by, on=made.in_days(-366)) == "not_yet"
    visit = record(member, by=by, on=clock.today())
    assert code_of(record, member, by=by, on=clock.today()) == "once"
    assert (visit.expires_on - visit.on).days == 365
    actions.welcome_visits(by=member.user, is_welcome=False)
    assert code_of(record, member, by=by, on=made.in_days(-1)) == "not_welcome"
    assert not visits.welcoming(by).exists()


def test_a_wish_is_for_one_visit(member, people):
    actions.wish_visit(by=member.user)
    actions.wish_visit(by=member.user)
    assert VisitWish.objects.count() == 1
    assert list(visits.welcoming(people["liaison"])) == [member]
    assert list(visits.welcoming(people["other_roster"])) == []
    actions.take_back_wish(by=member.user)
    assert not VisitWish.objects.exists()
    actions.wish_visit(by=member.user)
    actions.record_visit(member, by=people["roster"], on=clock.today(), asks_help=True)
    assert not visits.welcoming(people["liaison"]).exists()
    with pytest.raises(PermissionDenied):
        actions.wish_visit(by=people["resident"])


def test_what_is_kept_of_a_visit_has_no_words(member):
    kinds = {one.get_internal_type() for one in Visit._meta.concrete_fields}
    assert not kinds & {"CharField", "TextField", "JSONField"}


def test_the_member_erases_and_so_does_time(member, people):
    actions.welcome_visits(by=member.user, is_welcome=True)
    first = actions.record_visit(member, by=people["roster"], on=clock.today())
    for name in ("roster", "liaison", "resident"):
        with pytest.raises(PermissionDenied):
            actions.delete_visit(first, by=people[name])
    actions.delete_visit(first, by=member.user)
    actions.record_visit(member, by=people["roster"], on=clock.today())
    actions.wish_visit(by=member.user)
    for days, count in ((364, 0), (366, 1)):
        later = clock.now() + timedelta(days=days)
        assert retention_counsel.erase_visits(later, dry_run=True) == count
        assert retention_counsel.erase_visits(later, dry_run=False) == count
        assert retention_counsel.erase_wishes(later, dry_run=False) == count


# ── figures ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def crowd(town):
    """12 in the first town and 3 in the second; 11 of law, 4 of gardens."""
    law, gardens = SpecialtyFactory(name="法律"), SpecialtyFactory(name="园艺")
    labour = SpecialtyFactory(name="劳动法", parent=law)
    for n in range(15):
        area = town.communities[0] if n < 12 else town.communities[2]
        MemberFactory(area=area, skills=[law, labour] if n < 11 else [gardens])
    return town.district


def shown(table, district):
    rows = FigureRow.objects.filter(table=table, area=district).order_by("position")
    return {row.label: row.shown for row in rows}


def test_quarters_begin_and_end():
    assert figures.last_over(date(2026, 1, 1)) == Quarter(date(2025, 10, 1))
    assert figures.last_over(date(2026, 3, 31)) == Quarter(date(2025, 10, 1))
    assert figures.last_over(date(2026, 4, 1)) == Quarter(date(2026, 1, 1))
    assert Quarter(date(2025, 10, 1)).end == date(2026, 1, 1)
    assert Quarter(date(2026, 7, 1)).name == "2026-Q3"


def test_r32_counts_by_one_property_small_ones_hidden_with_another(crowd):
    assert actions.freeze_figures(by=None) > 0
    assert actions.freeze_figures(by=None) == 0
    # The small cell hides the other one, or the total would give it away.
    assert shown("members-town", crowd) == {"": 15, "街道1": None, "街道2": None}
    assert shown("members-branch", crowd) == {"": 15, "园艺": None, "法律": None}
    rows = FigureRow.objects.exclude(shown=None)
    assert all(row.shown % 5 == 0 and row.shown >= 10 for row in rows)


def test_r32_no_table_has_two_properties_or_a_persons_association():
    for table in figures.tables():
        assert not {"affiliation", "sector", "association"} & set(table.name.split("-"))
        assert table.name.count("-") == 1


def test_r32_a_member_of_several_specialties_of_a_branch_is_one(crowd):
    table = next(one for one in figures.tables() if one.name == "members-branch")
    assert table.counting(crowd, figures.last_over(clock.today())) == {"法律": 11, "园艺": 4}


def test_r32_the_page_says_that_branches_count_somebody_twice(client, crowd):
    actions.freeze_figures(by=None)
    client.force_login(holder("roster_admin", area=crowd))
    page = client.get(reverse("members:figures"))
    assert page.content.decode().count("counted in each") == 1


def test_e5_what_was_published_stays_when_somebody_is_erased(crowd):
    actions.freeze_figures(by=None)
    before = shown("members-town", crowd)
    Member.objects.all().delete()
    assert actions.freeze_figures(by=None) == 0
    assert shown("members-town", crowd) == before
    for doing in (
        lambda: FigureRow.objects.update(shown=100),
        lambda: FigureRow.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            doing()


def test_r32_the_running_quarter_is_told_nobody(crowd, clock_at):
    clock_at("2026-09-30 23:00")
    actions.freeze_figures(by=None)
    assert [one.name for one in figures.quarters(crowd)] == ["2026-Q2"]
    clock_at("2026-10-01 00:30")
    actions.freeze_figures(by=None)
    assert [one.name for one in figures.quarters(crowd)] == ["2026-Q3", "2026-Q2"]
    tables = {one.table.name: one for one in figures.read(crowd, figures.quarters(crowd))}
    assert tables["members-town"].totals == [15, 15]


def test_counsels_and_topics_are_counted_in_the_quarter_they_came_in(member, clock_at, town):
    clock_at("2026-08-10 09:00")
    for _each in range(12):
        made.submitted(member)
    clock_at("2026-10-02 09:00")
    made.submitted(member)
    actions.freeze_figures(by=None)
    # A town with none hides the other; the total is of both.
    assert shown("counsels-town", town.district)[""] == 10


def test_a_count_under_ten_cannot_even_be_written(town):
    for bad in (1, 9):
        with pytest.raises(IntegrityError, match="figure_is_rounded"), transaction.atomic():
            FigureRow.objects.create(
                area=town.district, quarter=date(2026, 7, 1), table="x", position=1, shown=bad
            )
    with pytest.raises(IntegrityError, match="figure_begins"), transaction.atomic():
        FigureRow.objects.create(
            area=town.district, quarter=date(2026, 8, 1), table="x", position=1
        )
    assert connection.in_atomic_block
