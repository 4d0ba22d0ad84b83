"""The only writers of the roster. ``from members import actions``, never one by one."""

from members.actions.briefs import answer_instruction, fire_instructions, instruct, make_brief
from members.actions.counsels import (
    LIVE,
    Advice,
    forget_author,
    move_counsel,
    name_counsel,
    raise_counsel,
    reword_counsel,
    ticket_counsel,
    write_counsel,
)
from members.actions.figures import freeze_figures
from members.actions.grants import (
    Granting,
    accept_grant,
    decline_grant,
    grant_duty,
    remind_of_grants,
    revoke_grant,
)
from members.actions.visits import (
    delete_visit,
    record_visit,
    take_back_wish,
    welcome_visits,
    wish_visit,
)

__all__ = [
    "LIVE",
    "Advice",
    "Granting",
    "accept_grant",
    "answer_instruction",
    "decline_grant",
    "delete_visit",
    "fire_instructions",
    "forget_author",
    "freeze_figures",
    "grant_duty",
    "instruct",
    "make_brief",
    "move_counsel",
    "name_counsel",
    "raise_counsel",
    "record_visit",
    "remind_of_grants",
    "revoke_grant",
    "reword_counsel",
    "take_back_wish",
    "ticket_counsel",
    "welcome_visits",
    "wish_visit",
    "write_counsel",
]
