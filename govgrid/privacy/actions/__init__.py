"""The only writer of what people agreed to, what was read, what they ask for and what is erased."""

from govgrid.privacy.actions.agreeing import (
    agree_again,
    give_consent,
    publish_notice,
    withdraw_consent,
    withdraw_own,
)
from govgrid.privacy.actions.asking import alarm_overdue, answer, ask, refuse
from govgrid.privacy.actions.chaining import check_days, link_days
from govgrid.privacy.actions.reading import note_reading, reveal
from govgrid.privacy.actions.resealing import reblind, reseal

__all__ = [
    "agree_again",
    "alarm_overdue",
    "answer",
    "ask",
    "check_days",
    "give_consent",
    "link_days",
    "note_reading",
    "publish_notice",
    "reblind",
    "refuse",
    "reseal",
    "reveal",
    "withdraw_consent",
    "withdraw_own",
]
