"""The gate of the task list, its calendar, and what places answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import actions, gate, tasklist
from grids.gate import Decision, Rhythm, Stage
from grids.models import Area, Duty, DutyDone, Level
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, build_town, holder


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def head(town):
    return holder("street_head", area=town.streets[0])


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0])


def propose(town, by, **said):
    given = {
        "name": "Fire lanes",
        "what": "Look whether the fire lanes are free.",
        "department": town.housing,
        "area": town.communities[0],
        "rhythm": Rhythm.MONTHLY,
        "starts_on": clock.today(),
        "ends_on": clock.today() + timedelta(days=300),
    }
    return actions.propose_duty(by=by, **(given | said))


@pytest.fixture
def duty(town, officer, head):
    return actions.decide_duty(propose(town, officer), "admit", by=head)


def code_of(function, *args, **kwargs):
    with pytest.raises(Refused) as refused, transaction.atomic():
        function(*args, **kwargs)
    return refused.value.code


def answer(duty, area, by, **said):
    said.setdefault("client_id", uuid4())
    return actions.answer_duty(duty, area, by=by, **said)


# ── the gate ──────────────────────────────────────────────────────────────────────────────────


def test_a_proposal_asks_nobody_until_somebody_else_admits_it(town, officer, head):
    proposed = propose(town, officer)
    assert proposed.stage_today == Stage.PROPOSED
    assert tasklist.tasks_of([town.grids[0]]) == []

    actions.decide_duty(proposed, "admit", by=head)
    assert [one.duty for one in tasklist.tasks_of([town.grids[0]])] == [proposed]
    assert tasklist.tasks_of([town.grids[2], town.communities[0]]) == []


def test_the_proposer_does_not_decide_whatever_he_may(town, head):
    proposed = propose(town, head)

    assert code_of(actions.decide_duty, proposed, "admit", by=head) == "own_proposal"
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(pk=proposed.pk).update(
            decision=Decision.ADMITTED, decided_by=head, decided_at=clock.now()
        )


def test_who_may_not_admit_is_denied(town, officer, worker):
    proposed = propose(town, officer)
    people = [
        worker,
        holder("street_desk", area=town.streets[0]),
        holder("street_head", area=town.streets[1]),
        holder("department_head", department=town.housing),
    ]
    for person in people:
        with pytest.raises(PermissionDenied):
            actions.decide_duty(proposed, "admit", by=person)


def test_who_may_propose(town, worker):
    clerk = holder("department_clerk", department=town.housing)
    assert propose(town, clerk, area=town.district).department == town.housing
    for person, said in [
        (clerk, {"department": town.urban}),
        (worker, {}),
        (holder("community_officer", area=town.communities[1]), {}),
        (holder("auditor", area=town.district), {}),
    ]:
        with pytest.raises(PermissionDenied):
            propose(town, person, **said)


def test_a_refusal_has_a_reason_and_is_final(town, officer, head):
    proposed = propose(town, officer)
    assert code_of(actions.decide_duty, proposed, "refuse", by=head, reason=" ") == "reason_needed"
    refused = actions.decide_duty(proposed, "refuse", by=head, reason="Done by housing")
    assert (refused.stage_today, refused.reason) == (Stage.REFUSED, "Done by housing")
    assert code_of(actions.decide_duty, proposed, "admit", by=head) == "wrong_state"


def test_taking_it_off_keeps_who_admitted_it(duty, head):
    other = holder("street_head", area=duty.area.parent)
    gone = actions.decide_duty(duty, "withdraw", by=other, reason="Too much")

    assert (gone.decided_by, gone.withdrawn_by, gone.stage_today) == (head, other, Stage.WITHDRAWN)
    assert not Duty.objects.running(clock.today()).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"name": "摸排重点人员"},
        {"what": "入户走访独居老人"},
        {"items": ["Stairwell", "Names of the tenants"]},
        {"items": ["租户姓名"]},
        {"what": "Ask at 13812345678."},
        {"items": ["宗教活动"]},
        {"items": ["居民楼住户联系电话"]},
    ],
)
def test_a_duty_about_persons_is_refused(town, officer, said):
    assert code_of(propose, town, officer, **said) == "about_persons"


@pytest.mark.parametrize(
    "item",
    [
        *("人行道", "消火栓", "无障碍坡道", "Stairwell", "楼道灯", "老旧小区外墙", "地下室通风口"),
        *("居民楼楼道", "人员密集场所出口", "残疾人坡道", "健康步道", "电话亭", "Phone box"),
    ],
)
def test_places_pass(town, officer, item):
    assert propose(town, officer, items=[item]).items == [item]


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (0, -1, "duty_ends_within_two_years"),
        (0, 732, "duty_ends_within_two_years"),
        (-20, -1, "duty_over"),
    ],
)
def test_a_duty_has_an_end_that_is_near(town, officer, starts, ends, code):
    today = clock.today()
    days = {
        "starts_on": today + timedelta(days=starts),
        "ends_on": today + timedelta(days=ends),
    }
    assert code_of(propose, town, officer, **days) == code


# ── the calendar ──────────────────────────────────────────────────────────────────────────────

FIRST, LAST = date(2026, 11, 10), date(2027, 3, 20)


@pytest.mark.parametrize(
    ("rhythm", "on", "period"),
    [
        (Rhythm.ONCE, date(2026, 12, 1), (FIRST, LAST)),
        (Rhythm.WEEKLY, date(2026, 11, 22), (date(2026, 11, 16), date(2026, 11, 22))),
        (Rhythm.WEEKLY, date(2026, 11, 11), (FIRST, date(2026, 11, 15))),
        (Rhythm.MONTHLY, date(2026, 12, 31), (date(2026, 12, 1), date(2026, 12, 31))),
        (Rhythm.MONTHLY, date(2026, 11, 30), (FIRST, date(2026, 11, 30))),
        (Rhythm.MONTHLY, date(2027, 3, 1), (date(2027, 3, 1), LAST)),
        (Rhythm.QUARTERLY, date(2026, 11, 30), (FIRST, date(2026, 12, 31))),
        (Rhythm.QUARTERLY, date(2027, 2, 28), (date(2027, 1, 1), LAST)),
    ],
)
def test_periods(rhythm, on, period):
    assert gate.period(rhythm, on, FIRST, LAST) == period


@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_every_day_lies_in_one_period_and_periods_follow_each_other(rhythm):
    on = FIRST
    while on <= LAST:
        first, last = gate.period(rhythm, on, FIRST, LAST)
        assert first <= on <= last
        assert gate.period(rhythm, first, FIRST, LAST) == (first, last)
        assert gate.period(rhythm, last, FIRST, LAST) == (first, last)
        on += timedelta(days=1)


def test_it_ends_by_itself(duty, town, shift_clock):
    shift_clock(days=301)

    assert duty.stage() == Stage.ENDED
    assert tasklist.tasks_of([town.grids[0]]) == []


def test_load_of_a_month():
    duties = [
        Duty(rhythm=Rhythm.WEEKLY, minutes=30),
        Duty(rhythm=Rhythm.QUARTERLY, minutes=60),
        Duty(rhythm=Rhythm.ONCE, minutes=60),
        Duty(rhythm=Rhythm.MONTHLY),
    ]
    assert tasklist.load_of(duties) == tasklist.Load(4, 150, 1)


# ── answers ───────────────────────────────────────────────────────────────────────────────────


def test_done_counts_for_the_period_and_the_next_one_is_open(duty, town, worker, shift_clock):
    made = answer(duty, town.grids[0], worker).answer

    assert (made.post, made.is_done) == (worker.posts.get(), True)
    assert not tasklist.tasks_of([town.grids[0]])[0].is_open
    shift_clock(days=32)
    assert tasklist.tasks_of([town.grids[0]])[0].is_open


def test_sent_twice_it_is_one_and_with_other_content_it_is_refused(duty, town, worker):
    key = uuid4()
    first = answer(duty, town.grids[0], worker, client_id=key, is_done=False, note="Rain")
    again = answer(duty, town.grids[0], worker, client_id=key, is_done=False, note="Rain")

    assert (first.created, again.created) == (True, False)
    assert first.answer == again.answer
    assert code_of(answer, duty, town.grids[0], worker, client_id=key) == "client_id_reused"


def test_not_done_has_a_reason_and_may_still_be_done(duty, town, worker):
    assert code_of(answer, duty, town.grids[0], worker, is_done=False) == "reason_needed"
    answer(duty, town.grids[0], worker, is_done=False, note="Call 13812345678")
    assert "13812345678" not in DutyDone.objects.get().note
    answer(duty, town.grids[0], worker)
    assert DutyDone.objects.get().is_done
    assert code_of(answer, duty, town.grids[0], worker) == "duty_done"


def test_every_line_of_the_checklist_is_answered(town, officer, head, worker):
    listed = actions.decide_duty(
        propose(town, officer, items=["Stairwell", "Hydrant"]), "admit", by=head
    )
    grid = town.grids[0]
    assert code_of(answer, listed, grid, worker, answers=["good"]) == "checklist_open"
    wrong = code_of(answer, listed, grid, worker, answers=["good", "fine"])
    assert wrong == "dutydone_known_answers"
    answer(listed, grid, worker, answers=["good", "fault"])
    assert DutyDone.objects.get().answers == ["good", "fault"]


def test_only_what_is_asked_is_answered_and_only_by_who_is_there(duty, town, worker, officer):
    assert answer(duty, town.grids[1], officer).answer.post == officer.posts.get()
    with pytest.raises(PermissionDenied):
        answer(duty, town.grids[1], worker)
    with pytest.raises(PermissionDenied):
        answer(duty, town.grids[0], holder("street_desk", area=town.streets[0]))
    elsewhere = holder("grid_worker", area=town.grids[2])
    assert code_of(answer, duty, town.grids[2], elsewhere) == "not_asked"


def test_a_kind_and_a_level_narrow_who_is_asked(town, officer, head):
    Area.objects.filter(pk=town.grids[1].pk).update(kind=Area.Kind.SPECIAL)
    special = propose(town, officer, kind=Area.Kind.SPECIAL)
    whole = propose(town, officer, level=Level.COMMUNITY)
    for one in (special, whole):
        actions.decide_duty(one, "admit", by=head)
    grid = Area.objects.get(pk=town.grids[1].pk)

    assert [one.duty for one in tasklist.tasks_of([grid])] == [special]
    assert tasklist.tasks_of([town.grids[0]]) == []
    assert [one.duty for one in tasklist.tasks_of([town.communities[0]])] == [whole]


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_one_is_noted():
    town = build_town()
    officer = holder("community_officer", area=town.communities[0])
    head = holder("street_head", area=town.streets[0])
    worker = holder("grid_worker", area=town.grids[0])
    PostFactory(user=worker, role="grid_worker", area=town.grids[1])
    duty = actions.decide_duty(propose(town, officer), "admit", by=head)
    barrier = Barrier(2)

    def run(key):
        barrier.wait(10)
        try:
            made = answer(duty, town.grids[0], worker, client_id=key)
        except Refused as refused:
            return refused.code
        finally:
            close_old_connections()
        return str(made.created)

    same = uuid4()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, [same, same])) == ["False", "True"]
    DutyDone.objects.all().delete()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, [uuid4(), uuid4()])) == ["True", "duty_done"]
    assert DutyDone.objects.count() == 1


# ── what is read ──────────────────────────────────────────────────────────────────────────────


def test_counts_by_duty_and_by_the_places_just_beneath(duty, town, officer, head):
    answer(duty, town.grids[0], officer)
    answer(duty, town.grids[1], officer, is_done=False, note="Gate locked")
    other = actions.decide_duty(
        propose(
            town, holder("community_officer", area=town.communities[1]), area=town.communities[1]
        ),
        "admit",
        by=head,
    )

    seen = tasklist.overview(town.streets[0], [duty, other])
    assert [(d, t.asked, t.done, t.not_done, t.unsaid) for d, t in seen.by_duty] == [
        (duty, 2, 1, 1, 0),
        (other, 2, 0, 0, 2),
    ]
    assert [(p.code, p.asked, p.unsaid) for p in seen.by_place] == [
        (town.communities[0].code, 2, 0),
        (town.communities[1].code, 2, 2),
    ]
    grids = tasklist.overview(town.communities[0], [duty]).by_place
    assert [(p.code, p.done) for p in grids] == [(town.grids[0].code, 1), (town.grids[1].code, 0)]


@pytest.mark.parametrize("count", [1, 4])
def test_as_many_statements_for_many_duties_and_places(town, officer, head, count):
    for _ in range(count):
        actions.decide_duty(propose(town, officer), "admit", by=head)
    for areas in ([town.grids[0]], town.grids[:2]):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(tasklist.tasks_of(areas)) == count * len(areas)
        assert len(asked) == 2
    duties = list(Duty.objects.all())
    with CaptureQueriesContext(connection) as asked:
        tasklist.overview(town.district, duties)
    assert len(asked) == 1


def test_rows_and_rules_agree(town, officer, head, worker):
    clerk = holder("department_clerk", department=town.urban)
    duties = [
        propose(town, officer),
        propose(town, head, area=town.streets[0], department=town.urban),
        propose(town, holder("district_command", area=town.district), area=town.district),
        propose(
            town,
            holder("community_officer", area=town.communities[3]),
            area=town.communities[3],
            department=town.urban,
        ),
        propose(town, holder("street_desk", area=town.streets[1]), area=town.streets[1]),
    ]
    people = [officer, head, worker, clerk, UserFactory(), holder("auditor", area=town.district)]
    people += [holder("grid_worker", area=town.grids[7]), holder("resident", area=town.grids[0])]
    people += [holder("street_head", area=town.streets[1])]
    for person in people:
        listed = set(tasklist.visible_to(person))
        assert listed == {d for d in duties if person.has_perm("grids.view_duty", d)}
    assert set(tasklist.visible_to(worker)) == set(duties[:3])
    assert set(tasklist.visible_to(clerk)) == {duties[1], duties[3]}
    assert set(tasklist.visible_to(UserFactory())) == set()
