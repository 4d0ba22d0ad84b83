"""What a seat on a platform lets its holder do there. Posts over an area are in ``grids.roles``.

Never two keys to one lock: nobody screens what he raised, nor reviews what he decided; guards see to it.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

SEE = frozenset({"consultations.view"})


class SeatRole(TextChoices):
    CONVENOR = "convenor", pgettext_lazy("seat", "Convenor")
    SCREENER = "screener", pgettext_lazy("seat", "Screener")
    RECORDER = "recorder", pgettext_lazy("seat", "Recorder")
    MEMBER = "member", pgettext_lazy("seat", "Committee member")
    EXPERT = "expert", pgettext_lazy("seat", "Expert")
    DELEGATE = "delegate", pgettext_lazy("seat", "Delegate")


# A table without one of these cannot do its work.
NEEDED = (SeatRole.CONVENOR, SeatRole.SCREENER, SeatRole.RECORDER)

MAY: dict[str, frozenset[str]] = {
    SeatRole.CONVENOR: SEE
    | {
        "consultations.convene",
        "consultations.reopen",
        "consultations.moderate",
        "consultations.plan",
        "consultations.claim",
    },
    SeatRole.SCREENER: SEE | {"consultations.screen", "consultations.moderate"},
    SeatRole.RECORDER: SEE
    | {"consultations.record", "consultations.enter", "consultations.moderate"},
    SeatRole.MEMBER: SEE | {"consultations.claim"},
    SeatRole.EXPERT: SEE,
    SeatRole.DELEGATE: SEE,
}
