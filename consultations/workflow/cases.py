"""The life of a model case: written, looked at by somebody else, published."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class CaseState(TextChoices):
    DRAFT = "draft", pgettext_lazy("model case", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("model case", "To be reviewed")
    PUBLISHED = "published", pgettext_lazy("model case", "Published")
    RETURNED = "returned", pgettext_lazy("model case", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("model case", "Withdrawn")


# Its words may change.
WRITABLE = frozenset({CaseState.DRAFT, CaseState.RETURNED})


class Rhythm(TextChoices):
    """How often somebody hears of what he follows."""

    DAILY = "daily", pgettext_lazy("rhythm", "Once a day")
    WEEKLY = "weekly", pgettext_lazy("rhythm", "Once a week")
