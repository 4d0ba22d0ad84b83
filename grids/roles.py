"""The whole policy on one page: each role, where it is held, and what it may do there.

A role is code, a post is data. Stored by slug, never by path; a slug is never reused. A superuser
runs the platform and, without a post, may do none of this.
``over_area`` counts for the post's area and all beneath it. ``in_department`` counts for tickets
that were given to the post's department; the holder of an area's post answers for its office.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORK = frozenset({"tickets.view", "tickets.work"})
SEE = frozenset({"tickets.view"})
# Calling departments in, and putting together what is one matter.
CALL = frozenset({"tickets.whistle", "tickets.whistle_emergency", "tickets.merge"})
# What stands in an area; in a department, the state of the facilities that it owns.
KEEP = frozenset({"grids.keep_places"})
# How departments are scored on average; a single score is for the two whom it concerns.
AVERAGES = frozenset({"tickets.see_scores"})
# Drafts of a new division of a community; who draws one does not decide on it.
DRAW = frozenset({"grids.view_division", "grids.draw"})
DECIDE = frozenset({"grids.view_division", "grids.approve_division"})
# Who is here, what the grids are asked to do, and who answers for which piece of the map.
OVERSEE = frozenset({"grids.oversee"})
# Handing the posts beneath one's own to the next, and the grid's team.
STAFF = OVERSEE | {"grids.hand_over", "grids.propose_duty"}
# Deciding what gets onto the task list.
ADMIT = OVERSEE | {"grids.propose_duty", "grids.admit_duty"}
# A department asks for duties and reads what became of its own.
OWN = frozenset({"grids.oversee", "grids.propose_duty"})


@dataclass(frozen=True)
class Role:
    """``side`` says what a post of this role names: an area, a department, or either."""

    label: str | Promise
    side: str
    over_area: frozenset[str] = field(default_factory=frozenset)
    in_department: frozenset[str] = field(default_factory=frozenset)


ROLES: dict[str, Role] = {
    "grid_worker": Role(
        _("Grid worker"),
        "area",
        over_area=SEE
        | {
            "tickets.file",
            "tickets.settle",
            "tickets.verify",
            "tickets.reopen",
            "tickets.whistle_emergency",
            "grids.patrol",
            "grids.do_duty",
        },
    ),
    "community_officer": Role(
        _("Community officer"),
        "area",
        over_area=SEE
        | CALL
        | DRAW
        | STAFF
        | {
            "tickets.file",
            "tickets.settle",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
            "tickets.rate",
            "grids.do_duty",
        }
        | KEEP,
        in_department=WORK,
    ),
    "street_desk": Role(
        _("Street desk"),
        "area",
        over_area=SEE
        | CALL
        | AVERAGES
        | DRAW
        | STAFF
        | {
            "tickets.approve",
            "tickets.file",
            "tickets.triage",
            "tickets.settle",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
        }
        | KEEP,
        in_department=WORK,
    ),
    "street_head": Role(
        _("Street head"),
        "area",
        over_area=SEE
        | CALL
        | AVERAGES
        | DECIDE
        | ADMIT
        | {
            "tickets.approve",
            "tickets.approve_hard",
            "tickets.file",
            "tickets.triage",
            "tickets.close",
            "tickets.reopen",
        },
        in_department=WORK,
    ),
    "department_clerk": Role(_("Department clerk"), "department", in_department=WORK | OWN | KEEP),
    "department_head": Role(_("Department head"), "department", in_department=WORK | OWN | KEEP),
    "district_command": Role(
        _("District command"),
        "area",
        over_area=SEE
        | AVERAGES
        | DECIDE
        | ADMIT
        | {
            "tickets.file",
            "tickets.triage",
            "tickets.reopen",
            "tickets.reveal_contact",
            "tickets.set_limits",
            "tickets.whistle_emergency",
            "grids.keep_layers",
        },
    ),
    "roster_admin": Role(_("Roster administrator"), "area"),
    "convenor": Role(_("Convenor"), "area"),
    "screener": Role(_("Screener"), "area"),
    "recorder": Role(_("Recorder"), "area"),
    "auditor": Role(
        _("Auditor"), "area", over_area=SEE | AVERAGES | OVERSEE | {"grids.view_division"}
    ),
    "system_admin": Role(
        _("System administrator"),
        "area",
        over_area=SEE | DRAW | STAFF | KEEP | {"grids.appoint", "grids.bring", "grids.keep_layers"},
    ),
    "member": Role(_("Roster member"), "area"),
    "resident": Role(_("Resident"), "area"),
    "api_client": Role(_("API client"), "area", over_area=SEE | {"tickets.file"}),
}

CHOICES = [(slug, role.label) for slug, role in ROLES.items()]
AREA_ROLES = tuple(slug for slug, role in ROLES.items() if role.side == "area")
DEPARTMENT_ROLES = tuple(slug for slug, role in ROLES.items() if role.side == "department")


def holding(permission: str) -> list[str]:
    """The roles that carry ``permission`` on either side."""
    return [
        slug
        for slug, role in ROLES.items()
        if permission in role.over_area or permission in role.in_department
    ]
