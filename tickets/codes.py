"""The code at the place: who scans it was there within the last two minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Meeting, Ticket

    # Both have a number of their own.
    Door = Ticket | Meeting

# The page makes a new code every minute, so each can be used for one at least.
CODE_SECONDS = 120
# Time to read, and to choose a rank, once the code was scanned.
PASS_SECONDS = 600
_CODES = TimestampSigner(salt="tickets.sign_in")
_PASSES = TimestampSigner(salt="tickets.sign_in.pass")


def token(ticket: Door) -> str:
    """What the code at the place, or at the door of a meeting, says now; it does not hold the
    number itself."""
    return _CODES.sign(ticket.number).removeprefix(f"{ticket.number}:")


def is_fresh(ticket: Door, said: str) -> bool | None:
    """None: too old; False: not a code of this ticket at all."""
    return _check(_CODES, f"{ticket.number}:{said}", CODE_SECONDS)


def pass_for(ticket: Door, user: User) -> str:
    """Carried by the page that a scan opened, for this person and ticket alone."""
    return _PASSES.sign(f"{ticket.number}.{user.pk}")


def is_let_in(ticket: Door, user: User, said: str) -> bool:
    return said.startswith(f"{ticket.number}.{user.pk}:") and bool(
        _check(_PASSES, said, PASS_SECONDS)
    )


def _check(signer: TimestampSigner, said: str, seconds: int) -> bool | None:
    try:
        signer.unsign(said, max_age=seconds)
    except SignatureExpired:
        return None
    except (BadSignature, ValueError):
        return False
    return True
