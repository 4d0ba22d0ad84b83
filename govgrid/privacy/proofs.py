"""That it is the person himself who sits there: a code from his phone, a moment ago."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from govgrid.core.clock import now

if TYPE_CHECKING:
    from govgrid.accounts.models import User

HOLDS = timedelta(minutes=15)
# What was opened is not shown for longer.
SHOWN_SECONDS = 300
SESSION_KEY = "privacy_proof"


class SecondFactorProof(NamedTuple):
    """This person gave a right code at this moment."""

    user_id: int
    at: datetime

    def holds_for(self, user: User) -> bool:
        # Neither old nor from a clock that was put back since.
        return self.user_id == user.pk and timedelta(0) <= now() - self.at <= HOLDS


def keep(session: MutableMapping[str, Any], proof: SecondFactorProof) -> None:
    session[SESSION_KEY] = [proof.user_id, proof.at.timestamp()]


def of(session: MutableMapping[str, Any]) -> SecondFactorProof | None:
    """What was proved in this session, whether it still holds or not."""
    try:
        user_id, at = session[SESSION_KEY]
        return SecondFactorProof(user_id, datetime.fromtimestamp(at, UTC))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
