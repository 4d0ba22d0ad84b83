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

# Notes among those who handle a ticket.
NOTES = frozenset({"tickets.read_notes", "tickets.write_note"})
WORK = NOTES | {"tickets.view", "tickets.work"}
# Words ready to hand for the notes of moves.
WORDS = frozenset({"tickets.set_templates"})
SEE = frozenset({"tickets.view"})
# Agreeing for the department that it asks for more time.
HEAD = WORK | {"tickets.endorse"}
# What the desk decides on others' time and on whose it is; an exemption takes two of who may.
DECIDE_ON = frozenset({"tickets.rule", "tickets.grant", "tickets.suspend"})
EXEMPT = frozenset({"tickets.exempt"})
# Calling departments in, and putting together what is one matter.
CALL = frozenset({"tickets.whistle", "tickets.whistle_emergency", "tickets.merge"})
# What stands in an area; in a department, the state of the facilities that it owns.
KEEP = frozenset({"grids.keep_places"})
# Taking a matter up a level, from one's own or from one beneath it.
RAISE = frozenset({"tickets.escalate"})
# At which level matters are settled, and how often streets whistle.
FIGURES = frozenset({"tickets.see_levels"})
# Calling departments to one table, and moving what they promised there.
MEET = frozenset({"tickets.hold_meeting"})
# How departments are scored on average; a single score is for the two whom it concerns.
AVERAGES = frozenset({"tickets.see_scores"})
# Urging, and asking a department to account for what is late.
SUPERVISE = frozenset({"tickets.supervise"})
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
# Topics before they are public, of all platforms in the area.
LISTEN = frozenset({"consultations.view"})
SCREEN = LISTEN | {"consultations.screen", "consultations.moderate"}
CONVENE = LISTEN | {
    "consultations.convene",
    "consultations.reopen",
    "consultations.moderate",
    "consultations.plan",
}
RECORD = LISTEN | {"consultations.record", "consultations.enter", "consultations.moderate"}
# Filing a covenant at the street, and checking it by law.
FILE = frozenset({"consultations.file_covenant"})
# What silence took up, what is not answered, and who sits where.
WATCH = SCREEN | {"consultations.supervise", "consultations.reopen", "consultations.keep"}
# Having seen that somebody lives there, so that he may vote.
VOUCH = frozenset({"consultations.vouch"})
# Making a topic of a ticket that many are concerned with.
TAKE_IN = frozenset({"consultations.take_in"})
# Saying yes or no to what a consultation asks of a department.
ANSWER = frozenset({"consultations.answer"})
# The roster: reading it within reach, and serving it. Every list of it is on record.
ROSTER = frozenset(
    {
        "members.view_roster",
        "members.keep_roster",
        "members.reveal",
        "members.keep_network",
        "members.keep_station",
        "members.serve_needs",
        "members.receive",
        "members.run_activity",
        "members.edit_counsel",
        "members.grant_duty",
        "members.see_figures",
    }
)
# A leader notes on a brief what is to be done; who governs may grant a duty.
INSTRUCT = frozenset({"members.instruct", "members.see_figures"})
# Entering what somebody needs who has no login.
NEEDS = frozenset({"members.enter_need"})
# A department answers what a leader noted.
HEED = frozenset({"members.answer_counsel"})


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
        | NOTES
        | NEEDS
        | {
            "tickets.file",
            "tickets.settle",
            "tickets.check",
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
        | RAISE
        | FIGURES
        | NOTES
        | DRAW
        | STAFF
        | TAKE_IN
        | NEEDS
        | {
            "tickets.file",
            "tickets.settle",
            "tickets.check",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
            "tickets.rate",
            "grids.do_duty",
        }
        | KEEP
        | VOUCH,
        in_department=HEAD | ANSWER | HEED,
    ),
    "street_desk": Role(
        _("Street desk"),
        "area",
        over_area=SEE
        | CALL
        | RAISE
        | FIGURES
        | MEET
        | AVERAGES
        | NOTES
        | WORDS
        | DRAW
        | STAFF
        | DECIDE_ON
        | TAKE_IN
        | NEEDS
        | {
            "tickets.approve",
            "tickets.file",
            "tickets.triage",
            "tickets.settle",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
        }
        | KEEP
        | VOUCH
        | FILE,
        in_department=WORK | ANSWER | HEED,
    ),
    "street_head": Role(
        _("Street head"),
        "area",
        over_area=SEE
        | CALL
        | RAISE
        | FIGURES
        | MEET
        | AVERAGES
        | NOTES
        | WORDS
        | DECIDE
        | ADMIT
        | SUPERVISE
        | DECIDE_ON
        | EXEMPT
        | WATCH
        | FILE
        | TAKE_IN
        | INSTRUCT
        | {
            "tickets.approve",
            "tickets.approve_hard",
            "tickets.set_rules",
            "tickets.file",
            "tickets.triage",
            "tickets.close",
            "tickets.reopen",
        },
        in_department=HEAD | ANSWER | HEED,
    ),
    "department_clerk": Role(
        _("Department clerk"), "department", in_department=WORK | OWN | KEEP | ANSWER | HEED
    ),
    "department_head": Role(
        _("Department head"),
        "department",
        in_department=HEAD | WORDS | OWN | KEEP | ANSWER | HEED | {"grids.hand_over"},
    ),
    "district_command": Role(
        _("District command"),
        "area",
        over_area=SEE
        | RAISE
        | FIGURES
        | MEET
        | AVERAGES
        | NOTES
        | WORDS
        | DECIDE
        | ADMIT
        | SUPERVISE
        | DECIDE_ON
        | EXEMPT
        | WATCH
        | TAKE_IN
        | INSTRUCT
        | {
            "tickets.file",
            "tickets.triage",
            "tickets.reopen",
            "tickets.reveal_contact",
            "tickets.set_limits",
            "tickets.set_terms",
            "tickets.call_back",
            "tickets.set_rules",
            "tickets.whistle_emergency",
            "grids.keep_layers",
        },
    ),
    "roster_admin": Role(_("Roster administrator"), "area", over_area=ROSTER | NEEDS),
    "convenor": Role(_("Convenor"), "area", over_area=CONVENE),
    "screener": Role(_("Screener"), "area", over_area=SCREEN),
    "recorder": Role(_("Recorder"), "area", over_area=RECORD),
    "auditor": Role(
        _("Auditor"),
        "area",
        over_area=SEE
        | AVERAGES
        | FIGURES
        | OVERSEE
        | LISTEN
        | frozenset({"members.see_figures"})
        | {"tickets.read_notes", "grids.view_division", "privacy.audit"},
    ),
    # Told of alarms, and answers what people ask about their own data; reads none of it.
    "data_officer": Role(
        _("Data protection officer"),
        "area",
        over_area=frozenset({"privacy.watch", "privacy.answer", "privacy.audit"}),
    ),
    "system_admin": Role(
        _("System administrator"),
        "area",
        over_area=SEE
        | DRAW
        | STAFF
        | KEEP
        | {"grids.appoint", "grids.bring", "grids.keep_layers", "consultations.keep"},
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
