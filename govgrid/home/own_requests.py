"""What waits for the data protection officer: requests about own data. Nobody is named here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.templatetags import gg
from govgrid.privacy.models import SubjectRequest
from govgrid.privacy.queries import DESK
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from govgrid.accounts.models import User

STATE = "request:open"


def register() -> None:
    """Called once at start-up."""
    gg.name_states({STATE: ("is-new", "s-new", pgettext_lazy("request", "To be answered"))})


def waiting(user: User) -> list[Group]:
    """Those with the least time left first; one's own is answered by somebody else."""
    if not user.has_perm("privacy.answer", DESK):
        return []
    found = SubjectRequest.objects.open().exclude(user=user.pk).order_by("due_on", "pk")
    rows = [_row(one) for one in found[: LIMIT + 1]]
    more = reverse("privacy:requests") if len(rows) > LIMIT else ""
    title = _("Requests about own data")
    return [Group("request", title, rows[:LIMIT], more)] if rows else []


def _row(one: SubjectRequest) -> Row:
    page = reverse("privacy:request", args=[one.pk])
    return Row(
        state=STATE, icon="shield", text="",
        title=gettext("Request: %(what)s") % {"what": one.get_kind_display()},
        url=page, number=str(one.pk), place="", who="", since=one.asked_at,
        act=Act(pgettext_lazy("button", "Answer"), page, "next", ""),
        # The whole day is still in time.
        due=clock.midnight(one.due_on + timedelta(days=1)) - timedelta(minutes=1),
    )  # fmt: skip
