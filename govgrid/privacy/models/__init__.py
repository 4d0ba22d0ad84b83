"""The tables of privacy. Triggers keep the history of each."""

from govgrid.privacy.models.duties import ImpactAssessment, Processor
from govgrid.privacy.models.notices import Consent, Notice
from govgrid.privacy.models.readings import AccessChain, AccessLog, Alarm, RetentionRun
from govgrid.privacy.models.rights import Erasure, SubjectRequest

__all__ = [
    "AccessChain",
    "AccessLog",
    "Alarm",
    "Consent",
    "Erasure",
    "ImpactAssessment",
    "Notice",
    "Processor",
    "RetentionRun",
    "SubjectRequest",
]
