"""What holds nothing to be seen is not written: in forms, over REST and in the actions alike."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django import forms
from django.core.exceptions import ValidationError
from rest_framework import serializers

import govgrid.api  # noqa: F401 brings every body of a request
import grids.forms.divisions  # noqa: F401 brings the forms that nothing else does
from govgrid.core import clock
from govgrid.core.api import Body
from govgrid.core.errors import Refused
from govgrid.core.words import Words
from tests.factories.accounts import bearer
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions, conditions, rulebook
from tickets.actions import Call
from tickets.forms.conditions import CategoryTermsForm
from tickets.models import CategoryTerms, Note, ReplyTemplate, RoutingRule, TicketEvent
from tickets.workflow import Part

NOTHING = "\u200b\u2060\u3000\u3164\u202e\ufe0f"


def beneath(kind):
    return {kind, *(one for sub in kind.__subclasses__() for one in beneath(sub))}


def test_every_text_of_a_form_is_read_as_a_reader_sees_it():
    ours = [one for one in beneath(forms.BaseForm) if one.__module__.split(".")[0] == "tickets"]
    ours += [one for one in beneath(forms.BaseForm) if one.__module__.startswith("grids.forms")]
    plain = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in ours
        for name, field in form.base_fields.items()
        if type(field) is forms.CharField
    }
    assert len(ours) > 40
    assert plain == set()


def test_every_text_of_a_body_is_read_as_a_reader_sees_it():
    ours = ("tickets.", "grids.")
    bodies = [one for one in beneath(Body) if one.__module__.startswith(ours)]
    plain = {
        f"{body.__name__}.{name}"
        for body in bodies
        for name, field in body().get_fields().items()
        if serializers.CharField in {type(field), type(getattr(field, "child", None))}
    }
    assert len(bodies) > 15
    assert plain == set()


@pytest.fixture
def ticket(town, cast):
    return routed(town, by=cast["worker"])


@pytest.fixture
def desk(town, cast):
    """Waits to be assigned."""
    found = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    found.refresh_from_db()
    return found


def refused(ticket, name, by, **given):
    before = TicketEvent.objects.count()
    with pytest.raises(Refused) as refusal:
        actions.move(ticket, name, by=by, **given)
    assert TicketEvent.objects.count() == before
    return refusal.value.code


def test_no_move_takes_nothing_for_a_reason(town, cast, ticket, desk):
    said = {"return_reason": "not_ours", "suggested_owner": "水务", "note": "不归我"}
    assert refused(desk, "decline", cast["street"], note=NOTHING) == "note_needed"
    assert refused(desk, "settle", cast["street"], note=NOTHING) == "note_needed"
    for name, code in (("note", "reason_needed"), ("suggested_owner", "owner_needed")):
        given = said | {name: NOTHING}
        assert refused(ticket, "return", cast["clerk"], **given) == code
    until = {"until": clock.today() + timedelta(days=9)}
    assert refused(ticket, "suspend", cast["street"], note=NOTHING, **until) == "reason_needed"
    actions.move(ticket, "sign", by=cast["clerk"])
    assert refused(ticket, "finish", cast["clerk"], note=NOTHING) == "note_needed"
    assert refused(ticket, "extend", cast["clerk"], amount=1, note=NOTHING) == "reason_needed"
    given = {"note": NOTHING, "within": "WD1"}
    assert refused(ticket, "supervise", cast["command"], **given) == "matter_needed"
    given = {"tried": NOTHING, "missing_power": NOTHING}
    assert refused(ticket, "escalate", cast["community"], **given) == "tried_needed"
    actions.move(ticket, "finish", by=cast["clerk"], note="已修复")
    assert refused(ticket, "reject", cast["community"], note=NOTHING) == "reason_needed"


def test_over_rest_it_is_not_written_either(api, town, cast, ticket, desk):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    place = f"/api/v1/tickets/{desk.number}/"
    answer = api.post(f"{place}actions/decline/", {"note": NOTHING}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "note_needed")
    note = {"client_id": str(uuid4()), "text": NOTHING}
    answer = api.post(f"{place}notes/", note, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "text")
    parts = [{"client_id": str(uuid4()), "category": desk.category.code, "description": NOTHING}]
    answer = api.post(f"{place}actions/split/", {"parts": parts}, format="json")
    assert answer.status_code == 400
    desk.refresh_from_db()
    assert desk.state == "triage"
    assert not Note.objects.exists()


def test_nothing_is_no_condition_no_reason_and_no_template(town, cast):
    category = CategoryFactory(code="0101")
    put = conditions.set_terms
    for given in (
        {"filing": NOTHING, "closing": NOTHING, "reason": "试点"},
        {"closing": "与路面齐平", "reason": NOTHING},
    ):
        with pytest.raises(ValidationError):
            put(by=cast["command"], category=category, area=town.district, **given)
        data = given | {"category": category.pk, "area": town.district.pk}
        assert not CategoryTermsForm(data, user=cast["command"]).is_valid()
    kept = put(
        by=cast["command"], category=category, area=town.district,
        filing=NOTHING, closing=f"与路面齐平{NOTHING}", reason="试点",
    )  # fmt: skip
    assert (kept.filing, kept.closing) == ("", "与路面齐平")
    assert CategoryTerms.objects.count() == 1

    with pytest.raises((ValidationError, Refused)):
        rulebook.add_rule(
            by=cast["command"], category=category, area=town.district, department=town.housing,
            reason=NOTHING,
        )  # fmt: skip
    assert not RoutingRule.objects.exists()
    for given in ({"title": NOTHING, "text": "不属实"}, {"title": "不属实", "text": NOTHING}):
        with pytest.raises(Refused):
            actions.set_template(town.streets[0], by=cast["street"], move="decline", **given)
    assert not ReplyTemplate.objects.exists()


def test_nothing_is_no_agenda_no_decision_no_minutes(town, cast, clock_at):
    clock_at("2026-10-09 16:50")
    plain = CategoryFactory(code="0901", resolve_limit="", hazard_limit="")
    ticket = whistled(town, by=cast["head"], kind="hard", category=plain)
    start = clock.now() + timedelta(hours=20)

    def call(**more):
        given = {"place": "三楼", "agenda": ["划线"]} | more
        times = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
        asked = Call(kind="street", departments=[town.housing], **times, **given)
        return actions.call_meeting(ticket, asked, by=cast["street"])

    for more in ({"place": NOTHING}, {"agenda": [NOTHING]}):
        with pytest.raises(Refused):
            call(**more)
    meeting = call(agenda=[f"划线{NOTHING}", NOTHING])
    assert [one.text for one in meeting.agenda.all()] == ["划线"]
    with pytest.raises(Refused):
        actions.cancel_meeting(meeting, by=cast["street"], reason=NOTHING)
    clock_at("2026-10-10 13:30")
    item = meeting.agenda.get().pk
    with pytest.raises(Refused):
        actions.decide(meeting, by=cast["street"], item=item, text=NOTHING, becomes="note")
    with pytest.raises(Refused):
        actions.publish_minutes(meeting, by=cast["street"], minutes=NOTHING)


def test_a_part_that_says_nothing_is_no_part(town, cast, desk):
    part = Part(uuid4(), desk.category, NOTHING)
    with pytest.raises(Refused):
        actions.split(desk, [part], by=cast["street"])


def test_the_field_keeps_what_is_seen():
    field = Words(required=False)
    assert field.clean(f"{NOTHING}已修复{NOTHING}") == "已修复"
    with pytest.raises(ValidationError):
        field.clean("a\x00b")
