"""Having seen at the desk that somebody lives there, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations import voters
from consultations.models import Residency
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from grids.models import Area, Compound, Level

DAYS = 730
LONGEST = timedelta(days=DAYS)


@transaction.atomic
def vouch(
    area: Area,
    household: str,
    *,
    by: User,
    user: User | None = None,
    compound: Compound | None = None,
    expires_on: date | None = None,
) -> Residency:
    """One grown-up of ``household`` lives in ``area``; ``user`` None: he has no login.

    What was verified of him before ends. Refused: ``household_needed``, ``personal_number``,
    ``area_too_large``, ``wrong_compound``, ``own_residency``, ``wrong_expiry``.
    """
    if not by.has_perm("consultations.vouch", area):
        raise PermissionDenied
    _check(area, household, compound)
    if user is not None and user.pk == by.pk:
        raise Refused("own_residency", _("Nobody verifies his own residency."))
    today = clock.today()
    until = expires_on or today + LONGEST
    if not today < until <= today + LONGEST:
        words = _("It holds from tomorrow on, and %(days)s days at most.") % {"days": DAYS}
        raise Refused("wrong_expiry", words)
    if user is not None:
        # One after the other: two desks at once would both find none.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Residency.objects.filter(user=user, ended_on=None).update(ended_on=today)
    try:
        with transaction.atomic():
            return Residency.objects.create(
                user=user, area=area, compound=compound, household=household.strip(),
                household_key=voters.household_key(
                    area.path, compound.pk if compound else None, household
                ),
                verified_by=by, verified_on=today, expires_on=until,
            )  # fmt: skip
    except IntegrityError as error:
        if "residency_one_a_person" not in str(error):
            raise
        words = _("This person's residency is verified already.")
        raise Refused("verified_already", words) from None


def _check(area: Area, household: str, compound: Compound | None) -> None:
    if is_blank(household) or len(household) > 40:
        raise Refused("household_needed", _("Write the household, as in 3-2-501."))
    if guard.find(household):
        raise Refused("personal_number", _("Write no number of a person here."))
    if area.level < Level.COMMUNITY:
        raise Refused("area_too_large", _("Choose a community or a grid."))
    if compound is not None and str(compound.community_id) not in area.path.split("."):
        raise Refused("wrong_compound", _("This compound is not there."))


@transaction.atomic
def end_residency(residency: Residency, *, by: User) -> Residency:
    """He lives there no more. Twice is once."""
    residency = (
        Residency.objects.select_for_update(of=("self",))
        .select_related("area")
        .get(pk=residency.pk)
    )
    if not by.has_perm("consultations.vouch", residency.area):
        raise PermissionDenied
    if residency.ended_on is None:
        residency.ended_on = clock.today()
        residency.save(update_fields=["ended_on"])
    return residency
