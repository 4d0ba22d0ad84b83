"""How the states of a booking look."""

from govgrid.core.templatetags import gg
from members.workflow.reception import LOOKS


def register() -> None:
    """Called once at start-up."""
    gg.name_states({f"booking:{state}": (*look, state.label) for state, look in LOOKS.items()})
