"""What privacy itself, the accounts and the messages hold about a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from govgrid.accounts import actions as accounts
from govgrid.accounts.actions import FORGOTTEN
from govgrid.core.clock import local
from govgrid.outbox import actions as outbox
from govgrid.outbox import kinds
from govgrid.outbox.models import Message
from govgrid.privacy import holdings
from govgrid.privacy.holdings import Holding
from govgrid.privacy.models import Consent, SubjectRequest
from govgrid.privacy.models.keeping import letting_go

if TYPE_CHECKING:
    from govgrid.accounts.models import User

Rows = list[Mapping[str, Any]]
MOST_MESSAGES = 500


def said(moment: datetime | None) -> str:
    """As a copy writes it, for people and for programs alike."""
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def account(user: User) -> Rows:
    return [
        {
            _("User name"): user.username,
            pgettext("person", "Name"): user.name,
            _("Work phone"): user.phone or "",
            _("E-mail"): user.email,
            _("Language"): str(user.get_language_display()),
            _("Since"): said(user.date_joined),
            _("Last sign-in"): said(user.last_login),
        }
    ]


def tokens(user: User) -> Rows:
    return [
        {_("Program"): one.name, _("Since"): said(one.created_at), _("Until"): said(one.expires_at)}
        for one in user.api_tokens.live().order_by("pk")
    ]


def consents(user: User) -> Rows:
    rows = Consent.objects.of(user=user).select_related("notice").order_by("pk")
    return [
        {
            _("Purpose"): one.notice.purpose,
            _("Version"): one.notice.version,
            _("Agreed"): said(one.given_at),
            _("How"): one.get_channel_display(),
            _("Withdrawn"): said(one.withdrawn_at),
        }
        for one in rows
    ]


def requests(user: User) -> Rows:
    return [
        {
            _("Asked to"): one.get_kind_display(),
            _("In your words"): one.text,
            pgettext("request", "Asked"): said(one.asked_at),
            pgettext("request", "Answered"): said(one.answered_at),
            pgettext("request", "Answer"): one.answer or one.refused_reason,
        }
        for one in SubjectRequest.objects.of(user).order_by("pk")
    ]


def asked_by(user: User) -> list[tuple[str, Any]]:
    keys = SubjectRequest.objects.of(user).values_list("pk", flat=True)
    return [("privacy.SubjectRequest", pk) for pk in keys]


def messages(user: User) -> Rows:
    rows = Message.objects.for_person(user)[:MOST_MESSAGES]
    return [
        {_("Told"): said(one.created_at), _("Message"): kinds.render(one).subject} for one in rows
    ]


def forget_account(user: User, _at: datetime) -> int:
    return int(accounts.forget(user))


def forget_messages(user: User, _at: datetime) -> int:
    texts = [user.name, user.phone or "", user.email]
    return 0 if user.name == FORGOTTEN else outbox.forget(user, texts)


def forget_requests(user: User, _at: datetime) -> int:
    """What was written goes; that something was asked and answered in time stays for the audit."""
    said = SubjectRequest.objects.of(user).exclude(
        text__in=["", FORGOTTEN],
        answer__in=["", FORGOTTEN],
        refused_reason__in=["", FORGOTTEN],
    )
    with letting_go():
        return said.update(**{name: _struck(name) for name in ("text", "answer", "refused_reason")})


def _struck(name: str) -> Case:
    return Case(When(**{name: ""}, then=Value("")), default=Value(FORGOTTEN))


def register() -> None:
    """Called once at start-up."""
    holdings.register(
        "accounts.user",
        Holding(gettext_lazy("My account"), account, _itself, forget_account, rank=0),
    )
    holdings.register(
        "accounts.tokens", Holding(gettext_lazy("Programs that sign in as me"), tokens)
    )
    holdings.register("privacy.consents", Holding(gettext_lazy("What I agreed to"), consents))
    holdings.register(
        "privacy.requests",
        Holding(gettext_lazy("What I asked for"), requests, asked_by, forget_requests),
    )
    holdings.register(
        "outbox.messages", Holding(gettext_lazy("Messages"), messages, erase=forget_messages)
    )


def _itself(user: User) -> list[tuple[str, Any]]:
    return [("accounts.User", user.pk)]
