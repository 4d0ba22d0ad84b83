"""What happened in the network, in words; nobody is named."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from members.models import NetworkEvent
from members.workflow.projects import MOVES

register = template.Library()

WORDS = {
    "bring": _("Brought in by a table"),
    "make": _("Made"),
    "change": _("Changed"),
    "end": _("Ended"),
    "fill": _("Filled"),
    "hand_over": _("Handed over"),
    "vacate": _("The term was ended"),
    "close": _("Closed"),
    "check": _("Looked at"),
    "count": _("Counted"),
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
