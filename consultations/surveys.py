"""What a survey found, as everybody may read it: counts, never a sheet; nothing below five."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from consultations.models import Answer, Question, Sheet
from consultations.workflow import QuestionKind

if TYPE_CHECKING:
    from consultations.models import Session
    from govgrid.accounts.models import User

FLOOR = 5
MOST_TEXTS = 50
HUNDRED = 100
CHOICES = frozenset({QuestionKind.ONE, QuestionKind.MANY})


class Bar(NamedTuple):
    """One option with how many chose it, and of a hundred; None: fewer than five, or told by them."""

    label: str
    many: int | None
    share: int


class Result(NamedTuple):
    """A question with its bars or its texts. ``mean`` and ``bars`` only from five answers on."""

    question: Question
    answered: int | None
    bars: list[Bar]
    mean: float | None
    texts: list[str]


class Found(NamedTuple):
    """``sheets`` None: fewer than five, so nothing is told yet."""

    sheets: int | None
    results: list[Result]


def device_of(session: Session, cookie: str) -> str:
    """A device as this survey knows it: no other survey's secret gives the same."""
    return hmac.new(
        session.checkin_secret.encode(), f"device:{cookie}".encode(), hashlib.sha256
    ).hexdigest()


def has_answered(session: Session, user: User | None, device: str) -> bool:
    mine = {"user": user} if user is not None else {"device": device}
    return bool(user or device) and Sheet.objects.filter(session=session, **mine).exists()


def found(session: Session) -> Found:
    """Four statements, however many have answered."""
    many = Sheet.objects.filter(session=session).count()
    questions = list(session.questions.all())
    if many < FLOOR:
        return Found(None, [Result(one, None, [], None, []) for one in questions])
    chosen: dict[int, Counter[int]] = {one.pk: Counter() for one in questions}
    answered: Counter[int] = Counter()
    rows = (
        Answer.objects.filter(question__session=session).order_by().exclude(score=None, chosen=[])
    )
    for question, options, score in rows.values_list("question", "chosen", "score"):
        answered[question] += 1
        chosen[question].update([score] if score is not None else options)
    texts = _texts(session)
    return Found(many, [_result(one, answered[one.pk], chosen[one.pk], texts) for one in questions])


def _texts(session: Session) -> dict[int, list[str]]:
    shown = Answer.objects.filter(question__session=session, shown_at__isnull=False)
    said: dict[int, list[str]] = {}
    for question, text in shown.order_by("pk").values_list("question", "text"):
        said.setdefault(question, []).append(text)
    return said


def _result(
    question: Question, answered: int, chosen: Counter[int], texts: dict[int, list[str]]
) -> Result:
    if question.kind == QuestionKind.TEXT:
        return Result(question, None, [], None, texts.get(question.pk, [])[:MOST_TEXTS])
    if answered < FLOOR:
        return Result(question, None, [], None, [])
    if question.kind == QuestionKind.SCALE:
        labels = {score: str(score) for score in range(1, 6)}
        mean = sum(score * many for score, many in chosen.items()) / answered
    else:
        labels = dict(enumerate(question.options, start=1))
        mean = None
    counts = {key: chosen[key] for key in labels}
    hidden = _hidden(counts, adds_up=question.kind != QuestionKind.MANY)
    bars = [
        Bar(label, None, 0)
        if key in hidden
        else Bar(label, counts[key], round(HUNDRED * counts[key] / answered))
        for key, label in labels.items()
    ]
    # The mean would tell what the bars keep back.
    return Result(question, answered, bars, None if hidden else mean, [])


def _hidden(counts: dict[int, int], *, adds_up: bool) -> set[int]:
    """Those of 1 to 4. Where the sum is known, one more if taking away would tell them: a lone one,
    or some that are fewer than five together."""
    small = {key for key, many in counts.items() if 0 < many < FLOOR}
    if not adds_up or not small:
        return small
    if len(small) > 1 and sum(counts[key] for key in small) >= FLOOR:
        return small
    others = {key: many for key, many in counts.items() if many >= FLOOR}
    return small | set(sorted(others, key=lambda key: (others[key], key))[:1])


def to_read(session: Session, most: int) -> list[Answer]:
    """Written answers that nobody has let through yet, the oldest first: for who moderates."""
    rows = Answer.objects.filter(question__session=session, shown_at=None).exclude(text="")
    return list(rows.select_related("question").order_by("pk")[:most])
