"""How sessions, places, questions and results are written in the REST API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from consultations import meetings, surveys
from consultations.models import Attendance, Question, Session
from consultations.workflow import Capacity, QuestionKind, SessionKind
from govgrid.core.fields import told


class SessionBrief(serializers.Serializer):
    id = serializers.IntegerField()
    platform = serializers.CharField(help_text="Its code.")
    topic = serializers.CharField(allow_null=True, help_text="Its number.")
    round = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    venue = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()
    minutes_published_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on nothing in it changes."
    )


class AgendaRow(serializers.Serializer):
    position = serializers.IntegerField()
    text = serializers.CharField()


class PaperRow(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes of the PDF; 0 without one.")


class HeadRow(serializers.Serializer):
    capacity = serializers.ChoiceField(choices=Capacity.choices)
    count = serializers.IntegerField(allow_null=True, help_text="null: one to four.")


class PlacesRow(serializers.Serializer):
    places = serializers.IntegerField(allow_null=True, help_text="null: as many as come.")
    taken = serializers.IntegerField()
    waiting = serializers.IntegerField()
    came = serializers.IntegerField()
    there = HeadRow(many=True)


class AttendanceRow(serializers.Serializer):
    """One's own place, or a guest's for the recorder."""

    id = serializers.IntegerField()
    capacity = serializers.ChoiceField(choices=Capacity.choices)
    place_no = serializers.IntegerField(allow_null=True)
    is_waiting = serializers.BooleanField()
    checked_in_at = serializers.DateTimeField(allow_null=True)


class SessionWhole(SessionBrief):
    papers_due_at = serializers.DateTimeField(allow_null=True)
    papers_sent_at = serializers.DateTimeField(allow_null=True)
    minutes_due_at = serializers.DateTimeField(allow_null=True)
    minutes = serializers.CharField(help_text="Empty until they are published.")
    agenda = AgendaRow(many=True)
    papers = PaperRow(many=True)
    attendance = PlacesRow()
    mine = AttendanceRow(allow_null=True)


class QuestionRow(serializers.Serializer):
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=QuestionKind.choices)
    text = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    most = serializers.IntegerField(help_text="How many options may be chosen.")
    is_needed = serializers.BooleanField()


class BarRow(serializers.Serializer):
    label = serializers.CharField()
    count = serializers.IntegerField(allow_null=True, help_text="null: kept back.")
    share = serializers.IntegerField(help_text="Per cent of those who answered.")


class ResultRow(serializers.Serializer):
    question = QuestionRow()
    answered = serializers.IntegerField(allow_null=True)
    bars = BarRow(many=True)
    mean = serializers.FloatField(allow_null=True)
    texts = serializers.ListField(child=serializers.CharField())


class FoundRow(serializers.Serializer):
    sheets = serializers.IntegerField(allow_null=True, help_text="null: fewer than five.")
    results = ResultRow(many=True)


class SheetRow(serializers.Serializer):
    at = serializers.DateTimeField()


class HallRow(serializers.Serializer):
    """A question of the hall, without a name."""

    serial = serializers.IntegerField()
    body = serializers.CharField()
    supporters = serializers.IntegerField()
    is_supported = serializers.BooleanField(help_text="By you.")
    put_aside = serializers.BooleanField()
    reply = serializers.CharField(allow_null=True)


def brief(one: Session) -> dict[str, Any]:
    return {
        "id": one.pk,
        "platform": one.platform.code,
        "topic": one.topic.number if one.topic else None,
        "round": one.round,
        "kind": one.kind,
        "title": one.title,
        "starts_at": told(one.starts_at),
        "ends_at": told(one.ends_at),
        "venue": one.venue,
        "capacity": one.capacity,
        "cancelled_at": told(one.cancelled_at),
        "cancel_reason": one.cancel_reason,
        "minutes_published_at": told(one.minutes_published_at),
    }


def whole(one: Session, user: Any) -> dict[str, Any]:
    counts, mine = meetings.counts(one), meetings.mine(one, user)
    return brief(one) | {
        "papers_due_at": told(one.papers_due_at),
        "papers_sent_at": told(one.papers_sent_at),
        "minutes_due_at": told(one.minutes_due_at),
        "minutes": one.minutes if one.minutes_published_at else "",
        "agenda": [{"position": row.position, "text": row.text} for row in one.agenda.all()],
        "papers": [
            {"id": row.pk, "title": row.title, "text": row.text, "size": row.size}
            for row in meetings.papers(one, user)
        ],
        "attendance": {
            "places": counts.places,
            "taken": counts.taken,
            "waiting": counts.waiting,
            "came": counts.came,
            "there": [{"capacity": row.capacity, "count": row.many} for row in counts.there],
        },
        "mine": place(mine) if mine else None,
    }


def place(one: Attendance) -> dict[str, Any]:
    return {
        "id": one.pk,
        "capacity": one.capacity,
        "place_no": one.place_no,
        "is_waiting": one.is_waiting,
        "checked_in_at": told(one.checked_in_at),
    }


def question(one: Question) -> dict[str, Any]:
    return {
        "position": one.position,
        "kind": one.kind,
        "text": one.text,
        "options": one.options,
        "most": one.most,
        "is_needed": one.is_needed,
    }


def found(session: Session) -> dict[str, Any]:
    sheets, results = surveys.found(session)
    return {
        "sheets": sheets,
        "results": [
            {
                "question": question(one.question),
                "answered": one.answered,
                "bars": [
                    {"label": bar.label, "count": bar.many, "share": bar.share} for bar in one.bars
                ],
                "mean": one.mean,
                "texts": one.texts,
            }
            for one in results
        ],
    }


def hall(one: meetings.Asked) -> dict[str, Any]:
    return {
        "serial": one.question.serial,
        "body": one.question.body,
        "supporters": one.supporters,
        "is_supported": one.is_supported,
        "put_aside": one.question.aside_at is not None,
        "reply": one.reply.body if one.reply else None,
    }
