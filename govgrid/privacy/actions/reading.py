"""Opening what is sealed, and putting every reading on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.privacy import alarms, crypto, guard
from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import AccessLog

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.proofs import SecondFactorProof

SHORTEST_REASON = 4
LONGEST_REASON = 500
LONGEST_CASE = 60


def reveal(
    row: models.Model,
    fields: Sequence[str],
    *,
    by: User,
    reason: str,
    case: str = "",
    role: str = "",
    ip: str | None = None,
    needs_second_factor: bool = False,
    proof: SecondFactorProof | None = None,
    is_case_open: bool | None = None,
    subject: str = "",
) -> dict[str, str]:
    """The texts of sealed ``fields`` of one row, for one person with a reason.

    Whether ``by`` may is asked by the app the row belongs to. The reading is on record before
    anything is opened, in a transaction of its own: call this outside any other, or what was
    read could be rolled back into never having been read. Empty fields are left out.

    ``needs_second_factor`` asks for a role, a case and ``proof``: a code typed in within the last
    15 minutes. ``is_case_open`` is known to the app that keeps the cases; left out, a case that is
    named counts as open. Without an open one, or after too many in a day, the data officer is told.
    Refused: ``reason_needed``, ``case_needed``, ``second_factor_needed``.
    """
    said = _reason(reason)
    if needs_second_factor:
        _check_ground(by, role, case, proof)
    columns = [_sealed_field(row, name) for name in fields]
    with transaction.atomic(durable=True):
        entry = AccessLog.objects.create(
            by=by,
            role=role,
            model=row._meta.label,
            row=str(row.pk),
            subject=subject,
            fields=[column.name for column in columns],
            reason=said,
            case=_kept(case)[:LONGEST_CASE],
            at=now(),
            ip=ip,
        )
        alarms.watch_reading(
            entry, is_case_open=bool(case) if is_case_open is None else is_case_open
        )
    return {
        column.name: crypto.unseal(sealed.data, column.aad)
        for column in columns
        if (sealed := getattr(row, column.attname)) is not None
    }


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    # Letters: four signs of no width would stand in the log as an empty line.
    if sum(sign.isalnum() for sign in said) < SHORTEST_REASON:
        raise Refused("reason_needed", _("Please say why you need to see this."))
    return _kept(said)


def _kept(said: str) -> str:
    """As it stands in the log for three years, where nothing can be taken out of it again."""
    return guard.mask(" ".join(said.split()))[:LONGEST_REASON]


def _check_ground(by: User, role: str, case: str, proof: SecondFactorProof | None) -> None:
    if not role:
        raise PermissionDenied
    if not case.strip():
        raise Refused("case_needed", _("Please name the case for which you need it."))
    if proof is None or not proof.holds_for(by):
        words = _("Please confirm with a code from your phone that it is you.")
        raise Refused("second_factor_needed", words)


def _sealed_field(row: models.Model, name: str) -> SealedTextField:
    field = row._meta.get_field(name)
    if not isinstance(field, SealedTextField):
        raise TypeError(f"{row._meta.label}.{name} is not sealed")
    return field


@transaction.atomic
def note_reading(
    *,
    by: User,
    model: type[models.Model] | models.Model | str,
    fields: Sequence[str],
    rows: Iterable[models.Model | int | str] | None = None,
    count: int | None = None,
    action: str = AccessLog.Action.LIST,
    reason: str = "",
    case: str = "",
    role: str = "",
    subject: str = "",
    ip: str | None = None,
) -> AccessLog:
    """Put on record that ``by`` searched, listed, exported or had opened what is about people.

    ``rows`` are those that were read, so that each of the people finds the reading; where there
    are too many to name, their ``count`` alone. ``subject`` names whom it is about, as
    "accounts.User:7", where no row says it. To decrypt asks for a reason.
    """
    label = model if isinstance(model, str) else model._meta.label
    found = [_row(one) for one in rows or ()]
    if action in AccessLog.REASONED:
        reason = _reason(reason)
    single = found[0] if len(found) == 1 else ""
    return AccessLog.objects.create(
        by=by,
        action=action,
        role=role,
        model=label,
        row=single,
        rows=[] if single else found,
        count=len(found) if count is None else count,
        subject=subject,
        fields=list(fields),
        reason=_kept(reason),
        case=_kept(case)[:LONGEST_CASE],
        at=now(),
        ip=ip,
    )


def _row(one: models.Model | int | str) -> str:
    return str(one.pk if isinstance(one, models.Model) else one)
