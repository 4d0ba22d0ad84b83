"""What a liaison may do at a station. Posts over an area are in ``grids.roles``."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class StationRole(TextChoices):
    HEAD = "head", pgettext_lazy("station", "Head")
    LIAISON = "liaison", pgettext_lazy("station", "Liaison officer")


SERVE = frozenset(
    {
        "members.view_roster",
        "members.reveal",
        "members.serve_needs",
        "members.receive",
        "members.run_activity",
    }
)

MAY: dict[str, frozenset[str]] = {
    StationRole.HEAD: SERVE | {"members.keep_station", "members.edit_counsel"},
    StationRole.LIAISON: SERVE,
}
