"""Database constraints that more than one app writes."""

from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


def both_or_neither(*fields: str, name: str, violation_error_message=None) -> CheckConstraint:
    """All of ``fields`` are set, or none is: a time never goes without its person."""
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{f}__isnull": True for f in fields})
        | Q(**{f"{f}__isnull": False for f in fields}),
        violation_error_message=violation_error_message or _("These go together or not at all."),
    )
