"""The words of the field that are stored: states, kinds of whistle, kinds of clock, ranks."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    FILED = "filed", _("Filed")
    TRIAGE = "triage", _("To be assigned")
    DISPATCHED = "dispatched", _("To be signed for")
    HANDLING = "handling", _("Being handled")
    HANDLED = "handled", _("To be verified")
    VERIFIED = "verified", _("Verified")
    CLOSED = "closed", _("Closed")
    DECLINED = "declined", _("Declined")
    MERGED = "merged", _("Merged")
    SUSPENDED = "suspended", _("Suspended")


class AssignmentState(TextChoices):
    OFFERED = "offered", pgettext_lazy("assignment", "To be signed for")
    SIGNED = "signed", pgettext_lazy("assignment", "Signed for")
    REPORTED_IN = "reported_in", pgettext_lazy("assignment", "Reported in")
    DONE = "done", pgettext_lazy("assignment", "Done")
    RETURNED = "returned", pgettext_lazy("assignment", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("assignment", "Withdrawn")


ENDED = frozenset({State.CLOSED, State.DECLINED, State.MERGED})
OPEN = frozenset(State) - ENDED
# Nobody works on these any more; whatever else there is decides when a ticket is handled.
LET_GO = frozenset({AssignmentState.RETURNED, AssignmentState.WITHDRAWN})
LIVE = frozenset(AssignmentState) - LET_GO
IN_HAND = frozenset({AssignmentState.SIGNED, AssignmentState.REPORTED_IN})


class WhistleKind(TextChoices):
    ROUTINE = "routine", _("Routine whistle")
    EMERGENCY = "emergency", _("Emergency whistle")
    ENFORCEMENT = "enforcement", _("Enforcement whistle")
    HARD = "hard", _("Hard-case whistle")
    CONSULTATION = "consultation", _("Consultation whistle")


class ClockKind(TextChoices):
    """What must be done by when. The first five run for a department, then for the ticket, and one
    for each milestone that a department promised."""

    SIGN = "sign", pgettext_lazy("clock", "Sign for it")
    REPORT_IN = "report_in", pgettext_lazy("clock", "Report in")
    MAKE_SAFE = "make_safe", pgettext_lazy("clock", "Make safe")
    PLAN = "plan", pgettext_lazy("clock", "Plan")
    RESOLVE = "resolve", pgettext_lazy("clock", "Resolve")
    TRIAGE = "triage", pgettext_lazy("clock", "Assign")
    VERIFY = "verify", pgettext_lazy("clock", "Verify")
    CLOSE = "close", pgettext_lazy("clock", "Close")
    MILESTONE = "milestone", pgettext_lazy("clock", "Milestone")
    CHECK = "check", pgettext_lazy("clock", "Look at it")
    RULING = "ruling", pgettext_lazy("clock", "Rule on it")


class Rank(TextChoices):
    """At what rank a department came, as the person says; the rule of the colours asks for one."""

    LIAISON = "liaison", _("Liaison")
    SECTION_HEAD = "section_head", _("Section head")
    DEPUTY_HEAD = "deputy_head", _("Deputy head")
    HEAD = "head", _("Head of the department")


class Finding(TextChoices):
    """What somebody of the place found who looked before a department was sent."""

    REAL = "real", pgettext_lazy("finding", "It is as reported")
    NOT_REAL = "not_real", pgettext_lazy("finding", "It is not so")
    NOT_FOUND = "not_found", pgettext_lazy("finding", "Nothing was found there")


class ReturnReason(TextChoices):
    """Why a department sends something back: the same few words everywhere, so that they count."""

    NOT_OURS = "not_ours", pgettext_lazy("return", "Not our responsibility")
    WRONG_PLACE = "wrong_place", pgettext_lazy("return", "Not in our area")
    NEEDS_OTHER_POWER = "needs_other_power", pgettext_lazy("return", "Needs a power we do not have")
    SEEN_BEFORE = "seen_before", pgettext_lazy("return", "The same as one we have already")
    FACTS_MISSING = "facts_missing", pgettext_lazy("return", "Too little is said to act on it")


class Reach(TextChoices):
    """How far a ruling holds, counted from where the ticket lies."""

    GRID = "grid", pgettext_lazy("reach", "This grid")
    COMMUNITY = "community", pgettext_lazy("reach", "This community")
    STREET = "street", pgettext_lazy("reach", "This street")
    DISTRICT = "district", pgettext_lazy("reach", "The whole district")
