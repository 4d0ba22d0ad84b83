"""Opening what is sealed, and agreeing to have it kept."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.privacy import crypto
from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import AccessLog, Consent, Notice

SHORTEST_REASON = 4


def reveal(
    row: models.Model,
    fields: Sequence[str],
    *,
    by: User,
    reason: str,
    case: str = "",
    role: str = "",
    ip: str | None = None,
) -> dict[str, str]:
    """The texts of sealed ``fields`` of one row, for one person with a reason.

    Whether ``by`` may is asked by the app the row belongs to. The reading is on record before
    anything is opened, in a transaction of its own: call this outside any other, or what was
    read could be rolled back into never having been read. Empty fields are left out.
    """
    reason = " ".join(reason.split())
    # Letters: four signs of no width would stand in the log as an empty line.
    if sum(sign.isalnum() for sign in reason) < SHORTEST_REASON:
        raise Refused("reason_needed", _("Please say why you need to see this."))
    columns = [_sealed_field(row, name) for name in fields]
    with transaction.atomic(durable=True):
        AccessLog.objects.create(
            by=by,
            role=role,
            model=row._meta.label,
            row=str(row.pk),
            fields=[column.name for column in columns],
            reason=reason[:500],
            case=case,
            at=now(),
            ip=ip,
        )
    return {
        column.name: crypto.unseal(sealed.data, column.aad)
        for column in columns
        if (sealed := getattr(row, column.attname)) is not None
    }


def _sealed_field(row: models.Model, name: str) -> SealedTextField:
    field = row._meta.get_field(name)
    if not isinstance(field, SealedTextField):
        raise TypeError(f"{row._meta.label}.{name} is not sealed")
    return field


@transaction.atomic
def publish_notice(notice: Notice, *, by: User | None) -> Notice:
    """From now on people can agree to this version, and nobody can change it."""
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if by is not None and not by.is_superuser:
        raise PermissionDenied
    if notice.published_at is None:
        notice.published_at = now()
        notice.save(update_fields=["published_at"])
    return notice


@transaction.atomic
def give_consent(
    notice: Notice,
    *,
    by: User | None,
    channel: Consent.Channel,
    user: User | None = None,
    subject_ref: str | None = None,
) -> Consent:
    """One person agrees to ``notice``; an older version's consent ends with it.

    Agreeing twice to one version is one consent. Whether ``by`` may record another person's
    consent is asked by the calling app.
    """
    if notice.published_at is None:
        raise Refused("notice_not_published", _("This notice is not published yet."))
    # One after the other, for two at once would both find no live consent.
    Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    mine = Consent.objects.of(user=user, subject_ref=subject_ref).live()
    live = mine.filter(purpose_key=notice.key).first()
    if live is not None and live.notice_id == notice.pk:
        return live
    if live is not None:
        withdraw_consent(live, by=by)
    return Consent.objects.create(
        notice=notice,
        purpose_key=notice.key,
        user=user,
        subject_ref=subject_ref,
        channel=channel,
        given_at=now(),
        recorded_by=by,
    )


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: User | None) -> Consent:
    """The person takes it back. A second time changes nothing: the first moment counts.

    Whether ``by`` may act for another person is asked by the calling app.
    """
    consent = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    if consent.withdrawn_at is None:
        # The clock of another machine may be a little behind the one that recorded it.
        consent.withdrawn_at = max(now(), consent.given_at)
        consent.save(update_fields=["withdrawn_at"])
    return consent


def reseal(field: SealedTextField, *, by: None = None) -> Iterator[int]:
    """Seal anew what an older key sealed, so that the key can be taken out; yields row ids.

    Nothing is shown to anybody and nothing but the seal changes. Safe to run again.
    """
    model = field.model
    newest = crypto.newest_key_id()
    present = model._default_manager.filter(**{f"{field.name}__isnull": False})
    for pk in present.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
            sealed = getattr(row, field.attname) if row else None
            if sealed is None or crypto.key_id_of(sealed.data) == newest:
                continue
            text = crypto.unseal(sealed.data, field.aad)
            model._default_manager.filter(pk=pk).update(**{field.name: text})
        yield pk
