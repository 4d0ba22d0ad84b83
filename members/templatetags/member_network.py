"""What happened in the network, in words; nobody is named."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import NetworkEvent
from members.workflow.projects import MOVES

register = template.Library()

WORDS = {
    "bring": _("Brought in by a table"),
    "make": pgettext_lazy("event", "Made"),
    "change": pgettext_lazy("event", "Changed"),
    "end": pgettext_lazy("event", "Ended"),
    "fill": pgettext_lazy("event", "Filled"),
    "hand_over": _("Handed over"),
    "vacate": _("The term was ended"),
    "close": pgettext_lazy("event", "Closed"),
    "check": _("Looked at"),
    "count": pgettext_lazy("event", "Counted"),
    "recount": _("Counted again"),
    "appoint": _("Somebody was appointed"),
    "renew": _("A term was renewed"),
    "end_liaison": _("A service has ended"),
    "milestone": _("A milestone was added"),
    "reach": _("A milestone was reached"),
    "shift": _("A milestone was put off"),
    "facts": _("Facts were entered"),
    "join": _("A unit joined"),
    "leave": _("A unit left"),
    "pledge": _("Something was pledged"),
    "fulfil": _("A pledge was kept"),
    **{name: move.label for name, move in MOVES.items()},
}


@register.filter
def network_words(event: NetworkEvent) -> str:
    return str(WORDS.get(event.verb, event.verb))
