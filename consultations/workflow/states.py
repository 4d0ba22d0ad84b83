"""The words of the field that are stored: states, phases, verdicts and their reasons."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    RAISED = "raised", pgettext_lazy("topic", "Raised")
    APPEALED = "appealed", pgettext_lazy("topic", "Under review")
    WITHDRAWN = "withdrawn", pgettext_lazy("topic", "Withdrawn")
    DECLINED = "declined", pgettext_lazy("topic", "Not taken up")
    REFERRED = "referred", pgettext_lazy("topic", "Passed on")
    MERGED = "merged", pgettext_lazy("topic", "Merged")
    STUDYING = "studying", pgettext_lazy("topic", "Being looked into")
    DELIBERATING = "deliberating", pgettext_lazy("topic", "Being talked over")
    AGREED = "agreed", pgettext_lazy("topic", "Agreed")
    DEFERRED = "deferred", pgettext_lazy("topic", "Put off")
    DOING = "doing", pgettext_lazy("topic", "Being carried out")
    REPORTED = "reported", pgettext_lazy("topic", "Reported back")
    REVIEWING = "reviewing", pgettext_lazy("topic", "Looked back on")
    CLOSED = "closed", pgettext_lazy("topic", "Closed")


# Nobody but the proposer and the platform reads what is not taken up: it may be about a person.
UNSEEN = frozenset(
    {State.RAISED, State.APPEALED, State.WITHDRAWN, State.DECLINED, State.REFERRED, State.MERGED}
)
PUBLIC = frozenset(State) - UNSEEN
ENDED = frozenset({State.WITHDRAWN, State.DECLINED, State.REFERRED, State.MERGED, State.CLOSED})
OPEN = frozenset(State) - ENDED
# From here on it was decided, now, later or not at all.
DECIDED = frozenset(
    {State.AGREED, State.DEFERRED, State.DOING, State.REPORTED, State.REVIEWING, State.CLOSED}
)
# A "cannot" under review stands until somebody else has looked at it.
VERDICT_STANDS = DECIDED | {State.APPEALED}


class Phase(TextChoices):
    """The six steps 六步工作法; a platform may call them otherwise."""

    COLLECT = "collect", _("Collect topics")
    SCREEN = "screen", _("Decide on topics")
    STUDY = "study", _("Look into it")
    DELIBERATE = "deliberate", _("Talk it over")
    CARRY_OUT = "carry_out", _("Carry it out")
    FEED_BACK = "feed_back", _("Report back and rate")


PHASE_OF = {
    State.RAISED: Phase.SCREEN,
    State.APPEALED: Phase.SCREEN,
    State.WITHDRAWN: Phase.COLLECT,
    State.DECLINED: Phase.SCREEN,
    State.REFERRED: Phase.SCREEN,
    State.MERGED: Phase.SCREEN,
    State.STUDYING: Phase.STUDY,
    State.DELIBERATING: Phase.DELIBERATE,
    State.AGREED: Phase.DELIBERATE,
    State.DEFERRED: Phase.CARRY_OUT,
    State.DOING: Phase.CARRY_OUT,
    State.REPORTED: Phase.FEED_BACK,
    State.REVIEWING: Phase.FEED_BACK,
    State.CLOSED: Phase.FEED_BACK,
}


class Tier(TextChoices):
    """Who has to move the topic now; silence takes it up, never out."""

    PLATFORM = "platform", _("Platform")
    STREET = "street", pgettext_lazy("tier", "Street")
    DISTRICT = "district", pgettext_lazy("tier", "District")


UP = {Tier.PLATFORM: Tier.STREET, Tier.STREET: Tier.DISTRICT, Tier.DISTRICT: Tier.DISTRICT}


class Verdict(TextChoices):
    NOW = "now", _("Can be done now")
    LATER = "later", _("To be done later")
    CANNOT = "cannot", _("Cannot be done")


class VerdictReason(TextChoices):
    """Why now, later or not at all: a closed list, beside the words."""

    WITHIN_POWERS = "within_powers", _("Within the powers at hand")
    FUNDED = "funded", _("Money or labour was found")
    ALL_AGREE = "all_agree", _("Those affected agree")
    FEASIBLE = "feasible", _("Nothing technical stands against it")
    MONEY_GAP = "money_gap", _("Money is lacking")
    TITLE_UNCLEAR = "title_unclear", _("It is unclear whose property it is")
    POWERS_CROSSED = "powers_crossed", _("Several authorities are responsible")
    NEEDS_PLANNING = "needs_planning", _("It needs planning first")
    DECISION_ABOVE = "decision_above", _("A decision above is awaited")
    NO_AGREEMENT = "no_agreement", _("There is not enough agreement yet")
    UNLAWFUL = "unlawful", _("Against law, plan or a covenant in force")
    HARMS_RIGHTS = "harms_rights", _("It harms the rights of others")
    PRIVATE_DISPUTE = "private_dispute", _("A private dispute, for mediation")
    NOT_PUBLIC = "not_public", _("Outside of public powers")
    UNSAFE = "unsafe", _("Unsafe")
    FINALLY_DECIDED = "finally_decided", _("Finally decided in court or on petition")
    OTHER_WAY = "other_way", _("Another way was chosen at the table")


_R = VerdictReason
REASONS_OF = {
    Verdict.NOW: (_R.WITHIN_POWERS, _R.FUNDED, _R.ALL_AGREE, _R.FEASIBLE),
    Verdict.LATER: (
        _R.MONEY_GAP,
        _R.TITLE_UNCLEAR,
        _R.POWERS_CROSSED,
        _R.NEEDS_PLANNING,
        _R.DECISION_ABOVE,
        _R.NO_AGREEMENT,
    ),
    Verdict.CANNOT: (
        _R.UNLAWFUL,
        _R.HARMS_RIGHTS,
        _R.PRIVATE_DISPUTE,
        _R.NOT_PUBLIC,
        _R.UNSAFE,
        _R.FINALLY_DECIDED,
    ),
}

# A suggestion may lose to a better one: no rule forbids it, and it is "not adopted" all the same.
SUGGESTION_REASONS_OF = REASONS_OF | {
    Verdict.CANNOT: (*REASONS_OF[Verdict.CANNOT], _R.OTHER_WAY),
}


class DeclineReason(TextChoices):
    """Why a screener does not take a topic up."""

    NOT_PUBLIC = "not_public", _("No matter of common concern")
    UNCLEAR = "unclear", _("It cannot be told what is meant")
    DECIDED_ALREADY = "decided_already", _("Decided already, and nothing is new")
    OUTSIDE = "outside", _("Outside of what this platform is for")
    UNLAWFUL = "unlawful", _("It asks for what the law forbids")
    ABOUT_A_PERSON = "about_a_person", _("About a named person")


class Destination(TextChoices):
    """Where a matter that is no topic was passed on to."""

    TICKET = "ticket", _("A ticket")
    HOTLINE = "hotline", _("The hotline 12345")
    MEDIATION = "mediation", _("Mediation")
    COMPLAINTS = "complaints", _("The proper place for complaints")
    OTHER = "other", _("Another place")


class PlatformKind(TextChoices):
    STREET = "street", pgettext_lazy("platform", "Street")
    COMMUNITY = "community", pgettext_lazy("platform", "Community")
    BUILDING = "building", pgettext_lazy("platform", "Office building")
    WORKSHOP = "workshop", pgettext_lazy("platform", "Workshop")
    COUNTRYSIDE = "countryside", pgettext_lazy("platform", "Countryside")
    COMPOUND = "compound", pgettext_lazy("platform", "Compound")
    SECTOR = "sector", pgettext_lazy("platform", "Sector")
    # 业主协商议事会 of a compound, 居民协商议事会 of a community.
    OWNERS = "owners", pgettext_lazy("platform", "Owners' council")
    RESIDENTS = "residents", pgettext_lazy("platform", "Residents' council")


# What these are of is a compound, or a community.
OF_A_COMPOUND = frozenset({PlatformKind.COMPOUND, PlatformKind.OWNERS})
COUNCILS = frozenset({PlatformKind.OWNERS, PlatformKind.RESIDENTS})


class SessionKind(TextChoices):
    VISIT = "visit", _("Visit to the place")
    SURVEY = "survey", _("Survey")
    MEETING = "meeting", _("Consultation meeting")
    ONLINE = "online", _("Online consultation")
    HEARING = "hearing", _("Hearing")
    LOOK_BACK = "look_back", _("Look-back meeting")
    JOINT = "joint", _("Joint meeting")


# Finding out; and settling: what the papers and the minutes are asked of.
STUDIES = frozenset({SessionKind.VISIT, SessionKind.SURVEY})
TALKS = frozenset({SessionKind.MEETING, SessionKind.ONLINE, SessionKind.HEARING, SessionKind.JOINT})


class QuestionKind(TextChoices):
    """How a question of a survey is answered."""

    ONE = "one", pgettext_lazy("question", "Choose one")
    MANY = "many", pgettext_lazy("question", "Choose several")
    SCALE = "scale", pgettext_lazy("question", "From 1 to 5")
    TEXT = "text", pgettext_lazy("question", "In words")


class Capacity(TextChoices):
    """As what somebody is there: attendance is told by these and never by name."""

    RESIDENT = "resident", pgettext_lazy("capacity", "Resident")
    OWNER = "owner", pgettext_lazy("capacity", "Owner")
    BUSINESS = "business", pgettext_lazy("capacity", "Business")
    MEMBER = "member", pgettext_lazy("capacity", "Committee member")
    EXPERT = "expert", pgettext_lazy("capacity", "Expert")
    DEPARTMENT = "department", pgettext_lazy("capacity", "Department")
    COMMUNITY = "community", pgettext_lazy("capacity", "Community office")
    OTHER = "other", pgettext_lazy("capacity", "Other")


# At least half of those who are there live or work there.
RESIDENTS = frozenset({Capacity.RESIDENT, Capacity.OWNER, Capacity.BUSINESS})


class OpinionKind(TextChoices):
    SUGGESTION = "suggestion", _("Suggestion")
    COMMENT = "comment", _("Comment")
    QUESTION = "question", _("Question")
    ANSWER = "answer", pgettext_lazy("opinion", "Answer")
    AMENDMENT = "amendment", pgettext_lazy("opinion", "Amendment")
    PROBLEM = "problem", _("Problem found")


class Fate(TextChoices):
    """What became of a suggestion."""

    ADOPTED = "adopted", _("Adopted")
    PARTLY = "partly", _("Adopted in part")
    NOT_ADOPTED = "not_adopted", _("Not adopted")


VERDICTS_OF = {
    Fate.ADOPTED: (Verdict.NOW, Verdict.LATER),
    Fate.PARTLY: (Verdict.NOW, Verdict.LATER),
    Fate.NOT_ADOPTED: (Verdict.CANNOT,),
}


class CommitmentState(TextChoices):
    OFFERED = "offered", pgettext_lazy("commitment", "To be accepted")
    ACCEPTED = "accepted", pgettext_lazy("commitment", "Accepted")
    RETURNED = "returned", pgettext_lazy("commitment", "Returned")
    DONE = "done", pgettext_lazy("commitment", "Done")
    CONFIRMED = "confirmed", pgettext_lazy("commitment", "Confirmed by residents")
    ENDED = "ended", pgettext_lazy("commitment", "Ended")


KEPT = frozenset({CommitmentState.DONE, CommitmentState.CONFIRMED})
# What a topic still waits for.
OWED = frozenset({CommitmentState.OFFERED, CommitmentState.RETURNED, CommitmentState.ACCEPTED})
