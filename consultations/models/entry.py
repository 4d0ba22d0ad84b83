"""The ledger of what people gave for a topic: labour, money, goods, and what was spent of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.topic import Topic
from consultations.workflow.tables import Direction, EntryKind, Unit
from govgrid.core import clock

USER = settings.AUTH_USER_MODEL
# A giver who does not want to be named any more; the entry stays.
ERASED = "—"


def _path(entry: Entry, _name: str) -> str:
    """Nothing of the name that the sender's file had."""
    return f"vouchers/{clock.today():%Y/%m}/{uuid4()}.pdf"


class EntryQuerySet(models.QuerySet["Entry"]):
    def public(self) -> EntryQuerySet:
        """Of the topics that everybody reads."""
        return self.filter(topic__in=Topic.objects.public().values("pk"))


class Entry(models.Model):
    """One line of the ledger. Added and never changed: a mistake has a line that takes it back.

    A trigger keeps all but the giver's name, which may be erased.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="entries", db_index=False)
    serial = models.PositiveIntegerField(pgettext_lazy("ledger", "number"))
    client_id = models.UUIDField(_("client id"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=EntryKind)
    direction = models.CharField(_("direction"), max_length=6, choices=Direction)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10)
    on = models.DateField(_("day"))
    text = models.CharField(_("for what"), max_length=120)
    # As they want to be called: "12 neighbours", a shop, a name. Shown only where they agree.
    giver = models.CharField(_("who gave"), max_length=60, blank=True)
    giver_is_public = models.BooleanField(_("may be named"), default=False)
    voucher = models.CharField(_("number of the voucher"), max_length=60, blank=True)
    voucher_file = models.FileField(_("voucher as a PDF"), upload_to=_path, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by",
        verbose_name=_("takes back"),
    )  # fmt: skip
    reason = models.CharField(_("why it is taken back"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered at"), default=clock.now)
    entered_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["topic", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "serial"],
                name="entry_numbered_once",
                violation_error_message=_("There is an entry of this number."),
            ),
            models.UniqueConstraint(
                fields=["topic", "client_id"],
                condition=Q(client_id__isnull=False),
                name="entry_client_id_once",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="entry_amount_is_positive",
                condition=Q(amount__gt=Decimal(0)),
                violation_error_message=_("An amount is more than nothing."),
            ),
            models.CheckConstraint(
                name="entry_spending_has_a_voucher",
                condition=~Q(direction=Direction.SPENT)
                | ~Q(voucher="")
                | ~Q(voucher_file="")
                | Q(reverses__isnull=False),
                violation_error_message=_("What is spent has a voucher: its number, or the file."),
            ),
            models.CheckConstraint(
                name="entry_unit_fits_its_kind",
                condition=Q(kind=EntryKind.MONEY, unit=Unit.YUAN)
                | Q(kind=EntryKind.LABOUR, unit__in=[Unit.WORKDAY, Unit.PERSON])
                | (Q(kind=EntryKind.GOODS) & ~Q(unit="")),
                violation_error_message=_("This is not counted in that unit."),
            ),
            models.CheckConstraint(
                name="entry_says_for_what",
                condition=~Q(text=""),
                violation_error_message=_("Say what it was for."),
            ),
            models.CheckConstraint(
                name="entry_taken_back_says_why",
                condition=Q(reverses=None, reason="") | (Q(reverses__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Say why it is taken back."),
            ),
            models.CheckConstraint(
                name="entry_takes_back_another",
                condition=~Q(reverses=F("pk")),
                violation_error_message=_("An entry takes back another one."),
            ),
            # Labour is given, never spent: what is bought is money or goods.
            models.CheckConstraint(
                name="entry_labour_is_given",
                condition=~Q(kind=EntryKind.LABOUR) | Q(direction=Direction.GIVEN),
                violation_error_message=_("Labour is given; what is paid for is money."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.serial}"

    @property
    def unit_words(self) -> str:
        return str(Unit(self.unit).label) if self.unit in set(Unit) else self.unit

    @property
    def giver_shown(self) -> str:
        """The name for everybody; empty where nobody may read it."""
        return self.giver if self.giver_is_public else ""
