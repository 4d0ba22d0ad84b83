"""Looking back: what those concerned say of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations.models import Commitment, Review, Score, Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govgrid.accounts.models import User


@dataclass(frozen=True)
class Rating:
    """From 1 to 5 for the whole, and for each thing that was promised; by an account or a device.

    ``device`` is an HMAC made for this round; ``is_entered``: typed by the recorder from paper.
    """

    overall: int
    remark: str = ""
    promises: Mapping[int, int] | None = None
    device: str = ""
    is_entered: bool = False


@transaction.atomic
def rate(topic: Topic, rating: Rating, *, by: User | None) -> list[Score]:
    """Write one person's ratings of the round that is open, all of them or none.

    Refused: ``no_round``, ``rated_already``, ``not_promised_here``, ``rate_from_one_to_five``.
    """
    if by is None and not rating.device:
        raise PermissionDenied
    if rating.is_entered and (by is None or not by.has_perm("consultations.enter", topic)):
        raise PermissionDenied
    at = clock.now()
    # Closing waits until a rating that is under way is written.
    rounds = Review.objects.select_for_update(no_key=True).filter(topic=topic, closed_at=None)
    review = rounds.first()
    if review is None or not review.opens_at <= at < review.closes_at:
        raise Refused("no_round", _("Nobody is asked about this topic now."))
    wanted = _wanted(topic, rating)
    if any(score not in range(1, 6) for score in wanted.values()):
        raise Refused("rate_from_one_to_five", _("Rate from 1 to 5."))
    who = _who(rating, by)
    rows = [
        Score(
            review=review,
            commitment_id=promise,
            score=score,
            remark=guard.mask(rating.remark.strip())[:300] if promise is None else "",
            at=at,
            **who,
        )
        for promise, score in wanted.items()
    ]
    try:
        with transaction.atomic():
            return Score.objects.bulk_create(rows)
    except IntegrityError as error:
        if "score_once" not in str(error):
            raise
        raise Refused("rated_already", _("You have rated this already.")) from None


def _wanted(topic: Topic, rating: Rating) -> dict[int | None, int]:
    promises = dict(rating.promises or {})
    kept = set(Commitment.objects.filter(topic=topic).kept().values_list("pk", flat=True))
    if not set(promises) <= kept:
        raise Refused("not_promised_here", _("This was not promised and done here."))
    return dict([(None, rating.overall), *promises.items()])


def _who(rating: Rating, by: User | None) -> dict[str, object]:
    if rating.is_entered:
        return {"entered_by": by}
    if by is not None:
        return {"user": by}
    return {"device": rating.device}
