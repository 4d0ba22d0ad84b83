"""How states of needs and of claims look, wherever a page shows one."""

from govgrid.core.templatetags import gg
from members.workflow.needs import ClaimState, NeedState

LOOKS = {
    "need:open": ("is-new", "s-new", NeedState.OPEN),
    "need:claimed": ("is-offered", "s-offered", NeedState.CLAIMED),
    "need:accepted": ("is-signed", "s-signed", NeedState.ACCEPTED),
    "need:served": ("is-signed", "s-check", NeedState.SERVED),
    "need:confirmed": ("is-done", "s-done", NeedState.CONFIRMED),
    "need:closed": ("is-quiet", "s-done", NeedState.CLOSED),
    "need:expired": ("is-quiet", "s-paused", NeedState.EXPIRED),
    "need:withdrawn": ("is-quiet", "s-declined", NeedState.WITHDRAWN),
    "claim:offered": ("is-offered", "s-offered", ClaimState.OFFERED),
    "claim:accepted": ("is-signed", "s-signed", ClaimState.ACCEPTED),
    "claim:declined": ("is-quiet", "s-declined", ClaimState.DECLINED),
    "claim:withdrawn": ("is-quiet", "s-declined", ClaimState.WITHDRAWN),
    "claim:done": ("is-done", "s-done", ClaimState.DONE),
}


def register() -> None:
    """Called once at start-up."""
    gg.name_states({key: (css, icon, state.label) for key, (css, icon, state) in LOOKS.items()})
