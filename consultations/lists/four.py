"""问题、建议、责任、反馈清单 and the list of projects. Each asks the same few statements for any page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, Prefetch, Q, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from consultations.lists.registry import Asked, Cell, Column, Listed, register
from consultations.models import Commitment, Opinion, Topic
from consultations.workflow import KEPT, PUBLIC, OpinionKind, State, Verdict

if TYPE_CHECKING:
    from govgrid.accounts.models import User

Row = Mapping[str, Cell]
TOLD = (State.REPORTED, State.REVIEWING, State.CLOSED)

NUMBER = Column("number", pgettext_lazy("list", "Number"), 2)
TOPIC = Column("topic", gettext_lazy("Topic"), 4)
PLATFORM = Column("platform", gettext_lazy("Platform"), 3)
AREA = Column("area", gettext_lazy("Area"), 2)
STATE = Column("state", gettext_lazy("State"), 2)
VERDICT = Column("verdict", gettext_lazy("Verdict"), 2)
RESULT = Column("result", gettext_lazy("What became of it"), 5)
WHO = Column("who", gettext_lazy("Raised by"), 2, is_inner=True)


def _who(user: User | None, *, is_named: bool) -> str:
    """Also inside: who does not want to be named is not."""
    if user is None:
        return _("through the recorder")
    return user.name if is_named else _("not named")


def _topics(asked: Asked) -> Any:
    found = asked.narrow(Topic.objects.public(), platform="platform", area="area", at="raised_at")
    return found.select_related("platform", "area", "raised_by").order_by("-pk")


def _of_topic(one: Topic) -> dict[str, Cell]:
    return {
        "number": one.number,
        "topic": one.title,
        "platform": one.platform.name,
        "area": one.area.name,
        "state": one.get_state_display(),
        "verdict": one.get_verdict_display() if one.verdict else "",
        "raised": one.raised_at,
        "url": one.get_absolute_url(),
    }


def _colon() -> str:
    return pgettext("punctuation", ": ")


def problems(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """Topics that were taken up, with the problems that the table found in them."""
    found = Opinion.objects.filter(kind=OpinionKind.PROBLEM).shown().order_by("serial")
    rows = _topics(asked).prefetch_related(Prefetch("opinions", found, to_attr="problems"))
    return [
        _of_topic(one)
        | {
            "found": "\n".join(f"{n}. {each.body}" for n, each in enumerate(one.problems, start=1)),
            "who": _who(one.raised_by, is_named=one.is_named),
        }
        for one in rows[first : first + most]
    ]


def projects(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """Topics that are done now, with who does what by when."""
    accepted = (
        _topics(asked).filter(verdict=Verdict.NOW).prefetch_related("commitments__department")
    )
    return [
        _of_topic(one)
        | {
            "tasks": "; ".join(
                f"{task.department.short_name}{_colon()}{task.text}"
                for task in one.commitments.all()
            )
            or one.consensus
        }
        for one in accepted[first : first + most]
    ]


def suggestions(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """What was suggested and what became of it; what is hidden is nowhere."""
    found = Opinion.objects.suggestions().standing().filter(topic__state__in=sorted(PUBLIC))
    found = asked.narrow(found, platform="topic__platform", area="topic__area", at="at")
    rows = found.select_related("topic__platform", "author").order_by("-pk")
    return [_suggestion(one) for one in rows[first : first + most]]


def _suggestion(one: Opinion) -> Row:
    return {
        "number": f"{one.topic.number}.{one.serial}",
        "text": one.body,
        "topic": one.topic.title,
        "platform": one.topic.platform.name,
        "fate": one.get_fate_display() if one.fate else _("not answered yet"),
        "verdict": one.get_verdict_display() if one.verdict else "",
        "why": one.verdict_reason,
        "who": _who(one.author, is_named=one.is_named),
        "url": one.topic.get_absolute_url(),
    }


def _promises(asked: Asked, at: str) -> Any:
    found = Commitment.objects.filter(topic__state__in=sorted(PUBLIC))
    found = asked.narrow(found, platform="topic__platform", area="topic__area", at=at)
    return found.select_related("topic__platform", "department", "ticket").order_by("-pk")


def _promise(one: Commitment) -> dict[str, Cell]:
    return {
        "number": f"{one.topic.number}/{one.serial}",
        "text": one.text,
        "topic": one.topic.title,
        "platform": one.topic.platform.name,
        "department": one.department.short_name,
        "state": one.get_state_display(),
        "due": one.due_on,
        "result": one.result,
        "done": one.done_at,
        "ticket": one.ticket.number if one.ticket else "",
        "url": f"{one.topic.get_absolute_url()}#promises",
    }


def responsibility(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """What was promised: who, by when, and how far it is."""
    rows = _promises(asked, "offered_at").prefetch_related("helpers")[first : first + most]
    return [
        _promise(one) | {"helpers": ", ".join(each.short_name for each in one.helpers.all())}
        for one in rows
    ]


def feedback(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """Promises with their result, and what cannot be done with its explanation; the newest first."""
    done = _promises(asked, "done_at").filter(state__in=sorted(KEPT))
    cannot = asked.narrow(
        Topic.objects.filter(state__in=TOLD, verdict=Verdict.CANNOT).filter(~Q(result="")),
        platform="platform", area="area", at="reported_at",
    )  # fmt: skip
    both = _keys(done, "promise", "done_at").union(_keys(cannot, "topic", "reported_at"), all=True)
    keys = list(both.order_by("-when", "-row")[first : first + most])
    found: dict[tuple[str, int], Row] = {}
    by_kind = sorted(keys, key=lambda one: one["kind"])
    for kind, some in groupby(by_kind, key=lambda one: one["kind"]):
        found |= _read(kind, [one["row"] for one in some])
    return [found[one["kind"], one["row"]] for one in keys]


def _keys(rows: Any, kind: str, at: str) -> Any:
    kind_of = Value(kind, output_field=CharField())
    return rows.order_by().values(kind=kind_of, row=F("pk"), when=F(at))


def _read(kind: str, keys: list[int]) -> dict[tuple[str, int], Row]:
    if kind == "promise":
        rows = Commitment.objects.filter(pk__in=keys)
        rows = rows.select_related("topic__platform", "department", "ticket")
        return {(kind, one.pk): _promise(one) | {"verdict": str(Verdict.NOW.label)} for one in rows}
    topics = Topic.objects.filter(pk__in=keys).select_related("platform", "area", "raised_by")
    return {
        (kind, one.pk): _of_topic(one)
        | {"text": one.verdict_reason, "result": one.result, "done": one.reported_at}
        for one in topics
    }


def register_own() -> None:
    """Called once at start-up."""
    text = Column("text", gettext_lazy("What is promised"), 5)
    done = Column("done", gettext_lazy("On"), 2)
    department = Column("department", gettext_lazy("Department"), 2)
    raised = Column("raised", gettext_lazy("Raised"), 2)
    for one in (
        Listed(
            "problems", gettext_lazy("List of problems"),
            gettext_lazy("What was raised and taken up."),
            (
                NUMBER, TOPIC, Column("found", gettext_lazy("Problems found"), 5), PLATFORM, AREA,
                raised, STATE, VERDICT, WHO,
            ),
            problems,
        ),
        Listed(
            "suggestions", gettext_lazy("List of suggestions"),
            gettext_lazy("What was suggested, and what became of it."),
            (
                NUMBER, Column("text", gettext_lazy("Suggestion"), 5), TOPIC, PLATFORM,
                Column("fate", pgettext_lazy("list", "Answer"), 2), VERDICT,
                Column("why", gettext_lazy("Why"), 4), WHO,
            ),
            suggestions,
        ),
        Listed(
            "responsibility", gettext_lazy("List of responsibility"),
            gettext_lazy("Who does what by when."),
            (
                NUMBER, text, TOPIC, department, Column("helpers", gettext_lazy("Together with"), 2),
                Column("due", gettext_lazy("By"), 2), STATE,
                Column("ticket", gettext_lazy("Ticket"), 3, is_inner=True),
            ),
            responsibility,
        ),
        Listed(
            "feedback", gettext_lazy("List of feedback"),
            gettext_lazy("What was done, and what cannot be done and why."),
            (
                NUMBER, TOPIC, Column("text", gettext_lazy("Promise, or reason"), 4), department,
                VERDICT, RESULT, done,
            ),
            feedback,
        ),
        Listed(
            "projects", gettext_lazy("List of projects"),
            gettext_lazy("What is being done now, by whom."),
            (
                NUMBER, TOPIC, PLATFORM, AREA, STATE,
                Column("tasks", gettext_lazy("Who does what"), 6),
            ),
            projects,
        ),
    ):  # fmt: skip
        register(one)
