"""States and verdicts of topics as pages draw them: icon, word and colour together."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from consultations.workflow import CommitmentState, Fate, OpinionKind, State, Verdict
from govgrid.core.templatetags.gg import icon

register = template.Library()

LOOKS = {
    State.RAISED: ("is-new", "s-new"),
    State.APPEALED: ("is-back", "return"),
    State.WITHDRAWN: ("is-quiet", "cross"),
    State.DECLINED: ("is-quiet", "s-declined"),
    State.REFERRED: ("is-quiet", "out"),
    State.MERGED: ("is-quiet", "merge"),
    State.STUDYING: ("is-signed", "search"),
    State.DELIBERATING: ("is-onsite", "talk"),
    State.AGREED: ("is-offered", "ruling"),
    State.DEFERRED: ("is-quiet", "s-paused"),
    State.DOING: ("is-onsite", "s-onsite"),
    State.REPORTED: ("is-signed", "doc"),
    State.REVIEWING: ("is-signed", "s-check"),
    State.CLOSED: ("is-done", "s-done"),
}
VERDICTS = {
    Verdict.NOW: ("is-done", "check"),
    Verdict.LATER: ("is-near", "clock"),
    Verdict.CANNOT: ("is-back", "cross"),
}


@register.simple_tag
def topic_chip(state: str) -> SafeString:
    """The state of a topic, never by colour alone."""
    css, glyph = LOOKS[State(state)]
    return _drawn("chip", css, glyph, str(State(state).label))


@register.simple_tag
def verdict_tag(verdict: str) -> SafeString:
    css, glyph = VERDICTS[Verdict(verdict)]
    return _drawn("chip", css, glyph, str(Verdict(verdict).label))


PROMISES = {
    CommitmentState.OFFERED: ("is-offered", "s-offered"),
    CommitmentState.ACCEPTED: ("is-onsite", "s-onsite"),
    CommitmentState.RETURNED: ("is-back", "return"),
    CommitmentState.DONE: ("is-done", "s-done"),
    CommitmentState.CONFIRMED: ("is-done", "s-done"),
    CommitmentState.ENDED: ("is-quiet", "cross"),
}


@register.simple_tag
def promise_chip(state: str) -> SafeString:
    css, glyph = PROMISES[CommitmentState(state)]
    return _drawn("chip", css, glyph, str(CommitmentState(state).label))


@register.simple_tag
def verdict_class(verdict: str) -> str:
    return VERDICTS[Verdict(verdict)][0]


def _drawn(kind: str, css: str, glyph: str, word: str) -> SafeString:
    return format_html('<span class="{} {}">{}{}</span>', kind, css, icon(glyph), word)


# ── opinions ──────────────────────────────────────────────────────────────────────────────────

KINDS = {
    OpinionKind.SUGGESTION: "star",
    OpinionKind.COMMENT: "talk",
    OpinionKind.QUESTION: "info",
    OpinionKind.ANSWER: "check",
    OpinionKind.AMENDMENT: "sync",
    OpinionKind.PROBLEM: "alert",
}
FATES = {
    Fate.ADOPTED: ("is-done", "s-done"),
    Fate.PARTLY: ("is-near", "check"),
    Fate.NOT_ADOPTED: ("is-back", "s-declined"),
}


@register.simple_tag
def opinion_kind(kind: str) -> SafeString:
    """What kind of opinion it is: icon and word."""
    return _drawn("tag", "", KINDS[OpinionKind(kind)], str(OpinionKind(kind).label))


@register.simple_tag
def fate_chip(fate: str) -> SafeString:
    css, glyph = FATES[Fate(fate)]
    return _drawn("chip", css, glyph, str(Fate(fate).label))


@register.simple_tag
def lean(shares: tuple[int, int, int]) -> SafeString:
    """A bar of a hundred: for, neither, against; the numbers stand beside it."""
    agree, neither, disagree = shares
    said = gettext("for %(agree)s %%, neither %(neither)s %%, against %(disagree)s %%") % {
        "agree": agree,
        "neither": neither,
        "disagree": disagree,
    }
    return format_html(
        '<svg class="lean__bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><rect class="lean__for" width="{}" height="4"/>'
        '<rect class="lean__mid" x="{}" width="{}" height="4"/>'
        '<rect class="lean__not" x="{}" width="{}" height="4"/></svg>',
        said, agree, agree, neither, agree + neither, disagree,
    )  # fmt: skip


@register.filter
def square_metres(hundredths: int) -> str:
    """A floor area as it is read: 8955 hundredths are 89.55."""
    return f"{hundredths / 100:,.2f}".removesuffix(".00")
