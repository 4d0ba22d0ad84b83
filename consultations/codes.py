"""The code at the door: who scans it was there within the last minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class Door(Protocol):
    """What one signs in to: a session here, an activity in an app above."""

    pk: int
    checkin_secret: str


# The page makes a new code every half minute, so each can be used for half a minute at least.
CODE_SECONDS = 60
# Time to sign in on the phone and to press the button, once the code was scanned.
PASS_SECONDS = 600


def _codes(session: Door) -> TimestampSigner:
    return TimestampSigner(salt=f"consultations.door:{session.checkin_secret}")


def _passes(session: Door) -> TimestampSigner:
    return TimestampSigner(salt=f"consultations.door.pass:{session.checkin_secret}")


def token(session: Door) -> str:
    """What the code at the door says now; it does not hold the number itself."""
    return _codes(session).sign(str(session.pk)).removeprefix(f"{session.pk}:")


def is_fresh(session: Door, said: str) -> bool | None:
    """None: too old; False: not a code of this session at all."""
    return _check(_codes(session), f"{session.pk}:{said}", CODE_SECONDS)


def pass_for(session: Door, user: User) -> str:
    """Carried by the page that a scan opened, for this person alone."""
    return _passes(session).sign(f"{session.pk}.{user.pk}")


def is_let_in(session: Door, user: User, said: str) -> bool:
    return said.startswith(f"{session.pk}.{user.pk}:") and bool(
        _check(_passes(session), said, PASS_SECONDS)
    )


def _check(signer: TimestampSigner, said: str, seconds: int) -> bool | None:
    try:
        signer.unsign(said, max_age=seconds)
    except SignatureExpired:
        return None
    except (BadSignature, ValueError):
        return False
    return True
