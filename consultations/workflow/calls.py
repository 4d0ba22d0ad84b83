"""A consultation whistle calls the seats of a platform: who is called says whether he comes."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# Working days: to answer, and for each level that silence takes it up to.
ANSWER_DAYS = 1
ABOVE_DAYS = 1


class CallAnswer(TextChoices):
    COMING = "coming", pgettext_lazy("call", "Coming")
    CANNOT = "cannot", pgettext_lazy("call", "Cannot come")
