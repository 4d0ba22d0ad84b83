"""What each move does to the rows, once ``actions.move`` has locked them and let it pass.

Nothing else calls these. Each gives the assignment that it touched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tickets.effects import (
    asking,
    checking,
    desk,
    levels,
    merging,
    milestones,
    more_time,
    responsibility,
    supervising,
    undoing,
    whistling,
    work,
)
from tickets.effects.work import STAMPS
from tickets.models import Assignment
from tickets.workflow import Facts

EFFECTS: dict[str, Callable[[Facts, datetime], Assignment | None]] = {
    "sign": work.sign,
    "report_in": work.report_in,
    "make_safe": work.make_safe,
    "plan": work.plan,
    "finish": work.finish,
    "return": work.send_back,
    "check": checking.answer,
    "ask_check": checking.ask,
    "assign": work.assign,
    "approve": whistling.approve,
    "refuse": whistling.refuse,
    "confirm_safe": work.confirm_safe,
    "blow": whistling.blow,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
    "settle": work.settle,
    "decline": work.decline,
    "verify": work.verify,
    "reject": work.back_to_work,
    "close": asking.close,
    "reopen": asking.reopen,
    "rate": whistling.rate,
    "dispute": responsibility.dispute,
    "rule": responsibility.rule,
    "withdraw": responsibility.withdraw,
    "extend": more_time.extend,
    "endorse": more_time.endorse,
    "grant": more_time.grant,
    "deny": more_time.deny,
    "suspend": more_time.suspend,
    "resume": more_time.resume,
    "appeal": more_time.appeal,
    "exempt": more_time.exempt,
    "uphold": more_time.uphold,
    "undo": undoing.undo,
    "answer": supervising.answer,
    "urge": supervising.urge,
    "supervise": supervising.supervise,
    "escalate": levels.escalate,
    "split": desk.split,
    "hand_to": desk.hand_to,
    "reach_milestone": milestones.reach,
    "add_milestone": milestones.add,
    "move_milestone": milestones.move,
    "call_in": milestones.call_in,
}

__all__ = ["EFFECTS", "STAMPS"]
