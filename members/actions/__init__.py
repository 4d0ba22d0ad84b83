"""The only writers of the roster. ``from members import actions``, never one by one."""

# ── needs and time ────────────────────────────────────────────────────────────────────────────
from members.actions.asking import Asking, ask
from members.actions.claiming import accept_claim, claim_need, decline_claim, offer_back, step_back
from members.actions.closing import (
    close_need,
    fire_needs,
    pass_to_ticket,
    pass_to_topic,
    withdraw_need,
)
from members.actions.contacts import show_asker, show_member
from members.actions.giving import end_gift, give_gift, offer_gift
from members.actions.serving import confirm_need, dispute_need, report_service
from members.actions.timing import print_statement, reverse_time

__all__ = [
    "Asking",
    "accept_claim",
    "ask",
    "claim_need",
    "close_need",
    "confirm_need",
    "decline_claim",
    "dispute_need",
    "end_gift",
    "fire_needs",
    "give_gift",
    "offer_back",
    "offer_gift",
    "pass_to_ticket",
    "pass_to_topic",
    "print_statement",
    "report_service",
    "reverse_time",
    "show_asker",
    "show_member",
    "step_back",
    "withdraw_need",
]
