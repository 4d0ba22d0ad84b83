"""Words and numbers of platforms beside the life of a topic: who must sit there, what people give."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# Who sits there is asked in time, before the term is over.
TERM_SOON_DAYS = 30


class EntryKind(TextChoices):
    """投工、资金、物资."""

    LABOUR = "labour", pgettext_lazy("ledger", "Labour")
    MONEY = "money", pgettext_lazy("ledger", "Money")
    GOODS = "goods", pgettext_lazy("ledger", "Goods")


class Direction(TextChoices):
    GIVEN = "given", pgettext_lazy("ledger", "Given")
    SPENT = "spent", pgettext_lazy("ledger", "Spent")


class Unit(TextChoices):
    """What labour and money are counted in; goods have a word of their own."""

    WORKDAY = "workday", pgettext_lazy("ledger", "days of work")
    PERSON = "person", pgettext_lazy("ledger", "times of a person")
    YUAN = "yuan", pgettext_lazy("ledger", "yuan")


UNITS: dict[str, frozenset[str]] = {
    EntryKind.LABOUR: frozenset({Unit.WORKDAY, Unit.PERSON}),
    EntryKind.MONEY: frozenset({Unit.YUAN}),
}
