"""Agreeing to have something kept, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.privacy import followers, queries
from govgrid.privacy.models import Consent, ImpactAssessment, Notice


@transaction.atomic
def publish_notice(notice: Notice, *, by: User | None) -> Notice:
    """From now on people can agree to this version, and nobody can change it.

    Where it asks for something else than the version before, those who agreed are asked again.
    Refused: ``assessment_needed``, of sensitive data that nobody has weighed.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if by is not None and not by.is_superuser:
        raise PermissionDenied
    if notice.published_at is not None:
        return notice
    if notice.is_sensitive and not ImpactAssessment.objects.in_force().filter(scope=notice.key):
        words = _("Sensitive data is asked for after an impact assessment only: none is signed.")
        raise Refused("assessment_needed", words)
    older = Notice.objects.published().filter(key=notice.key, version__lt=notice.version)
    before = older.order_by("-version").first()
    notice.asks_again = before is not None and notice.asks_more_than(before)
    notice.published_at = now()
    notice.save(update_fields=["published_at", "asks_again"])
    if notice.asks_again:
        followers.asked_again(notice, by)
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
    versions = Notice.objects.filter(key=notice.key).order_by("pk")
    list(versions.select_for_update(no_key=True).values_list("pk"))
    mine = Consent.objects.of(user=user, subject_ref=subject_ref).live()
    # Locked, and so read as it is once a withdrawal under way is through.
    live = mine.filter(purpose_key=notice.key).select_for_update(of=("self",)).first()
    if live is not None and live.notice_id == notice.pk:
        return live
    if live is not None:
        _take_back(live)
    given = Consent.objects.create(
        notice=notice,
        purpose_key=notice.key,
        user=user,
        subject_ref=subject_ref,
        channel=channel,
        given_at=now(),
        recorded_by=by,
    )
    if live is not None:
        followers.renewed(live, given, by)
    return given


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: User | None) -> Consent:
    """The person takes it back. A second time changes nothing: the first moment counts.

    Whether ``by`` may act for another person is asked by the calling app. What was done by the
    consent ends in the same transaction: see :mod:`govgrid.privacy.followers`.
    """
    consent = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    if consent.withdrawn_at is None:
        _take_back(consent)
        followers.withdrawn(consent, by)
    return consent


def _take_back(consent: Consent) -> None:
    # The clock of another machine may be a little behind the one that recorded it.
    consent.withdrawn_at = max(now(), consent.given_at)
    consent.save(update_fields=["withdrawn_at"])


def withdraw_own(consent: Consent, *, by: User) -> Consent:
    """The person takes it back on the own page, whatever it was for.

    Refused: ``still_used``, where an app holds something by it and does not let go.
    """
    if consent.user_id != by.pk:
        raise PermissionDenied
    with _let_go():
        return withdraw_consent(consent, by=by)


def agree_again(key: str, version: int, *, by: User) -> Consent:
    """A person agrees to what is asked for today, having agreed to ``key`` before.

    The first time an app asks, for it knows what follows from it. Refused: ``not_asked``,
    ``newer_notice`` where another version than the one that was read holds by now, ``still_used``.
    """
    notice = queries.newest_notice(key)
    if notice is None or not Consent.objects.of(user=by).filter(purpose_key=key).exists():
        raise Refused("not_asked", _("Nobody asks you for this here."))
    if notice.version != version:
        raise Refused("newer_notice", _("This has changed meanwhile. Please read it again."))
    with _let_go():
        return give_consent(notice, by=by, channel=Consent.Channel.SITE, user=by)


@contextmanager
def _let_go() -> Iterator[None]:
    """An app's constraint may hang on a consent: it speaks at the end of the transaction."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        words = _("Something stands on this consent still. Leave it on its own page first.")
        raise Refused("still_used", words) from error
