"""Who acts when a consent is taken back or renewed: the apps that do something by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.models import Consent, Notice

Follower = Callable[["Consent", "User | None"], None]
Renewal = Callable[["Consent", "Consent", "User | None"], None]
Publication = Callable[["Notice", "User | None"], None]
_publications: dict[str, list[Publication]] = defaultdict(list)
_followers: dict[str, list[Follower]] = defaultdict(list)
_renewals: dict[str, list[Renewal]] = defaultdict(list)


def register(key: str, follower: Follower) -> None:
    """Call from ``AppConfig.ready``: ``follower`` runs in the transaction in which a consent to
    ``key`` is withdrawn, wherever that is done, with the consent and who did it. It runs once for
    each, and not where a newer version takes the place of an older one."""
    if follower not in _followers[key]:
        _followers[key].append(follower)


def register_renewal(key: str, follower: Renewal) -> None:
    """The same where a consent takes the place of an older one: with the old, the new and who."""
    if follower not in _renewals[key]:
        _renewals[key].append(follower)


def register_publication(key: str, follower: Publication) -> None:
    """The same where a newer version is published that asks those who agreed again (R3)."""
    if follower not in _publications[key]:
        _publications[key].append(follower)


def asked_again(notice: Notice, by: User | None) -> None:
    for follower in _publications[notice.key]:
        follower(notice, by)


def withdrawn(consent: Consent, by: User | None) -> None:
    for follower in _followers[consent.purpose_key]:
        follower(consent, by)


def renewed(old: Consent, new: Consent, by: User | None) -> None:
    for follower in _renewals[new.purpose_key]:
        follower(old, new, by)
