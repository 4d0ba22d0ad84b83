"""The ledger: writing an entry, taking one back, letting a giver's name go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from consultations.models import Entry, Topic
from consultations.models.entry import ERASED
from consultations.pdfs import checked
from consultations.workflow import PUBLIC
from consultations.workflow.tables import UNITS, Direction, EntryKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard

if TYPE_CHECKING:
    from django.core.files.base import File

    from govgrid.accounts.models import User

RIGHT = "consultations.keep_ledger"
MOST = Decimal("9999999999.99")
FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class Line:
    """An entry as it is written. ``amount`` has two places at most."""

    kind: str
    direction: str
    amount: Decimal
    unit: str
    on: date
    text: str
    giver: str = ""
    giver_is_public: bool = False
    voucher: str = ""
    file: File | None = None
    client_id: UUID | None = None


def _held(topic: Topic, by: User) -> Topic:
    """The topic for who keeps its books; its serials are given one after the other."""
    topic = (
        Topic.objects.select_for_update(of=("self",))
        .select_related("platform__area", "area")
        .get(pk=topic.pk)
    )
    if not by.has_perm(RIGHT, topic):
        raise PermissionDenied
    if topic.state not in PUBLIC:
        raise Refused("not_public_yet", _("This topic was not taken up."))
    return topic


def _next(topic: Topic) -> int:
    return (topic.entries.aggregate(last=Max("serial"))["last"] or 0) + 1


@transaction.atomic
def enter_line(topic: Topic, line: Line, *, by: User) -> tuple[Entry, bool]:
    """Write down what was given or spent. False: the same was sent before.

    Refused: ``not_public_yet``, ``no_amount``, ``wrong_unit``, ``labour_is_given``,
    ``voucher_needed``, ``no_words``, ``wrong_day``, ``name_needed``, ``client_id_reused``, and what
    a PDF is refused for.
    """
    topic = _held(topic, by)
    _check(line)
    if earlier := _sent_before(topic, line):
        return earlier, False
    content = checked(line.file) if line.file is not None else b""
    entry = Entry(
        topic=topic, serial=_next(topic), client_id=line.client_id, kind=line.kind,
        direction=line.direction, amount=line.amount, unit=tidy(line.unit)[:10], on=line.on,
        text=guard.mask(tidy(line.text))[:120], giver=guard.mask(tidy(line.giver))[:60],
        giver_is_public=line.giver_is_public, voucher=tidy(line.voucher)[:60],
        entered_at=clock.now(), entered_by=by,
    )  # fmt: skip
    if content:
        entry.voucher_file.save(f"{uuid4()}.pdf", ContentFile(content), save=False)
    entry.save(force_insert=True)
    return entry, True


def _sent_before(topic: Topic, line: Line) -> Entry | None:
    if line.client_id is None:
        return None
    earlier = topic.entries.filter(client_id=line.client_id).first()
    if earlier is None:
        return None
    said = (line.kind, line.direction, line.amount, line.on, guard.mask(tidy(line.text))[:120])
    if said != (earlier.kind, earlier.direction, earlier.amount, earlier.on, earlier.text):
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return earlier


def _check(line: Line) -> None:
    if not Decimal(0) < line.amount <= MOST or line.amount != round(line.amount, 2):
        raise Refused("no_amount", _("An amount is more than nothing, with two places at most."))
    units = UNITS.get(line.kind)
    if is_blank(line.unit) or (units is not None and line.unit not in units):
        raise Refused("wrong_unit", _("This is not counted in that unit."))
    if line.kind == EntryKind.LABOUR and line.direction != Direction.GIVEN:
        raise Refused("labour_is_given", _("Labour is given; what is paid for is money."))
    is_spent = line.direction == Direction.SPENT
    if is_spent and is_blank(line.voucher) and line.file is None:
        raise Refused("voucher_needed", _("What is spent has a voucher: its number, or the file."))
    _check_words(line)


def _check_words(line: Line) -> None:
    if is_blank(line.text):
        raise Refused("no_words", _("Say what it was for."))
    if not FIRST <= line.on <= clock.today():
        raise Refused("wrong_day", _("It was on a day that has been."))
    if line.giver_is_public and is_blank(line.giver):
        raise Refused("name_needed", _("Who is to be named has a name."))


@transaction.atomic
def take_back(entry: Entry, *, by: User, reason: str) -> Entry:
    """Write the entry that takes another one back, whole. Nothing is deleted.

    Refused: ``reason_needed``, ``taken_back_already``, ``is_a_reversal``.
    """
    topic = _held(entry.topic, by)
    entry = Entry.objects.get(pk=entry.pk)
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is taken back."))
    if entry.reverses_id is not None:
        raise Refused("is_a_reversal", _("What takes an entry back is not taken back itself."))
    if Entry.objects.filter(reverses=entry).exists():
        raise Refused("taken_back_already", _("This entry was taken back already."))
    return Entry.objects.create(
        topic=topic, serial=_next(topic), kind=entry.kind, direction=entry.direction,
        amount=entry.amount, unit=entry.unit, on=clock.today(), text=entry.text, reverses=entry,
        reason=guard.mask(tidy(reason))[:300], entered_at=clock.now(), entered_by=by,
    )  # fmt: skip


@transaction.atomic
def forget_giver(entry: Entry, *, by: User) -> Entry:
    """Whoever gave does not want to be named any more, here or in the books. The entry stays.

    Refused: ``nobody_named``.
    """
    _held(entry.topic, by)
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.giver in {"", ERASED}:
        raise Refused("nobody_named", _("Nobody is named there."))
    entry.giver, entry.giver_is_public = ERASED, False
    entry.save(update_fields=["giver", "giver_is_public"])
    return entry
