"""What a ballot and a covenant tell whom; never who voted how, nor a number before the count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations import voters
from consultations.models import Ballot, ClauseComment, Seat, Vote
from consultations.workflow.ballots import Basis
from govgrid.accounts.models import User
from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS = {
    "ballot_announced": (
        _("A vote from %(opens)s to %(closes)s"),
        _("“%(question)s” is put to the vote at %(platform)s, from %(opens)s to %(closes)s."),
    ),
    "ballot_open": (
        _("You may vote until %(closes)s"),
        _("“%(question)s” of %(platform)s: the vote is open until %(closes)s."),
    ),
    "ballot_to_count": (
        _("To be counted: %(question)s"),
        _("The vote on “%(question)s” at %(platform)s is closed. Please count it."),
    ),
    "ballot_counted": (
        _("The result: %(question)s"),
        _("“%(question)s” of %(platform)s was counted: %(outcome)s. Turnout and result are on its page."),
    ),
    "ballot_void": (
        _("The vote is called off: %(question)s"),
        _("The vote on “%(question)s” of %(platform)s is called off. %(reason)s"),
    ),
}  # fmt: skip
COMMENTS = {
    "comment_hidden": (
        _("Hidden: your comment on “%(title)s”"),
        _("What you said of clause %(position)s of “%(title)s” was hidden: %(reason)s."),
    ),
}
PASSED, NOT_PASSED = _("passed"), _("not passed")


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in (KINDS | COMMENTS).items():
        kinds.register(kind, subject, body)


def _told(ballot: Ballot, kind: str, people: Iterable[User]) -> None:
    owe_all([
        Debt(
            recipients=people,
            kind=kind,
            params={
                "question": ballot.question,
                "platform": ballot.platform.name,
                "opens": day_and_hour(ballot.opens_at),
                "closes": day_and_hour(ballot.closes_at),
                "outcome": by_language(PASSED if ballot.is_passed else NOT_PASSED),
                "reason": ballot.void_reason,
            },
            url=ballot.get_absolute_url(),
            fact=f"{kind}:{ballot.pk}",
        )
    ])  # fmt: skip


def _table(ballot: Ballot) -> QuerySet[User]:
    sat = Seat.objects.held_on().filter(platform=ballot.platform_id)
    return User.objects.filter(pk__in=sat.values("user"), is_active=True)


def _electorate(ballot: Ballot) -> QuerySet[User]:
    """Who has a login and may vote; of a list nobody, it is told by letter."""
    if ballot.basis != Basis.RESIDENTS:
        return User.objects.none()
    return voters.people(ballot)


def _all(ballot: Ballot) -> QuerySet[User]:
    return User.objects.filter(
        Q(pk__in=_table(ballot).values("pk")) | Q(pk__in=_electorate(ballot).values("pk"))
    )


def announced(ballot: Ballot) -> None:
    _told(ballot, "ballot_announced", _all(ballot))


def opened(ballot: Ballot) -> None:
    _told(ballot, "ballot_open", _electorate(ballot))


def closed(ballot: Ballot) -> None:
    """Who counts: the table without him who asked."""
    sat = Seat.objects.held_on().filter(
        platform=ballot.platform_id, role__in=["convenor", "recorder"]
    )
    people = User.objects.filter(pk__in=sat.values("user"), is_active=True)
    _told(ballot, "ballot_to_count", people.exclude(pk=ballot.asked_by_id))


def counted(ballot: Ballot) -> None:
    voted = Vote.objects.filter(ballot=ballot, user__isnull=False)
    _told(
        ballot, "ballot_counted",
        User.objects.filter(
            Q(pk__in=_table(ballot).values("pk")) | Q(pk__in=voted.values("user"))
        ),
    )  # fmt: skip


def called_off(ballot: Ballot) -> None:
    _told(ballot, "ballot_void", _all(ballot))


def comment_hidden(comment: ClauseComment) -> None:
    """Whoever said it reads why; its words are not repeated."""
    covenant = comment.covenant
    params = {
        "title": covenant.title,
        "position": comment.position,
        "reason": comment.hidden_reason,
    }
    url, fact = covenant.get_absolute_url(), f"comment_hidden:{comment.pk}"
    owe_all([Debt([comment.author], "comment_hidden", params, url, fact)])
