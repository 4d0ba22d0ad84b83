"""The only writers of the roster. ``from members import actions``, never one by one."""

from members.actions.batches import Call, close_batch, open_batch
from members.actions.erasing import erase, erase_now
from members.actions.following import consent_ended, consent_renewed
from members.actions.inviting import Invited, Round, invite, withdraw_invitation
from members.actions.joining import (
    Joining,
    Login,
    NoSuchLink,
    answer_invitation,
    apply,
    decide,
)
from members.actions.reading import (
    COPIED,
    LISTED,
    has_sealed,
    note_copy,
    note_entry,
    note_list,
    own_sealed,
    reveal,
)
from members.actions.staying import (
    agree,
    archive,
    edit,
    leave,
    pause,
    resume,
    review,
    set_affiliation,
    withdraw,
)

__all__ = [
    "COPIED",
    "LISTED",
    "Call",
    "Invited",
    "Joining",
    "Login",
    "NoSuchLink",
    "Round",
    "agree",
    "answer_invitation",
    "apply",
    "archive",
    "close_batch",
    "consent_ended",
    "consent_renewed",
    "decide",
    "edit",
    "erase",
    "erase_now",
    "has_sealed",
    "invite",
    "leave",
    "note_copy",
    "note_entry",
    "note_list",
    "open_batch",
    "own_sealed",
    "pause",
    "resume",
    "reveal",
    "review",
    "set_affiliation",
    "withdraw",
    "withdraw_invitation",
]
