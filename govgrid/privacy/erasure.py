"""Forgetting for good, on record inside the database and beside it.

A backup brings back what was erased since it was made. The record beside the database does not go
back with it, so a restore reads it and erases again. It names nobody: people stand there as keyed
digests.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.clock import now
from govgrid.privacy import actions, crypto, holdings
from govgrid.privacy.models import Erasure, SubjectRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

USER = "accounts.User"
Guard = Callable[[User], None]
_guards: list[Guard] = []


class Rows(NamedTuple):
    """How single records of a model are erased again after a restore.

    ``stamp`` says what tells a record from a later one of the same number, as when it was made.
    ``erase`` does it, and may be called for records that are erased already.
    """

    stamp: Callable[[Any], str]
    erase: Callable[[QuerySet, datetime], int]


_rows: dict[str, Rows] = {}


def register_guard(guard: Guard) -> None:
    """Call from ``AppConfig.ready``: ``guard`` raises Refused for who must not be erased yet."""
    if guard not in _guards:
        _guards.append(guard)


def register_rows(model: str, rows: Rows) -> None:
    """Call from ``AppConfig.ready``, for models whose records are erased one by one."""
    _rows[model] = rows


# ── erasing ───────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def erase(user: User, *, by: User | None) -> int:
    """Make every holding forget ``user``; how many records that were.

    Who signs in as somebody may erase himself; the data officer erases by :func:`erase_as_asked`
    alone. What guards refuse is left: who holds a post hands it over first.
    """
    if by is not None and by.pk != user.pk:
        raise PermissionDenied
    return _erase(user, by)


def _erase(user: User, by: User | None) -> int:
    user = User.objects.select_for_update().get(pk=user.pk)
    for guard in _guards:
        guard(user)
    at = now()
    subject = subject_of(user)
    erased, count = _forget(user, at)
    if count:
        _log(
            [
                Erasure(subject=subject, model=model, row=row, at=at, requested_by=by)
                for model, row in dict.fromkeys([(USER, str(user.pk)), *erased])
            ]
        )
    return count


@transaction.atomic
def erase_as_asked(request: SubjectRequest, *, by: User) -> int:
    """Erase whoever asked for it, and answer so; refused as :func:`erase` and as an answer is: so
    what one officer recorded another carries out."""
    assert request.user is not None, "somebody with a login"  # noqa: S101
    assert request.kind == SubjectRequest.Kind.DELETE, "nothing else is erased by"  # noqa: S101
    # First: once it is done nobody is left to be told.
    actions.answer(request, _("Everything that can be erased is erased."), by=by)
    return _erase(request.user, by)


def _forget(user: User, at: datetime) -> tuple[list[tuple[str, str]], int]:
    erased: list[tuple[str, str]] = []
    total = 0
    for _each, holding in holdings.erasers():
        # Asked first: afterwards no record leads to the person.
        records = [(model, str(row)) for model, row in holding.subjects(user)]
        if count := holding.erase(user, at):
            erased += records
            total += count
    return erased, total


def subject_of(user: User) -> str:
    """By which a person is known who is not named. Not by the number alone: after a restore the
    next person may get the number of somebody who was erased."""
    return crypto.fingerprint(f"{USER} {user.pk} {user.date_joined.timestamp()}".encode())


@transaction.atomic
def note(row: models.Model, *, by: User | None, user: User | None = None) -> Erasure:
    """Put on record that one record is erased, before or after it is; its model is registered by
    :func:`register_rows`. ``user`` is whom it was about, if that person has a login."""
    label = row._meta.label
    entry = Erasure(
        subject=subject_of(user) if user else "", model=label, row=str(row.pk),
        mark=_mark(label, row), at=now(), requested_by=by,
    )  # fmt: skip
    _log([entry])
    return entry


def _mark(label: str, row: models.Model) -> str:
    return crypto.fingerprint(f"{label} {row.pk} {_rows[label].stamp(row)}".encode())


def _log(entries: list[Erasure]) -> None:
    Erasure.objects.bulk_create(entries)
    # Not before: what is rolled back was not erased. A crash in between is made good by sync().
    transaction.on_commit(partial(_write, entries))


# ── beside the database ───────────────────────────────────────────────────────────────────────
def _write(entries: Iterable[Erasure]) -> None:
    path = Path(settings.ERASURE_LOG)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        # A line that a crash has torn stays by itself.
        torn = b"" if end == 0 or os.pread(file.fileno(), 1, end - 1) == b"\n" else b"\n"
        file.write(torn + b"".join(_line(one) for one in entries))
        file.flush()
        os.fsync(file.fileno())


def _line(one: Erasure) -> bytes:
    said = {
        "uid": str(one.uid), "subject": one.subject, "model": one.model, "row": one.row,
        "mark": one.mark, "at": one.at.isoformat(), "by": one.requested_by_id,
    }  # fmt: skip
    return json.dumps(said).encode() + b"\n"


def lines() -> Iterator[Erasure]:
    """What lies beside the database, oldest first; torn lines are left out."""
    path = Path(settings.ERASURE_LOG)
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                said = json.loads(line)
                yield Erasure(
                    uid=UUID(_text(said["uid"])), subject=_text(said["subject"]),
                    model=_text(said["model"], 100), row=_text(said["row"], 40),
                    mark=_text(said["mark"]), at=_moment(said["at"]),
                    requested_by_id=_number(said["by"]),
                )  # fmt: skip
            except (ValueError, KeyError, TypeError):
                continue


def _text(said: Any, most: int = 64) -> str:
    """No line that somebody spoilt keeps the others from being read."""
    if not isinstance(said, str) or "\x00" in said or len(said) > most:
        raise ValueError("not such a text")
    return said


def _number(said: Any) -> int | None:
    if said is None or isinstance(said, int):
        return said
    raise ValueError("not a number")


def _moment(said: Any) -> datetime:
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError("of no time zone")
    return at


def sync() -> int:
    """Write beside the database what a crash kept from being written there; how many lines."""
    there = {one.uid for one in lines()}
    missing = [one for one in Erasure.objects.order_by("pk").iterator() if one.uid not in there]
    if missing:
        _write(missing)
    return len(missing)


# ── after a restore ───────────────────────────────────────────────────────────────────────────
@transaction.atomic
def replay() -> int:
    """Erase again what was erased since the database was as it is; how many records that were.

    Safe to run at any time: what is erased already is left, and is put on record once.
    """
    told = list(lines())
    at = now()
    people = {one.subject for one in told if one.model == USER}
    count = sum(_forget(user, at)[1] for user in User.objects.all() if subject_of(user) in people)
    for label, rows in _rows.items():
        count += _again(label, rows, [one for one in told if one.model == label and one.mark], at)
    known = set(User.objects.values_list("pk", flat=True))
    for one in told:
        if one.requested_by_id not in known:
            one.requested_by_id = None
    Erasure.objects.bulk_create(told, ignore_conflicts=True)
    return count


def _key(manager: models.Manager, row: str) -> Any:
    """The key of a record, or None for what can be none."""
    try:
        return manager.model._meta.pk.to_python(row)
    except ValidationError:
        return None


def _again(label: str, rows: Rows, told: list[Erasure], at: datetime) -> int:
    marks = {one.mark for one in told}
    manager = apps.get_model(label)._default_manager
    found = manager.filter(pk__in=[key for one in told if (key := _key(manager, one.row))])
    same = [row.pk for row in found if _mark(label, row) in marks]
    return rows.erase(manager.filter(pk__in=same), at) if same else 0
