"""What each move does to the rows, once ``actions.move`` has locked them and let it pass.

Nothing else calls these. Each gives the assignment that it touched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tickets.effects import merging, undoing, whistling, work
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
    "close": work.close,
    "reopen": work.back_to_work,
    "rate": whistling.rate,
    "undo": undoing.undo,
}

__all__ = ["EFFECTS", "STAMPS"]
