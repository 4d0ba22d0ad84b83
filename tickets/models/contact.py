"""How to call a reporter back, apart from the ticket and sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.privacy.fields import SealedTextField
from tickets.models.ticket import Ticket


class Contact(models.Model):
    """How to call the reporter back. Sealed from the first row; erased 180 days after closing."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="contact")
    name = SealedTextField(pgettext_lazy("person", "name"), null=True)
    phone = SealedTextField(_("phone"), null=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                name="contact_erased_is_empty",
                condition=Q(erased_at=None) | Q(name__isnull=True, phone__isnull=True),
                violation_error_message=_("What was erased is gone."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)
