"""Covenants: drafted, commented, checked by law, put to the vote, in force, filed, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from consultations import tellers
from consultations.actions.ballots import Asking, ask_ballot, check_topic
from consultations.models import Ballot, Clause, ClauseComment, Covenant, Platform, Topic
from consultations.workflow.ballots import (
    BallotKind,
    BallotState,
    CountBy,
    CovenantKind,
    CovenantState,
    Share,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_CLAUSES = 60
LONGEST_CLAUSE = 2000
S = CovenantState
ENOUGH = frozenset({Share.OVER_HALF, Share.TWO_THIRDS, Share.THREE_QUARTERS, Share.ALL})


@dataclass(frozen=True)
class Drafting:
    kind: str
    title: str
    clauses: Sequence[str]
    rationale: str = ""
    topic: Topic | None = None


@transaction.atomic
def draft_covenant(platform: Platform, drafting: Drafting, *, by: User) -> Covenant:
    """The next version of the covenant of this place and kind.

    Refused: ``title_needed``, ``clauses_needed``, ``too_many_clauses``, ``clause_too_long``,
    ``no_compound``, ``in_the_making``, ``other_platform``, ``not_public_yet``.
    """
    _may(by, platform)
    check_topic(platform, drafting.topic)
    platform = Platform.objects.select_for_update(of=("self",), no_key=True).get(pk=platform.pk)
    if is_blank(drafting.title):
        raise Refused("title_needed", _("Give it a title."))
    clauses = _clauses(drafting.clauses)
    is_of_compound = drafting.kind == CovenantKind.COMPOUND
    if is_of_compound and platform.compound is None:
        raise Refused("no_compound", _("This platform is of no compound."))
    covenant = Covenant(
        platform=platform,
        area=platform.area,
        compound=platform.compound if is_of_compound else None,
        kind=drafting.kind,
        title=guard.mask(drafting.title.strip())[:80],
        rationale=guard.mask(drafting.rationale.strip())[:4000],
        topic=drafting.topic,
        drafted_by=by,
        drafted_at=clock.now(),
    )
    last = Covenant.objects.same_as(covenant).aggregate(last=Max("number"))["last"]
    covenant.number = (last or 0) + 1
    try:
        with transaction.atomic():
            covenant.save()
    except IntegrityError as error:
        if "covenant_one_in_the_making" not in str(error) and "version_once" not in str(error):
            raise
        words = _("A new version of it is in the making already.")
        raise Refused("in_the_making", words) from None
    _lay_down(covenant, clauses)
    return covenant


def _may(by: User, obj: Platform | Covenant) -> None:
    if not by.has_perm("consultations.convene", obj):
        raise PermissionDenied


def _hold(covenant: Covenant) -> Covenant:
    rows = Covenant.objects.select_for_update(of=("self",))
    return rows.select_related("platform__area", "area", "compound", "ballot", "topic").get(
        pk=covenant.pk
    )


def _clauses(said: Sequence[str]) -> list[str]:
    clauses = [guard.mask(one.strip()) for one in said if not is_blank(one)]
    if not clauses:
        raise Refused("clauses_needed", _("Write the clauses, one a line."))
    if len(clauses) > MOST_CLAUSES:
        words = _("A covenant has at most %(most)s clauses.") % {"most": MOST_CLAUSES}
        raise Refused("too_many_clauses", words)
    if any(len(one) > LONGEST_CLAUSE for one in clauses):
        raise Refused("clause_too_long", _("A clause has at most 2000 characters."))
    return clauses


def _lay_down(covenant: Covenant, clauses: Sequence[str]) -> None:
    Clause.objects.bulk_create(
        Clause(covenant=covenant, position=n, text=one) for n, one in enumerate(clauses, start=1)
    )


def _must_be_draft(covenant: Covenant) -> None:
    if covenant.state != S.DRAFT:
        raise Refused("put_to_the_vote", _("It was put to the vote: it stays as it is."))


@transaction.atomic
def reword_covenant(
    covenant: Covenant, *, by: User, title: str, clauses: Sequence[str], rationale: str = ""
) -> Covenant:
    """Other words while it is a draft; the legal check was of the old ones, and goes.

    Refused: ``put_to_the_vote``, and what drafting is refused for.
    """
    _may(by, covenant)
    covenant = _hold(covenant)
    _must_be_draft(covenant)
    if is_blank(title):
        raise Refused("title_needed", _("Give it a title."))
    laid = _clauses(clauses)
    covenant.title, covenant.rationale = (
        guard.mask(title.strip())[:80],
        guard.mask(rationale)[:4000],
    )
    if laid != list(covenant.clauses.values_list("text", flat=True)):
        covenant.legal_check, covenant.checked_at, covenant.checked_by = "", None, None
        covenant.clauses.all().delete()
        _lay_down(covenant, laid)
    covenant.save()
    return covenant


@transaction.atomic
def comment_clause(covenant: Covenant, position: int, *, by: User, body: str) -> ClauseComment:
    """What somebody says of a clause. Refused: ``put_to_the_vote``, ``no_such_clause``,
    ``words_needed``."""
    if not by.has_perm("consultations.comment_covenant", covenant):
        raise PermissionDenied
    covenant = _hold(covenant)
    _must_be_draft(covenant)
    if is_blank(body):
        raise Refused("words_needed", _("Write something."))
    clause = covenant.clauses.filter(position=position).first()
    if clause is None:
        raise Refused("no_such_clause", _("There is no such clause."))
    return ClauseComment.objects.create(
        covenant=covenant, position=position, said_of=clause.text, author=by, at=clock.now(),
        body=guard.mask(body.strip())[:500],
    )  # fmt: skip


@transaction.atomic
def hide_comment(comment: ClauseComment, *, by: User, reason: str) -> ClauseComment:
    """Not shown any more, for a reason that is kept and that its author reads.

    Refused: ``hidden_already``, ``reason_needed``.
    """
    rows = ClauseComment.objects.select_for_update(of=("self",))
    comment = rows.select_related("covenant__platform__area", "author").get(pk=comment.pk)
    if not by.has_perm("consultations.moderate", comment.covenant):
        raise PermissionDenied
    if comment.hidden_at is not None:
        raise Refused("hidden_already", _("It is hidden already."))
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is hidden."))
    comment.hidden_at, comment.hidden_by = clock.now(), by
    comment.hidden_reason = guard.mask(reason.strip())[:300]
    comment.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    tellers.comment_hidden(comment)
    return comment


@transaction.atomic
def check_covenant(covenant: Covenant, *, by: User, legal_check: str) -> Covenant:
    """What the street says of it by law; not by whoever drafted it.

    Refused: ``put_to_the_vote``, ``words_needed``, ``own_draft``.
    """
    if not by.has_perm("consultations.file_covenant", covenant):
        raise PermissionDenied
    covenant = _hold(covenant)
    _must_be_draft(covenant)
    if covenant.drafted_by_id == by.pk:
        raise Refused("own_draft", _("Who drafted it does not check it."))
    if is_blank(legal_check):
        raise Refused("words_needed", _("Write what the legal check found."))
    covenant.legal_check = guard.mask(legal_check.strip())[:4000]
    covenant.checked_at, covenant.checked_by = clock.now(), by
    covenant.save()
    return covenant


@transaction.atomic
def vote_on_covenant(covenant: Covenant, asking: Asking, *, by: User) -> Ballot:
    """Draft its ballot: of its own place, counted as its kind asks for. From now on it is frozen.

    Refused: ``not_checked``, ``wrong_formula``, ``put_to_the_vote``, and what
    :func:`ask_ballot` refuses.
    """
    _may(by, covenant)
    covenant = _hold(covenant)
    _must_be_draft(covenant)
    if not covenant.legal_check:
        raise Refused("not_checked", _("It is checked by law before it is put to the vote."))
    asking = replace(
        asking, kind=BallotKind.PROPOSAL, max_choices=1, topic=covenant.topic,
        area=covenant.area, compound=covenant.compound,
    )  # fmt: skip
    _check_formula(covenant, asking)
    ballot = ask_ballot(covenant.platform, asking, by=by)
    covenant.ballot, covenant.state = ballot, S.VOTING
    covenant.save()
    return ballot


def _check_formula(covenant: Covenant, asking: Asking) -> None:
    """As the trigger has it when it comes into force; said here, before people have voted."""
    if covenant.kind == CovenantKind.COMPOUND:
        if (
            asking.count_by != CountBy.AREA
            or asking.quorum not in ENOUGH - {Share.OVER_HALF}
            or asking.pass_share not in ENOUGH
        ):
            raise Refused(
                "wrong_formula",
                _(
                    "Owners vote by head and floor area: two thirds take part, more than half agree."
                ),
            )
    elif (
        asking.count_by == CountBy.AREA
        or asking.quorum not in ENOUGH | {Share.HALF}
        or asking.pass_share not in ENOUGH
    ):
        raise Refused(
            "wrong_formula",
            _("Residents vote by head or household: half take part, more than half agree."),
        )


@transaction.atomic
def unvote_covenant(covenant: Covenant, *, by: User) -> Covenant:
    """Back to the draft, where its ballot was called off or never announced.

    Refused: ``ballot_goes_on``.
    """
    _may(by, covenant)
    covenant = _hold(covenant)
    ballot = covenant.ballot
    gone = {BallotState.DRAFT, BallotState.VOID}
    if covenant.state != S.VOTING or ballot is None or ballot.state not in gone:
        raise Refused("ballot_goes_on", _("Its ballot was neither called off nor still a draft."))
    covenant.state, covenant.ballot = S.DRAFT, None
    covenant.save()
    if ballot.state == BallotState.DRAFT:
        ballot.keys.all().delete()
        ballot.electors.all().delete()
        ballot.delete()
    return covenant


@transaction.atomic
def enact_covenant(covenant: Covenant, *, by: User, on: date | None = None) -> Covenant:
    """In force from ``on``, today without; a later day is brought by the clock.

    Refused: ``no_ballot``, ``not_counted``, ``not_passed``, ``wrong_day``.
    """
    _may(by, covenant)
    covenant = _hold(covenant)
    today = clock.today()
    day = on or today
    ballot = covenant.ballot
    if covenant.state != S.VOTING or ballot is None:
        raise Refused("no_ballot", _("A covenant comes into force by a ballot of its own."))
    if ballot.state != BallotState.COUNTED:
        raise Refused("not_counted", _("Its ballot is not counted yet."))
    if not ballot.is_passed:
        raise Refused("not_passed", _("Its ballot has not passed."))
    if not today <= day <= today.replace(year=today.year + 1, day=min(today.day, 28)):
        raise Refused("wrong_day", _("It comes into force today or within a year."))
    covenant.in_force_from = day
    if day > today:
        covenant.save()
        return covenant
    return _begin(covenant)


def _begin(covenant: Covenant) -> Covenant:
    """The version before it ends on the day on which it begins."""
    for one in Covenant.objects.select_for_update().same_as(covenant).filter(state=S.IN_FORCE):
        one.state, one.ended_on = S.REPLACED, covenant.in_force_from
        one.save()
    covenant.state = S.IN_FORCE
    covenant.save()
    return covenant


def begin_covenants(*, by: None) -> int:
    """Those whose day has come; how many. Safe to run twice at once."""
    due = Covenant.objects.filter(state=S.VOTING, in_force_from__lte=clock.today())
    return sum(_begin_one(pk) for pk in due.order_by("pk").values_list("pk", flat=True)[:100])


@transaction.atomic
def _begin_one(pk: int) -> bool:
    rows = Covenant.objects.select_for_update(skip_locked=True).filter(pk=pk, state=S.VOTING)
    covenant = rows.first()
    if covenant is not None:
        _begin(covenant)
    return covenant is not None


@transaction.atomic
def drop_covenant(covenant: Covenant, *, by: User) -> Covenant:
    """A draft that nobody pursues, or one whose ballot has not passed.

    Refused: ``in_force``, ``ballot_goes_on``.
    """
    _may(by, covenant)
    covenant = _hold(covenant)
    if covenant.state not in {S.DRAFT, S.VOTING}:
        raise Refused("in_force", _("What came into force is replaced, not dropped."))
    ballot = covenant.ballot
    is_lost = ballot is not None and ballot.is_passed is False
    if covenant.state == S.VOTING and not is_lost:
        raise Refused("ballot_goes_on", _("Its ballot goes on, or has passed."))
    covenant.state = S.DROPPED
    covenant.save()
    return covenant


@transaction.atomic
def file_covenant(covenant: Covenant, *, by: User, note: str = "") -> Covenant:
    """The street has it on file. Refused: ``not_in_force``."""
    if not by.has_perm("consultations.file_covenant", covenant):
        raise PermissionDenied
    covenant = _hold(covenant)
    if covenant.state != S.IN_FORCE:
        raise Refused("not_in_force", _("What is in force is filed."))
    if covenant.filed_at is None:
        covenant.filed_at, covenant.filed_by = clock.now(), by
        covenant.filing_note = guard.mask(note.strip())[:120]
        covenant.save()
    return covenant
