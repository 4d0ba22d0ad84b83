"""Who may vote in a ballot, and the one sentence for each thing that stands against a vote."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations import queries
from consultations.models import Ballot, Elector, Residency, Vote
from consultations.workflow.ballots import Basis, CountBy
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy.crypto import fingerprint
from grids.models import Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db import IntegrityError
    from django.db.models import QuerySet

    Person = User | AnonymousUser

CODE_LENGTH = 10
# In letters to be typed in: nothing that looks like something else.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GAPS = re.compile(r"[\s\-_.]+")

# By the constraint that says the same of the row: code and sentence.
SENTENCES: dict[str, tuple[str, Any]] = {
    "vote_once_an_elector": ("voted_already", _("This vote was cast already.")),
    "vote_once_a_resident": ("voted_already", _("This vote was cast already.")),
    "vote_once_a_person": ("voted_already", _("This vote was cast already.")),
    "vote_once_a_household": (
        "household_voted",
        _("Somebody of this household has voted already."),
    ),
    "vote_in_time": ("not_open", _("This ballot takes no votes now.")),
    "vote_of_the_electorate": ("not_entitled", _("You may not vote in this ballot.")),
    "vote_of_so_many": ("too_many_choices", _("So many cannot be chosen.")),
    "vote_of_an_option": ("no_such_option", _("There is no such option.")),
    "vote_not_recorded_for_oneself": (
        "not_for_oneself",
        _("Nobody enters his own vote for himself."),
    ),
}


def refusal(constraint: str) -> Refused:
    code, sentence = SENTENCES[constraint]
    return Refused(code, str(sentence))


def refusal_of(error: IntegrityError) -> Refused | None:
    """What the database has against a vote, in words; None for a fault of ours."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return refusal(name) if name in SENTENCES else None


def visible(user: Person) -> QuerySet[Ballot]:
    """Mirrors ``rules.can_see_ballot``; a test holds them equal."""
    asked = Q(topic=None) | Q(topic__in=queries.visible(user).values("pk"))
    own = queries.platforms_seen(user)
    return Ballot.objects.filter(
        asked & (Q(pk__in=Ballot.objects.public().values("pk")) | Q(platform__in=own.values("pk")))
    ).select_related("platform__area", "topic__platform__area", "area", "compound")


# ── keys by which a voter is known ────────────────────────────────────────────────────────────


def _plain(said: str) -> str:
    return _GAPS.sub("", unicodedata.normalize("NFKC", said)).upper()


def household_key(path: str, compound: int | None, household: str) -> str:
    """Equal for every spelling of one household, whichever grid of its community was written down.

    ``path`` is that of the area.
    """
    community = ".".join(path.strip(".").split(".")[: Level.COMMUNITY])
    return fingerprint(f"household {community} {compound or ''} {_plain(household)}".encode())


def label_key(ballot: Ballot, label: str) -> str:
    return fingerprint(f"elector {ballot.pk} {_plain(label)}".encode())


def code_key(ballot: Ballot, code: str) -> str:
    return fingerprint(f"code {ballot.pk} {_plain(code)}".encode())


def new_code() -> str:
    """50 bits, in two halves; tried at most some times a minute."""
    letters = "".join(secrets.choice(_LETTERS) for _each in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


# ── the voter ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Voter:
    """Who casts a vote: a line of the list, or somebody who lives there."""

    elector: Elector | None = None
    residency: Residency | None = None

    def outer(self, ballot: Ballot) -> dict[str, Any]:
        """Of the outer envelope."""
        if self.elector is not None:
            return {"elector": self.elector, "floor_area": self.elector.floor_area}
        assert self.residency is not None, "a voter is somebody"  # noqa: S101
        by_household = ballot.count_by == CountBy.HOUSEHOLD
        return {
            "residency": self.residency,
            "user_id": self.residency.user_id,
            "household_key": self.residency.household_key if by_household else "",
        }

    def voted(self, ballot: Ballot) -> str:
        """The constraint that a second vote would break; empty where there is none yet."""
        votes = Vote.objects.filter(ballot=ballot)
        if self.elector is not None:
            found = votes.filter(elector=self.elector).exists()
            return "vote_once_an_elector" if found else ""
        row = self.outer(ballot)
        same = Q(residency=row["residency"])
        if row["user_id"]:
            same |= Q(user=row["user_id"])
        if votes.filter(same).exists():
            return "vote_once_a_resident"
        key = row["household_key"]
        if key and votes.filter(household_key=key).exists():
            return "vote_once_a_household"
        return ""


def residents(ballot: Ballot) -> QuerySet[Residency]:
    """Who may vote, as the registers have it today."""
    return Residency.objects.live(clock.today()).within(ballot.area, ballot.compound)


def by_account(ballot: Ballot, user: Person) -> Voter | None:
    if ballot.basis != Basis.RESIDENTS or not user.is_authenticated:
        return None
    row = residents(ballot).filter(user=user.pk).first()
    return Voter(residency=row) if row else None


def by_code(ballot: Ballot, code: str) -> Voter | None:
    if ballot.basis != Basis.LIST or not _plain(code):
        return None
    row = Elector.objects.filter(ballot=ballot, code_key=code_key(ballot, code)).first()
    return Voter(elector=row) if row else None


def by_household(ballot: Ballot, household: str) -> list[Voter]:
    """Those of a household, for who enters what comes on paper; one line of a list."""
    if not _plain(household):
        return []
    if ballot.basis == Basis.LIST:
        found = Elector.objects.filter(ballot=ballot, label_key=label_key(ballot, household))
        return [Voter(elector=one) for one in found]
    places = residents(ballot).order_by().values_list("area__path", "compound").distinct()
    keys = {household_key(path, compound, household) for path, compound in places}
    rows = residents(ballot).filter(household_key__in=keys).select_related("user").order_by("pk")
    return [Voter(residency=one) for one in rows]


def entitled(ballot: Ballot) -> int:
    """Heads or households that may vote, as far as it is known here."""
    if ballot.basis == Basis.LIST:
        return Elector.objects.filter(ballot=ballot).count()
    rows = residents(ballot).order_by()
    if ballot.count_by == CountBy.HOUSEHOLD:
        return rows.values("household_key").distinct().count()
    return rows.count()


def people(ballot: Ballot) -> QuerySet[User]:
    """Those with a login who may vote."""
    rows = residents(ballot).filter(user__isnull=False)
    return User.objects.filter(pk__in=rows.values("user"), is_active=True)
