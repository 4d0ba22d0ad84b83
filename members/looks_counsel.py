"""How the states of counsels and of grants look."""

from govgrid.core.templatetags import gg
from members.workflow.counsel import CounselState
from members.workflow.grants import GrantState

_COUNSEL = {
    CounselState.DRAFTED: ("is-quiet", "s-new"),
    CounselState.SUBMITTED: ("is-new", "s-new"),
    CounselState.RETURNED: ("is-back", "return"),
    CounselState.EDITED: ("is-offered", "s-triage"),
    CounselState.BRIEFED: ("is-offered", "s-offered"),
    CounselState.NOTED: ("is-onsite", "s-onsite"),
    CounselState.ANSWERED: ("is-signed", "s-check"),
    CounselState.CLOSED: ("is-done", "s-done"),
    CounselState.FILED: ("is-quiet", "s-declined"),
    CounselState.WITHDRAWN: ("is-quiet", "s-declined"),
}
_GRANT = {
    GrantState.OFFERED: ("is-offered", "s-offered"),
    GrantState.AHEAD: ("is-signed", "s-signed"),
    GrantState.IN_FORCE: ("is-done", "s-done"),
    GrantState.ENDED: ("is-quiet", "s-paused"),
    GrantState.REVOKED: ("is-quiet", "s-declined"),
    GrantState.DECLINED: ("is-quiet", "s-declined"),
    GrantState.LAPSED: ("is-quiet", "s-declined"),
}
LOOKS = {
    **{f"counsel:{state}": (*look, state.label) for state, look in _COUNSEL.items()},
    **{f"grant:{state}": (*look, state.label) for state, look in _GRANT.items()},
}


def register() -> None:
    """Called once at start-up."""
    gg.name_states(LOOKS)
