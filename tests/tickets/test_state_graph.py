"""The whole table: no state is a trap, none is out of reach, and every arrow can be taken."""

import random
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import roles
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions
from tickets.forms.moves import move_form
from tickets.models import Ticket, TicketEvent
from tickets.offers import Offer
from tickets.templatetags import ticket_story
from tickets.workflow import ENDED, MOVES, On, State
from tickets.workflow.graph import BORN, LEADS_TO, arrows, diagram, reached_from, ways
from tickets.workflow.milestones import Dated

# Permissions that follow from the row itself, not from a role alone.
DERIVED = {"tickets.approve_whistle", "tickets.blow", "tickets.undo"}
# Where a move without a button among the others has its button.
PAGES = {"blow": "tickets:whistle", "undo": "tickets:act"}
# Suspended until a move leads there.
ASLEEP = set() if any(move.target == State.SUSPENDED for move in MOVES.values()) else {"suspended"}


# ── the graph ─────────────────────────────────────────────────────────────────────────────────


def test_every_state_is_reached_from_the_beginning():
    assert reached_from(BORN) | ASLEEP == set(State.values)


@pytest.mark.parametrize("state", sorted(set(State.values) - ASLEEP))
def test_no_state_is_a_trap(state):
    """From everywhere there is a way to an end, and to the good end unless it is over."""
    if state in ENDED:
        return
    assert State.CLOSED in reached_from(state)


@pytest.mark.parametrize("state", sorted(set(State.values) - ASLEEP - {State.DECLINED}))
def test_somebody_may_lead_out_of_every_state(state):
    """A way that nobody is allowed to go is none. What was declined is filed anew."""
    out = [one for one in arrows() if one.source == state and one.target != state]
    held = [
        one
        for one in out
        if one.verb != "undo"
        and (
            one.verb == "route"
            or MOVES[one.verb].permission in DERIVED
            or roles.holding(MOVES[one.verb].permission)
        )
    ]
    assert held


def test_what_is_said_of_targets_is_said_of_moves_and_fits_the_table():
    assert set(LEADS_TO) <= set(MOVES)
    for name, targets in LEADS_TO.items():
        assert MOVES[name].target in {None, *targets}, name


def test_the_diagram_draws_every_way_once():
    drawn = [line.split(":")[0].split() for line in diagram().splitlines()[1:]]
    told = {(source, target) for source, _arrow, target in drawn}
    assert len(told) == len(drawn)
    expected = {(source or "[*]", target) for source, some in ways().items() for target in some}
    assert told == expected | {(state, "[*]") for state in ENDED}


# ── every move ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", MOVES)
def test_every_move_has_an_endpoint_and_words_in_the_story(name):
    number = "YL20261122-000123-7"
    assert reverse("tickets:act", args=[number, name])
    assert reverse("api:act", args=[number, name])
    assert name in ticket_story.LOOKS or MOVES[name].target
    assert name in ticket_story._sentences()


@pytest.mark.parametrize("name", MOVES)
def test_every_move_has_a_button_that_asks_for_all_that_it_takes(town, cast, rf, name):
    move = MOVES[name]
    ticket = whistled(town, by=cast["head"], kind="hard")
    if move.is_quiet:
        try:
            assert reverse(PAGES.get(name, f"tickets:{name}"), args=[ticket.number])
        except NoReverseMatch:
            assert reverse(PAGES.get(name, "tickets:act"), args=[ticket.number, name])
        return
    one = ticket.assignments.get() if move.on is On.ASSIGNMENT else None
    offer = Offer(name, move, (), one)
    form = move_form(offer, ticket)
    # As when a word is wanted, so that nothing is folded away.
    form.want(dict.fromkeys(move.fields, "x"))
    shown = Offer(name, move, _words_lack(), one)
    page = render_to_string(
        "tickets/_move.html", {"offer": shown, "form": form, "ticket": ticket}, request=rf.get("/")
    )
    missing = [field for field in move.fields if f'name="{field}' not in page]
    # Said on another page, or by the rank that a report in asks for.
    # And some are asked for only where the ticket wants them.
    elsewhere = {"rank", "no_photo", "meets"}
    assert [field for field in missing if field not in elsewhere] == []


def _words_lack():
    from tickets.workflow import Lack  # noqa: PLC0415 beside the other words of the workflow

    return (Lack("note_needed", "x"),)


# ── what really happens ───────────────────────────────────────────────────────────────────────


def words(town, ticket, other):
    """Something sensible for every field that is known; a move of unknown fields gets the rest."""
    ahead = clock.today() + timedelta(days=20)
    return {
        "note": "说明", "suggested_owner": "供电公司", "department": town.urban, "rank": "head",
        "spoke_with": "店主", "until": ahead, "whistle_kind": "hard", "tried": "协调两次",
        "missing_power": "执法权", "into": other, "speed": 4, "quality": 3,
        "milestones": [Dated("扩容", ahead)], "milestone": ticket.milestones.first(),
        "due_on": ahead + timedelta(days=9), "return_reason": "not_ours", "reach": "grid",
        "no_photo": "夜间", "finding": "real", "meets": True, "within": "WD1", "amount": 1,
        "handler": None, "clock": None,
    }  # fmt: skip


@pytest.mark.slow
def test_whatever_is_tried_follows_an_arrow_of_the_graph(town, cast):
    chance = random.Random(6)  # noqa: S311 the same walk every time
    hazard = CategoryFactory(code="0102", hazard_limit="UH2")
    tickets = [
        *(routed(town, by=cast["worker"]) for _ in range(3)),
        *(whistled(town, by=cast["head"], kind="hard") for _ in range(2)),
        whistled(town, by=cast["worker"], category=hazard),
        whistled(town, by=cast["community"], kind="enforcement"),
        filed(town, by=cast["worker"], category=CategoryFactory(code="0999")),
    ]
    actions.route()
    for _ in range(1500):
        ticket, name = chance.choice(tickets), chance.choice([*MOVES])
        by = cast[chance.choice(["clerk", "urban", "community", "street", "head", "worker"])]
        said = words(town, ticket, chance.choice(tickets))
        given = {field: said[field] for field in MOVES[name].fields if said.get(field)}
        try:
            with transaction.atomic():
                actions.move(ticket, name, by=by, **given)
        except (Refused, PermissionDenied):
            continue
        actions.route()

    known = arrows()
    events = TicketEvent.objects.exclude(verb__in=["near", "over", "arrive"])
    strange = {
        (one.verb, one.before, one.after)
        for one in events
        if (one.verb, one.before, one.after) not in known
    }
    assert strange == set()
    # A walk that went nowhere would pass as well.
    assert len({one.verb for one in events}) > 20
    out = StringIO()
    call_command("check_clocks", stdout=out)
    assert Ticket.objects.count() == len(tickets)
