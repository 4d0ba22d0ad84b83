"""Surveys: one sheet each, what fits and what does not, and what everybody reads of it."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from consultations import actions, surveys
from consultations.models import Answer, Session, Sheet
from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

FULL = {1: [1], 2: [1, 3], 3: 4, 4: "早上太挤"}


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def survey(topic, people):
    return made.survey(topic, by=people["recorder"])


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_a_sheet_is_written_whole(survey, people):
    sheet = actions.answer(survey, FULL, by=people["resident"])
    said = {one.question.position: one for one in sheet.answers.select_related("question")}
    assert (said[1].chosen, said[2].chosen, said[3].score, said[4].text) == (
        [1], [1, 3], 4, "早上太挤",
    )  # fmt: skip


def test_once_an_account_and_once_a_device(survey, people):
    actions.answer(survey, FULL, by=people["resident"])
    refused("answered_already", actions.answer, survey, FULL, by=people["resident"])
    device = surveys.device_of(survey, "cookie")
    actions.answer(survey, FULL, by=None, device=device)
    refused("answered_already", actions.answer, survey, FULL, by=None, device=device)
    for _twice in range(2):
        actions.answer(survey, FULL, by=people["recorder"], is_entered=True)
    assert Sheet.objects.count() == 4
    with pytest.raises(PermissionDenied):
        actions.answer(survey, FULL, by=people["neighbour"], is_entered=True)
    with pytest.raises(PermissionDenied):
        actions.answer(survey, FULL, by=None)


def test_nobody_is_followed_from_one_survey_to_the_next(survey, topic, people):
    other = made.survey(topic, by=people["recorder"])
    assert surveys.device_of(survey, "cookie") != surveys.device_of(other, "cookie")


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("wrong_option", {1: [4]}),
        ("wrong_option", {1: [0]}),
        ("wrong_option", {1: "赞成"}),
        ("too_many_choices", {1: [1, 2]}),
        ("too_many_choices", {2: [1, 2, 3]}),
        ("wrong_score", {3: 6}),
        ("wrong_score", {3: True}),
        ("answer_needed", {1: []}),
        ("answer_needed", {3: None}),
        ("not_asked", {9: 1}),
    ],
)
def test_what_does_not_fit_is_refused_whole(survey, people, code, changed):
    refused(code, actions.answer, survey, FULL | changed, by=people["resident"])
    assert not Sheet.objects.exists()


def test_before_and_after_nobody_answers(survey, people):
    now = clock.now()
    rows = Session.objects.filter(pk=survey.pk)
    rows.update(starts_at=now + timedelta(hours=1))
    refused("not_open_yet", actions.answer, survey, FULL, by=people["resident"])
    rows.update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    refused("survey_over", actions.answer, survey, FULL, by=people["resident"])


def test_the_database_keeps_it_too(survey, people):
    sheet = actions.answer(survey, {1: [1], 3: 3}, by=people["resident"])
    one, many, scale, text = survey.questions.all()
    wrong = [
        {"question": many, "chosen": [4]},
        {"question": many, "chosen": [1, 2, 3]},
        {"question": many, "chosen": [1, 1]},
        {"question": many, "score": 3},
        {"question": text, "score": 3},
        {"question": text, "text": "", "chosen": [1]},
    ]
    for fields in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            Answer.objects.create(sheet=sheet, **fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.filter(question=scale).update(score=5)
    one.text = "别的问题"
    with pytest.raises(DatabaseError), transaction.atomic():
        one.save()
    Session.objects.filter(pk=survey.pk).update(ends_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Sheet.objects.create(session=survey, user=people["neighbour"], at=clock.now())
    refused("answered_already", actions.set_questions, survey, made.ASKED, by=people["recorder"])


@pytest.mark.django_db(transaction=True)
def test_the_same_account_in_ten_windows_answers_once(survey, people):
    outcomes = []

    def send():
        try:
            actions.answer(survey, FULL, by=people["resident"])
            outcomes.append("written")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _each in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["answered_already"] * 9 + ["written"]


@pytest.mark.parametrize(
    ("code", "questions"),
    [
        ("questions_needed", []),
        ("questions_needed", [actions.Asked("one", " ", ("a", "b"))]),
        ("wrong_options", [actions.Asked("one", "问", ("a",))]),
        ("wrong_options", [actions.Asked("text", "问", ("a", "b"))]),
        ("wrong_options", [actions.Asked("many", "问", tuple("abcdefghijklm"))]),
        ("too_many_questions", [actions.Asked("text", "问")] * 21),
    ],
)
def test_questions_that_cannot_be_asked(survey, people, code, questions):
    refused(code, actions.set_questions, survey, questions, by=people["recorder"])


def _answered(survey, *choices):
    for choice in choices:
        actions.answer(survey, {1: [choice], 3: 5}, by=UserFactory())


def test_nothing_is_told_of_fewer_than_five(survey):
    _answered(survey, 1, 1, 2, 3)
    assert surveys.found(survey).sheets is None
    assert all(not one.bars for one in surveys.found(survey).results)


def test_small_counts_are_not_told_nor_found_by_taking_away(survey):
    _answered(survey, *[1] * 8, *[2] * 6, 3)
    found = surveys.found(survey)
    assert found.sheets == 15
    bars = {one.label: one.many for one in found.results[0].bars}
    # One is hidden, so the smallest of the others goes with it.
    assert bars == {"赞成": 8, "都行": None, "反对": None}
    assert found.results[2].mean == 5


def test_some_that_are_few_together_take_one_more_with_them(survey):
    _answered(survey, *[1] * 9, 2, 3)
    bars = surveys.found(survey).results[0].bars
    assert [one.many for one in bars] == [None, None, None]


def test_words_are_shown_after_somebody_has_read_them(survey, people):
    _answered(survey, *[1] * 5)
    actions.answer(survey, FULL, by=people["resident"])
    assert surveys.found(survey).results[3].texts == []
    (said,) = surveys.to_read(survey, 10)
    with pytest.raises(PermissionDenied):
        actions.show_text(said, by=people["member"], is_shown=True)
    actions.show_text(said, by=people["recorder"], is_shown=True)
    assert surveys.found(survey).results[3].texts == ["早上太挤"]
    assert surveys.to_read(survey, 10) == []


def test_results_take_four_statements(survey, django_assert_num_queries):
    _answered(survey, *[1] * 6)
    with django_assert_num_queries(4):
        surveys.found(survey)
