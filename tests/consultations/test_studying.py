"""More time for a study: once in a round, with a reason that everybody reads."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from consultations import actions, clocks
from consultations.models import Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories import consultations as made
from tests.factories.accounts import bearer

WHY = "学校放假，等开学后再去现场"


@pytest.fixture
def study(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def refused(topic, code, **given):
    with pytest.raises(Refused) as refusal:
        actions.extend_study(topic, **given)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_it_is_due_ten_working_days_later_and_says_why(study, people, client):
    later = clocks.working_days_after(study.platform, study.step_due_at, 10)
    actions.extend_study(study, by=people["convenor"], reason=WHY)
    study.refresh_from_db()
    assert (study.step_due_at, study.fires_at, study.fired) == (later, later, 0)
    assert study.study_extended == WHY
    step = study.steps.latest("pk")
    assert (step.verb, step.note, step.is_public) == ("extend_study", WHY, True)
    assert WHY in client.get(study.get_absolute_url()).content.decode()


def test_once_and_with_words(study, people):
    by = people["convenor"]
    refused(study, "note_needed", by=by, reason=" 　")
    refused(study, "note_too_long", by=by, reason="长" * 301)
    actions.extend_study(study, by=by, reason=WHY)
    refused(study, "extended_already", by=by, reason=WHY)


def test_only_a_study_and_only_while_it_helps(study, platform, people):
    by = people["convenor"]
    refused(made.raised(platform, by=people["neighbour"]), "wrong_state", by=by, reason=WHY)
    Topic.objects.filter(pk=study.pk).update(step_due_at=clock.now() - timedelta(days=60))
    refused(study, "too_late", by=by, reason=WHY)


@pytest.mark.parametrize("who", ["resident", "screener", "member", "other_convenor", "other_head"])
def test_only_who_convenes_may(study, people, who):
    with pytest.raises(PermissionDenied):
        actions.extend_study(study, by=people[who], reason=WHY)
    study.refresh_from_db()
    assert study.study_extended == ""


TOPIC = "/api/v1/consultations/topics/{}/actions/extend_study/"


def test_over_rest_it_is_refused_in_words_and_taken_once(study, people, api):
    url = TOPIC.format(study.number)
    api.credentials(HTTP_AUTHORIZATION=bearer(people["member"]))
    assert api.post(url, {"note": WHY}, format="json").status_code == 403
    api.credentials(HTTP_AUTHORIZATION=bearer(people["convenor"]))
    assert api.post(url, {}, format="json").status_code == 409
    assert api.post(url, {"note": WHY}, format="json").status_code == 200
    again = api.post(url, {"note": WHY}, format="json")
    assert again.status_code == 409
    assert "extended_already" in again.content.decode()
