"""Facts beside the register of organisations, and which of them stands by which village."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members.actions import grounding
from members.actions.grounding import log, must, needed
from members.models import OrganisationFacts, Pairing, Unit
from members.workflow.bodies import MOST_YUAN

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area, Organisation


@transaction.atomic
def set_facts(
    organisation: Organisation, *, by: User, of_class: str, sponsor: Unit | None = None,
    grade: str = "", grant_yuan: int | None = None, grant_year: int | None = None,
) -> OrganisationFacts:  # fmt: skip
    """What public papers say of a registered organisation, instead of what was said before.

    Refused: ``organisation_gone``, ``grant_of_no_year``, ``wrong_grant``, ``unit_ended``.
    """
    must(by, organisation, "members.keep_facts")
    if not organisation.is_standing:
        raise Refused("organisation_gone", _("The register says that it is gone."))
    _check_grant(grant_yuan, grant_year)
    if sponsor is not None and sponsor.ended_on is not None:
        raise Refused("unit_ended", _("This unit has ended."))
    facts, _is_new = OrganisationFacts.objects.update_or_create(
        organisation=organisation,
        defaults={"of_class": of_class, "sponsor": sponsor, "grade": grade,
                  "grant_yuan": grant_yuan, "grant_year": grant_year},
    )  # fmt: skip
    if organisation.grid is not None:
        log(f"organisation:{organisation.code}", "facts", organisation.grid, by=by,
            of_class=of_class, grade=grade)  # fmt: skip
    return facts


def _check_grant(yuan: int | None, year: int | None) -> None:
    if (yuan is None) != (year is None):
        raise Refused("grant_of_no_year", _("A grant has an amount and a year."))
    if yuan is not None and not (0 <= yuan <= MOST_YUAN and 2000 <= (year or 0) <= 2099):
        raise Refused("wrong_grant", _("A grant is of a year from 2000 to 2099."))


@transaction.atomic
def pair(
    village: Area, organisation: Organisation, *, by: User, what: str, since: date,
    until: date | None = None,
) -> Pairing:  # fmt: skip
    """A registered organisation stands by a village from a day on.

    Refused: ``no_village``, ``organisation_gone``, ``needs_words``, ``begins_too_early``,
    ``ends_before_start``, ``paired_already``.
    """
    must(by, village)
    if village.kind != village.Kind.VILLAGE or village.valid_to is not None:
        raise Refused("no_village", _("Only villages have such a pair."))
    if not organisation.is_standing:
        raise Refused("organisation_gone", _("The register says that it is gone."))
    grounding.in_time(since)
    if until is not None and until < since:
        raise Refused("ends_before_start", _("It ends after it begins."))
    what = needed(what, 200, "needs_words", _("Say what the pair is for."))
    period = DateRange(since, until + timedelta(days=1) if until else None)
    try:
        with transaction.atomic():
            one = Pairing.objects.create(
                village=village, organisation=organisation, period=period, what=what
            )
    except IntegrityError as error:
        raise Refused("paired_already", _("These two are a pair in that period.")) from error
    log(f"pairing:{one.pk}", "make", village, by=by, organisation=organisation.code)
    return one


@transaction.atomic
def end_pairing(pairing: Pairing, *, by: User, reason: str) -> Pairing:
    """Refused: ``reason_needed``, ``ended_already``."""
    rows = Pairing.objects.select_for_update(of=("self",)).select_related("village")
    one = rows.get(pk=pairing.pk)
    must(by, one)
    why = grounding.reason(reason)
    today = clock.today()
    last = one.period.upper
    if one.period.isempty or (last is not None and last <= today):
        raise Refused("ended_already", _("This pair has ended already."))
    one.period = DateRange(one.period.lower, max(one.period.lower, today))
    one.save(update_fields=["period"])
    log(f"pairing:{one.pk}", "end", one.village, by=by, reason=why)
    return one
