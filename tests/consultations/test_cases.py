"""Model cases are reviewed by somebody else; courses count heads and keep no names."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import actions, inbox, library
from consultations.models import Course, CourseDate, ModelCase, Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

PARTS = {"background": "放学时堵", "steps": "两次现场", "outcome": "装了护栏", "lesson": "先问家长"}
WORDS = {"title": "校门口的护栏", **PARTS}
CASES, COURSES = "/api/v1/consultations/cases/", "/api/v1/consultations/courses/"


def closed(platform, people):
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    at = clock.now()
    Topic.objects.filter(pk=topic.pk).update(
        state="closed", result="装好了", reported_at=at, closed_at=at, **made.NOW
    )
    topic.refresh_from_db()
    return topic


@pytest.fixture
def topic(platform, people):
    return closed(platform, people)


@pytest.fixture
def case(topic, people):
    return actions.write_case(topic, by=people["convenor"], **WORDS)


@pytest.fixture
def submitted(case, people):
    return actions.submit_case(case, by=people["convenor"])


@pytest.fixture
def published(submitted, people):
    return actions.review_case(submitted, by=people["head"], is_good=True)


def code_of(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code


def test_written_of_what_is_closed_once(topic, case, platform, people):
    open_one = made.studying(platform, by=people["resident"], screener=people["screener"])
    write, by = actions.write_case, people["convenor"]
    assert code_of(write, open_one, by=by, **WORDS) == "not_closed"
    assert code_of(write, topic, by=by, **WORDS) == "one_case"
    assert code_of(write, closed(platform, people), by=by, title=" \u200b") == "title_needed"
    for name in ("resident", "member", "head", "other_convenor"):
        with pytest.raises(PermissionDenied):
            write(topic, by=people[name], **WORDS)


def test_published_by_another_from_above(case, people):
    assert code_of(actions.review_case, case, by=people["head"], is_good=True) == "wrong_state"
    case = actions.submit_case(case, by=people["convenor"])
    assert code_of(actions.reword_case, case, by=people["convenor"], **WORDS) == "wrong_state"
    assert Message.objects.filter(kind="case_submitted", recipient=people["head"]).exists()
    assert [one.slug for one in inbox.waiting(people["head"]) if one.slug == "case"]
    for name in ("convenor", "recorder", "area_convenor", "other_head", "resident"):
        with pytest.raises(PermissionDenied):
            actions.review_case(case, by=people[name], is_good=True)
    assert code_of(actions.review_case, case, by=people["head"], is_good=False) == "note_needed"
    case = actions.review_case(case, by=people["head"], is_good=False, note="写明花了多少钱")
    assert case.state == "returned"
    case = actions.reword_case(case, by=people["recorder"], **WORDS | {"outcome": "三万元"})
    case = actions.submit_case(case, by=people["recorder"])
    case = actions.review_case(case, by=people["command"], is_good=True)
    assert (case.state, case.reviewed_by) == ("published", people["command"])
    assert Message.objects.filter(kind="case_decided", recipient=people["convenor"]).count() >= 2


def test_nobody_reviews_his_own(topic, people):
    both = made.sitting(topic.platform, "convenor")
    from_above = made.SeatFactory(
        platform=topic.platform, role="convenor", user=people["head"]
    ).user
    case = actions.submit_case(actions.write_case(topic, by=from_above, **WORDS), by=both)
    with pytest.raises(PermissionDenied):
        actions.review_case(case, by=from_above, is_good=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCase.objects.filter(pk=case.pk).update(
            state="published", reviewed_by=from_above, reviewed_at=clock.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCase.objects.filter(pk=case.pk).update(state="published")


def test_what_was_reviewed_keeps_its_words(published):
    with pytest.raises(IntegrityError, match="keeps its words"), transaction.atomic():
        ModelCase.objects.filter(pk=published.pk).update(lesson="别的")


def test_all_four_parts(topic, people):
    case = actions.write_case(topic, by=people["convenor"], **WORDS | {"lesson": ""})
    assert code_of(actions.submit_case, case, by=people["convenor"]) == "parts_needed"
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCase.objects.filter(pk=case.pk).update(state="submitted")


def test_lists_and_single_rows_agree(case, people):
    for state in ("draft", "submitted", "published"):
        fields = {"reviewed_by": people["head"], "reviewed_at": clock.now()}
        ModelCase.objects.filter(pk=case.pk).update(
            state=state, **(fields if state == "published" else {})
        )
        one = ModelCase.objects.select_related("topic__platform__area").get(pk=case.pk)
        for name, person in people.items():
            is_listed = library.visible(person).filter(pk=case.pk).exists()
            assert is_listed is person.has_perm("consultations.see_case", one), (state, name)
        assert library.visible(AnonymousUser()).exists() is (state == "published")


def test_the_library(client, published, platform, people, town):
    at = reverse("consultations:cases")
    draft = actions.write_case(
        closed(platform, people), by=people["convenor"], **WORDS | {"title": "还没写完"}
    )
    page = client.get(at).text
    assert published.title in page
    assert draft.title not in page
    assert people["convenor"].name not in client.get(published.get_absolute_url()).text
    assert client.get(draft.get_absolute_url()).status_code == 404
    for asked, is_there in (
        ({"platform": "c11"}, True), ({"platform": "c21"}, False), ({"kind": "building"}, False),
        ({"area": town.streets[0].name}, True), ({"area": town.communities[2].code}, False),
    ):  # fmt: skip
        assert (published.title in client.get(at, asked).text) is is_there
    assert client.get(at, {"kind": "x"}).status_code == 400
    client.force_login(people["convenor"])
    assert draft.title in client.get(at).text


def test_as_many_statements_for_many(client, published, platform, people):
    def count():
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("consultations:cases"))
        return len(found)

    before = count()
    for _each in range(3):
        case = actions.write_case(closed(platform, people), by=people["convenor"], **WORDS)
        actions.review_case(
            actions.submit_case(case, by=people["convenor"]), by=people["head"], is_good=True
        )
    assert count() == before


def test_written_and_reviewed_on_pages(client, topic, people):
    client.force_login(people["convenor"])
    new = reverse("consultations:case-new", args=[topic.number])
    assert new in client.get(topic.get_absolute_url()).text
    assert topic.body in client.get(new).text
    assert client.post(new, WORDS | {"title": ""}).status_code == 400
    assert client.post(new, WORDS).status_code == 302
    assert client.post(new, WORDS).status_code == 409
    case = ModelCase.objects.get()

    def act(name, **given):
        return client.post(reverse("consultations:case-act", args=[case.pk, name]), given)

    assert act("reword", **WORDS | {"lesson": "先问孩子"}).status_code == 302
    assert act("submit").status_code == 302
    assert act("submit").status_code == 409
    assert act("publish").status_code == 403
    assert act("burn").status_code == 404
    client.force_login(people["head"])
    assert case.title in client.get(reverse("consultations:cases")).text
    assert act("give_back").status_code == 409
    assert act("publish").status_code == 302
    assert act("withdraw").status_code == 409
    client.logout()
    assert "先问孩子" in client.get(case.get_absolute_url()).text
    client.force_login(people["head"])
    assert act("withdraw", note="有误").status_code == 302
    client.logout()
    assert client.get(case.get_absolute_url()).status_code == 404


def test_cases_by_rest(api, topic, people, platform):
    api.force_authenticate(people["convenor"])
    body = {"topic": topic.number, **WORDS}
    one = api.post(CASES, body, format="json").json()
    assert api.post(CASES, body, format="json").status_code == 409
    assert api.post(f"{CASES}{one['id']}/submit/", format="json").json()["state"] == "submitted"
    assert api.post(f"{CASES}{one['id']}/publish/", {}, format="json").status_code == 403
    api.force_authenticate(people["resident"])
    assert api.get(CASES).json()["results"] == []
    assert api.get(f"{CASES}{one['id']}/").status_code == 404
    api.force_authenticate(people["head"])
    assert api.post(f"{CASES}{one['id']}/give-back/", {}, format="json").status_code == 409
    done = api.post(f"{CASES}{one['id']}/publish/", {}, format="json").json()
    assert done["published_at"]
    api.force_authenticate(people["resident"])
    rows = api.get(CASES, {"platform": platform.code}).json()["results"]
    assert [each["id"] for each in rows] == [one["id"]]
    assert people["convenor"].name not in str(rows)


# ── courses ───────────────────────────────────────────────────────────────────────────────────


def times(**ahead):
    at = clock.now() + timedelta(**(ahead or {"days": 3}))
    return {"starts_at": at, "ends_at": at + timedelta(hours=2)}


@pytest.fixture
def course(town, people):
    return actions.make_course(
        town.streets[0], by=people["head"], title="主持协商会", about="怎样听"
    )


def test_who_may_give_courses(town, people):
    for name in ("resident", "convenor", "other_head", "clerk"):
        with pytest.raises(PermissionDenied):
            actions.make_course(town.streets[0], by=people[name], title="课", about="课")
    actions.make_course(town.streets[0], by=people["command"], title="课", about="课")
    assert code_of(
        actions.make_course, town.streets[0], by=people["head"], title="\u200b", about="x"
    ) == "no_words"  # fmt: skip


def test_dates(course, people):
    add, by = actions.add_date, people["head"]
    where = {"venue": "二楼", "places": 30}
    when = times()
    add(course, by=by, **when, **where)
    backwards = {"starts_at": when["ends_at"], "ends_at": when["starts_at"]}
    assert code_of(add, course, by=by, **when, **where) == "one_date"
    assert code_of(add, course, by=by, **backwards, **where) == "ends_before_start"
    assert code_of(add, course, by=by, **times(days=-3), **where) == "date_past"
    assert code_of(add, course, by=by, **times(days=900), **where) == "date_far"
    assert code_of(add, course, by=by, **times(days=4), venue=" ", places=3) == "place_needed"
    assert code_of(add, course, by=by, **times(days=4), venue="x", places=0) == "no_such_capacity"
    actions.end_course(course, by=by)
    assert code_of(add, course, by=by, **times(days=5), **where) == "course_ended"
    assert library.courses().count() == 0


def test_a_count_and_no_names(course, people, monkeypatch):
    date = actions.add_date(course, by=people["head"], venue="二楼", places=30, **times())
    assert code_of(actions.count_course, date, by=people["head"], came=21) == "not_over"
    later = clock.now() + timedelta(days=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(PermissionDenied):
        actions.count_course(date, by=people["convenor"], came=21)
    assert actions.count_course(date, by=people["head"], came=21).came == 21
    assert code_of(actions.count_course, date, by=people["head"], came=-1) == "wrong_count"
    assert not any("user" in one.name for one in CourseDate._meta.get_fields())


def test_pages_of_courses(client, course, people, town, monkeypatch):
    at = course.get_absolute_url()
    assert course.title in client.get(reverse("consultations:courses")).text
    assert client.get(reverse("consultations:courses"), {"area": "没有"}).status_code == 400
    assert client.get(at).status_code == 200
    dates = reverse("consultations:course-date", args=[course.pk])
    given = {
        "starts_at": "2026-01-01T09:00",
        "ends_at": "2026-01-01T08:00",
        "venue": "x",
        "places": 1,
    }
    client.force_login(people["resident"])
    assert client.get(reverse("consultations:course-new")).status_code == 403
    client.force_login(people["head"])
    assert client.post(dates, given).status_code == 400
    assert client.post(dates, given | {"ends_at": "2026-01-01T11:00"}).status_code == 409
    start = clock.local(clock.now()) + timedelta(days=3)
    good = given | {
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    assert client.post(dates, good).status_code == 302
    date = CourseDate.objects.get()
    count = reverse("consultations:course-count", args=[course.pk, date.pk])
    assert client.post(count, {"came": "many"}).status_code == 400
    assert client.post(count, {"came": "12"}).status_code == 409
    new = reverse("consultations:course-new")
    words = {"title": "课", "about": "课"}
    assert client.post(new, words | {"area": town.streets[1].name}).status_code == 403
    assert client.post(new, words | {"area": "没有"}).status_code == 400
    assert client.post(new, words | {"area": town.streets[0].name}).status_code == 302
    assert client.post(reverse("consultations:course-end", args=[course.pk])).status_code == 302
    assert Course.objects.get(pk=course.pk).ended_at


def test_courses_by_rest(api, course, people, town):
    api.force_authenticate(people["resident"])
    assert api.get(COURSES).json()["results"][0]["title"] == course.title
    body = {"title": "课", "about": "课", "area": town.streets[0].code}
    assert api.post(COURSES, body, format="json").status_code == 403
    api.force_authenticate(people["head"])
    assert api.post(COURSES, body, format="json").status_code == 201
    dates = f"{COURSES}{course.pk}/dates/"
    when = {name: at.isoformat() for name, at in times().items()}
    date = api.post(dates, when | {"venue": "二楼", "places": 30}, format="json").json()["dates"][0]
    at = f"{dates}{date['id']}/"
    refused = api.post(at, {"came": 3}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "not_over")
    assert api.post(at, {"came": -3}, format="json").status_code == 400


# ── the back office ───────────────────────────────────────────────────────────────────────────


def test_the_back_office_reads_only(client, published, course, topic, people):
    follower = UserFactory(name="关注者甲")
    following = actions.follow(topic, by=follower, rhythm="daily")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for name, key in (
        ("modelcase", published.pk), ("course", course.pk), ("following", following.pk),
    ):  # fmt: skip
        at = f"/admin/consultations/{name}/"
        page = client.get(at)
        assert page.status_code == 200
        one = client.get(f"{at}{key}/change/")
        assert one.status_code == 200
        assert "关注者甲" not in page.text + one.text
        assert client.get(f"{at}add/").status_code == 403
        assert client.post(f"{at}{key}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/consultations/seatcall/").status_code == 200
