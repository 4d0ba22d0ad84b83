"""Units, posts with terms and vacancies, R11, and the report as of a day."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import erasure
from govgrid.privacy.models import Erasure
from govgrid.privacy.models.keeping import letting_go
from members import actions, holdings_network, network
from members.models import (
    Association,
    Grant,
    Liaison,
    NetworkEvent,
    NetworkPost,
    PostTerm,
    StationCheck,
    Unit,
)
from members.report import report
from members.workflow.network import BODY_ONLY
from members.workflow.units import Quarter, months_later
from tests.factories import network as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import AssociationFactory, StationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def keeper(town):
    return holder("roster_admin", area=town.district)


@pytest.fixture
def post(town):
    return made.NetworkPostFactory(area=town.streets[0])


def refused(code, act, *args, **named):
    with pytest.raises(Refused) as caught:
        act(*args, **named)
    assert caught.value.code == code


# ── units ─────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_is_brought_in_changed_and_ended(town, keeper):
    unit = actions.make_unit(
        town.district, by=keeper, name="  区工商联 ", kind="unit", office="东湖大道1号",
        office_phone="0717-5550001",
    )  # fmt: skip
    assert (unit.code, unit.name) == ("420506-u1", "区工商联")
    again = actions.make_unit(town.district, by=keeper, name="区侨联", kind="unit", office="x")
    assert again.code == "420506-u2"
    actions.change_unit(unit, by=keeper, name="区工商业联合会", office="东湖大道2号")
    post = actions.make_post(unit.area, by=keeper, kind="contact", unit=unit)
    refused("has_posts", actions.end_unit, unit, by=keeper, reason="合并")
    actions.close_post(post, by=keeper, reason="合并")
    refused("reason_needed", actions.end_unit, unit, by=keeper, reason=" ")
    actions.end_unit(unit, by=keeper, reason="合并")
    refused("unit_ended", actions.change_unit, unit, by=keeper, name="x", office="x")
    refused("unit_ended", actions.make_post, unit.area, by=keeper, kind="contact", unit=unit)
    said = NetworkEvent.objects.filter(subject=f"unit:{unit.code}").order_by("pk")
    assert [one.verb for one in said] == ["make", "change", "end"]
    assert {one.role for one in said} == {"roster_admin"}


def test_only_who_keeps_the_network_there_may(town, keeper, post):
    outside = holder("roster_admin", area=town.streets[1])
    for who in (outside, holder("street_head", area=town.streets[0]), UserFactory()):
        with pytest.raises(PermissionDenied):
            actions.make_unit(town.streets[0], by=who, name="x", kind="unit", office="x")
        with pytest.raises(PermissionDenied):
            actions.fill_post(post, UserFactory(), by=who, starts_on=clock.today())


def test_offices_only(town, keeper):
    for number in ("13812345678", "+86 138 1234 5678"):
        refused(
            "no_office_phone", actions.make_unit, town.district, by=keeper, name="x", kind="unit",
            office="x", office_phone=number,
        )  # fmt: skip


def test_one_leading_group_for_an_area(town, keeper):
    group = {"by": keeper, "name": "领导小组", "kind": "group", "office": "区委"}
    actions.make_unit(town.district, **group)
    refused("has_group", actions.make_unit, town.district, **group)
    with pytest.raises(IntegrityError, match="unit_one_leading_group"), transaction.atomic():
        made.UnitFactory(area=town.district, kind="group")


# ── R11: no person, by any chain of keys, at an association ───────────────────────────────────


def test_r11_no_chain_of_keys_leads_from_a_person_to_an_association():
    user = get_user_model()
    names_a_person = {
        model
        for model in apps.get_models()
        if any(f.related_model is user for f in model._meta.get_fields() if f.concrete)
    }
    # A grant names a body or a representative and, by constraint, never both in one row.
    rule = next(
        one for one in Grant._meta.constraints if one.name == "grant_names_nobody_of_an_association"
    )
    assert str(rule.condition) == str(Q(association=None) | Q(representative=None))
    seen, to_look = {Grant}, list(names_a_person)
    while to_look:
        model = to_look.pop()
        if model in seen:
            continue
        seen.add(model)
        to_look += [f.related_model for f in model._meta.get_fields()
                    if f.concrete and f.is_relation and f.related_model]  # fmt: skip
    assert PostTerm in names_a_person
    assert Unit in seen
    assert Association not in seen


@pytest.mark.parametrize("sector", sorted(BODY_ONLY))
def test_r11_a_body_of_those_sectors_is_no_unit_with_posts(town, keeper, sector):
    body = AssociationFactory(area=town.district, sector=sector, name="某协会")
    unit = {"by": keeper, "name": body.name, "kind": "unit", "office": "x"}
    refused("body_only", actions.make_unit, town.district, **unit)
    other = made.UnitFactory(area=town.district, name="另一协会")
    refused("body_only", actions.change_unit, other, by=keeper, name="某协会", office="x")
    refused(
        "is_a_unit", actions.make_association, town.district, by=keeper, name="另一协会",
        sector=sector, office="x",
    )  # fmt: skip
    refused("is_a_unit", actions.change_association, body, by=keeper, name="另一协会", office="x")


# ── posts ─────────────────────────────────────────────────────────────────────────────────────


def test_a_post_is_filled_for_its_term_and_the_holder_is_told(town, keeper, post):
    person = UserFactory()
    assert network.vacant(NetworkPost.objects.all()).get() == post
    today = clock.today()
    term = actions.fill_post(post, person, by=keeper, starts_on=today, note="")
    assert term.period == DateRange(today, months_later(today, 36))
    assert not network.vacant(NetworkPost.objects.all())
    assert Message.objects.filter(recipient=person, kind="network_post_given").count() == 1
    refused("post_held", actions.fill_post, post, UserFactory(), by=keeper, starts_on=today)


def test_what_stands_against_a_term(town, keeper, post):
    today = clock.today()
    fill = actions.fill_post
    refused("oneself", fill, post, keeper, by=keeper, starts_on=today)
    refused("not_active", fill, post, UserFactory(is_active=False), by=keeper, starts_on=today)
    early = Quarter.of(today).first - timedelta(days=1)
    refused("begins_too_early", fill, post, UserFactory(), by=keeper, starts_on=early)
    late = today + timedelta(days=4000)
    refused("begins_too_late", fill, post, UserFactory(), by=keeper, starts_on=late)
    before = today - timedelta(days=1)
    refused(
        "ends_before_start", fill, post, UserFactory(), by=keeper, starts_on=today, ends_on=before
    )
    far = months_later(today, 60)
    refused("term_too_long", fill, post, UserFactory(), by=keeper, starts_on=today, ends_on=far)
    refused("post_vacant", actions.vacate_post, post, by=keeper, reason="x")
    refused(
        "post_vacant", actions.hand_over_post, post, UserFactory(), by=keeper, on=today, note="x"
    )


def test_a_hand_over_ends_the_one_and_begins_the_other_at_once(town, keeper, post):
    old, new = UserFactory(), UserFactory()
    made.held(post, old)
    on = clock.today() + timedelta(days=10)
    over = actions.hand_over_post
    refused("note_needed", over, post, new, by=keeper, on=on, note=" ")
    refused("same_person", over, post, old, by=keeper, on=on, note="x")
    refused("on_past", over, post, new, by=keeper, on=clock.today() - timedelta(days=1), note="x")
    term = over(post, new, by=keeper, on=on, note="两本台账，电话 13812345678")
    assert "13812345678" not in term.note
    held = PostTerm.objects.order_by("pk")
    assert [one.holder for one in held] == [old, new]
    assert held[0].period.upper == held[1].period.lower == on
    assert PostTerm.objects.held_on().get().holder == old
    assert PostTerm.objects.held_on(on).get().holder == new
    told = Message.objects.filter(kind__startswith="network_post")
    assert set(told.values_list("recipient", "kind")) == {
        (old.pk, "network_post_ended"), (new.pk, "network_post_given")}  # fmt: skip
    for event in NetworkEvent.objects.all():
        assert new.name not in str(event.data)


def test_a_vacated_post_is_empty_and_a_closed_one_is_gone(town, keeper, post):
    made.held(post)
    actions.vacate_post(post, by=keeper, reason="调离")
    assert network.vacant(NetworkPost.objects.in_force()).get() == post
    actions.close_post(post, by=keeper, reason="撤并")
    assert not NetworkPost.objects.in_force()
    refused("post_ended", actions.close_post, post, by=keeper, reason="x")


def test_one_holder_at_a_time_whoever_writes(post):
    made.held(post)
    with pytest.raises(IntegrityError, match="network_post_one_holder"), transaction.atomic():
        made.held(post)


def test_terms_are_only_cut_and_stories_only_added_to(town, keeper, post):
    term = made.held(post)
    station = StationFactory(area=town.communities[0])
    actions.check_station(station, by=keeper, haves={"team": True})
    actions.make_unit(town.district, by=keeper, name="x", kind="unit", office="x")
    changes = [
        lambda: PostTerm.objects.filter(pk=term.pk).update(holder=UserFactory()),
        lambda: PostTerm.objects.filter(pk=term.pk).update(
            period=DateRange(term.period.lower, term.period.upper + timedelta(days=1))
        ),
        lambda: PostTerm.objects.all().delete(),
        lambda: NetworkEvent.objects.update(verb="x"),
        lambda: NetworkEvent.objects.all().delete(),
        lambda: StationCheck.objects.update(has_team=False),
        lambda: StationCheck.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    cut = DateRange(term.period.lower, clock.today())
    assert PostTerm.objects.filter(pk=term.pk).update(period=cut) == 1


def test_the_note_of_a_term_goes_to_nothing_and_only_where_somebody_is_erased(post):
    term = made.held(post, note="钥匙在王伟处")
    row = PostTerm.objects.filter(pk=term.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(note="")
    changes = [
        lambda: row.update(note="别的话"),
        lambda: row.update(note="", holder=UserFactory()),
        lambda: row.update(note="", made_at=clock.now()),
        lambda: row.update(
            note="", period=DateRange(term.period.lower, term.period.upper + timedelta(days=1))
        ),
        row.delete,
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic(), letting_go():
            change()
    assert row.get().note == "钥匙在王伟处"
    with letting_go():
        assert row.update(note="") == 1


def test_r22_erasing_empties_the_notes_of_hand_overs_and_the_terms_stay(town, keeper, post):
    before, gone, after = (UserFactory(name=name) for name in ("赵前", "王伟", "钱后"))
    elsewhere = made.held(made.NetworkPostFactory(area=town.streets[0]), note="交给王伟")
    today = clock.today()
    actions.fill_post(post, before, by=keeper, starts_on=today, note="第一任")
    for person, days, note in [
        (gone, 1, "交给王伟：名册"),
        (after, 2, "王伟所留"),
        (before, 3, "名册一本"),
    ]:
        on = today + timedelta(days=days)
        actions.hand_over_post(post, person, by=keeper, on=on, note=note)
    with clock.telling(clock.midnight(today + timedelta(days=3))):
        assert erasure.erase(gone, by=None)
        assert holdings_network.forget_notes(gone, clock.now()) == 0
    terms = PostTerm.objects.filter(post=post).order_by("pk")
    assert [one.note for one in terms] == ["第一任", "", "", "名册一本"]
    assert [one.holder for one in terms] == [before, gone, after, before]
    assert PostTerm.objects.get(pk=elsewhere.pk).note == "交给王伟"
    rows = Erasure.objects.filter(model="members.PostTerm")
    assert [one.row for one in rows] == [str(terms[1].pk)]


def test_terms_that_end_within_sixty_days_are_to_be_renewed(town):
    posts = [made.NetworkPostFactory(area=town.streets[0]) for _ in range(4)]
    made.held(posts[0], days=61)
    made.held(posts[1], days=62)
    followed = made.held(posts[2], days=20)
    PostTerm.objects.create(
        post=posts[2], holder=UserFactory(),
        period=DateRange(followed.period.upper, followed.period.upper + timedelta(days=300)),
    )  # fmt: skip
    assert [one.post for one in network.terms_to_renew()] == [posts[0]]
    rows = network.filled(posts)
    assert [bool(row.term) for row in rows] == [True, True, True, False]
    assert [row.is_soon for row in rows][:2] == [True, False]


# ── the report ────────────────────────────────────────────────────────────────────────────────


def test_e7_the_report_counts_as_of_the_end_of_the_quarter(town, keeper, clock_at):
    clock_at("2026-11-20 09:00")
    for _ in range(3):
        made.UnitFactory(area=town.district)
    made.UnitFactory(area=town.district, kind="group")
    made.UnitFactory(area=town.district, ended_on=date(2026, 11, 1))
    made.UnitFactory(area=town.district, founded_on=date(2026, 11, 2))
    held, _empty = (made.NetworkPostFactory(area=one) for one in town.streets)
    made.held(held)
    station = StationFactory(area=town.communities[0])
    made.serving(station)
    leaving = made.serving(station, days=None)
    renewed = Liaison.objects.create(
        station=station, user=UserFactory(), period=DateRange(date(2026, 1, 1), date(2026, 11, 25))
    )
    project = made.ProjectFactory(
        programme=made.ProgrammeFactory(area=town.district), lead=made.UnitFactory(area=town.city)
    )
    milestone = made.MilestoneFactory(project=project, due_on=date(2026, 9, 1))
    first = report(town.district, Quarter(2026, 3))
    assert first.sentence == (
        "4 bodies, 2 posts (1 vacant), 3 liaison officers (1 to be renewed), no names in it"
    )
    assert first.is_over
    assert first.day == date(2026, 9, 30)
    assert line(first, "Milestones that are late") == 1
    assert report(town.district, Quarter(2026, 4)).to_renew == 1

    actions.vacate_post(held, by=keeper, reason="调离")
    actions.end_liaison(leaving, by=keeper, reason="退休")
    actions.renew_liaison(renewed, by=keeper, ends_on=date(2028, 1, 1))
    actions.shift_milestone(milestone, by=keeper, due_on=date(2027, 1, 1), note="汛期")
    actions.add_milestone(project, by=keeper, title="补记", due_on=date(2026, 8, 1))
    actions.make_association(
        town.district, by=keeper, name="光促会", sector="glory", office="区委三楼"
    )

    now = report(town.district, Quarter(2026, 4))
    assert (now.bodies, now.posts, now.vacant, now.liaisons, now.to_renew) == (4, 2, 2, 2, 0)
    assert not now.is_over
    # What happened since moves nothing of the quarter that is over.
    assert report(town.district, Quarter(2026, 3)) == first
    there = report(town.streets[0], Quarter(2026, 4))
    assert (there.bodies, there.posts, there.liaisons) == (0, 1, 2)


def line(report, label):
    return next(one.number for part in report.parts for one in part.lines if one.label == label)


def test_quarters():
    assert Quarter.read("2026-Q3") == Quarter(2026, 3)
    for wrong in ("", "2026-Q5", "2026Q3", "1999-Q1", "٢٠٢٦-Q1", "2026-Q33", "2100-Q1"):
        assert Quarter.read(wrong) is None, wrong
    third = Quarter(2026, 3)
    assert (third.first, third.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert Quarter(2026, 1).before == Quarter(2025, 4)
    assert Quarter(2026, 4).next == Quarter(2027, 1)
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)


def test_reports_of_much_and_of_little_take_as_many_statements(town):
    quarter = Quarter.of(clock.today())
    counts = []
    for more in (1, 2):
        for _ in range(more):
            made.UnitFactory(area=town.district)
            made.held(made.NetworkPostFactory(area=town.streets[0]))
            made.serving(StationFactory(area=town.communities[0]))
        with CaptureQueriesContext(connection) as found:
            report(town.district, quarter)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] < 35
