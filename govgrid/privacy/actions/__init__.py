"""The only writer of what people agreed to, what was read, what they ask for and what is erased."""

from govgrid.privacy.actions.agreeing import give_consent, publish_notice, withdraw_consent
from govgrid.privacy.actions.reading import note_reading, reveal
from govgrid.privacy.actions.resealing import reblind, reseal

__all__ = [
    "give_consent",
    "note_reading",
    "publish_notice",
    "reblind",
    "reseal",
    "reveal",
    "withdraw_consent",
]
