"""What must stand before anybody is asked to join, and what somebody gives who does."""

from datetime import timedelta

from govgrid.core import clock
from govgrid.privacy.models import ImpactAssessment
from members.actions import Joining, Login
from members.invitesheet import Invitee
from members.workflow.roster import Purpose
from tests.factories.members import notice

PASSWORD = "a-long-Word-27"
PHONE = "13812345678"


def assess(*scopes: str) -> None:
    """As the office signs it."""
    for scope in scopes or ("members",):
        ImpactAssessment.objects.get_or_create(
            scope=scope,
            signed_on=clock.today() - timedelta(days=1),
            defaults={
                "signed_by_name": "Office",
                "document_hash": "0" * 64,
                "review_on": clock.today() + timedelta(days=365),
            },
        )


def agreed(*purposes: str) -> dict[str, int]:
    return {str(one): notice(one).pk for one in (Purpose.ROSTER, *purposes)}


def giving(*purposes: str, **more) -> Joining:
    values = {"name": "曾志远", "is_grown_up": True, "agreed": agreed(*purposes)}
    return Joining(**{**values, **more})


def login(username: str = "zengzhiyuan") -> Login:
    return Login(username, PASSWORD)


def somebody(n: int = 0, **more) -> Invitee:
    return Invitee(more.pop("name", "曾志远"), f"1381234{n:04d}", **more)
