"""What beat starts, and how often. A sweep finds what a lost wake-up left."""

from __future__ import annotations

from typing import Any


def schedule(seconds: float, *, has_members: bool) -> dict[str, dict[str, Any]]:
    """``seconds`` between two sweeps; without the roster none of its tasks is started."""
    entries: dict[str, dict[str, Any]] = {
        "find unrouted tickets": {"task": "tickets.tasks.sweep", "schedule": seconds},
        "fire clocks": {"task": "tickets.tasks.fire_clocks", "schedule": seconds},
        "redden cards": {"task": "tickets.tasks.redden_cards", "schedule": seconds},
        "go on with what stood still": {
            "task": "tickets.tasks.resume_suspended",
            "schedule": seconds,
        },
        "follow the calendar": {"task": "tickets.tasks.recompute_clocks", "schedule": seconds},
        "redraw the map": {"task": "grids.tasks.take_effect", "schedule": seconds},
        "count what is open for the map": {"task": "tickets.tasks.roll_up", "schedule": 60},
        "count what was settled at each level": {
            "task": "tickets.tasks.tally_levels",
            "schedule": 600,
        },
        "count all months by level": {"task": "tickets.tasks.tally_all_levels", "schedule": 86_400},
        # Behind an hour of reading they would pile up: one that was not taken in time is let go.
        "find forgotten proposals": {
            "task": "grids.tasks.sweep_proposals",
            "schedule": seconds,
            "options": {"expires": seconds},
        },
        "move topics on": {"task": "consultations.tasks.fire_topics", "schedule": seconds},
        "follow what was promised": {
            "task": "consultations.tasks.fire_promises",
            "schedule": seconds,
        },
        "draw what unites and what divides": {
            "task": "consultations.tasks.draw_maps",
            "schedule": 600,
            "options": {"expires": 600},
        },
        "remind of sessions": {
            "task": "consultations.tasks.remind_of_sessions",
            "schedule": seconds,
        },
        "open and close ballots": {
            "task": "consultations.tasks.fire_ballots",
            "schedule": seconds,
        },
        "close rounds of claiming": {
            "task": "consultations.tasks.close_pools",
            "schedule": seconds,
        },
        "watch seats": {"task": "consultations.tasks.watch_seats", "schedule": 3600},
        "tell who follows": {"task": "consultations.tasks.send_digests", "schedule": 600},
        "call seats": {"task": "consultations.tasks.call_seats", "schedule": seconds},
        "end needs": {"task": "members.tasks.fire_needs", "schedule": 3600},
        "make reception slots": {"task": "members.tasks.make_slots", "schedule": 86_400},
        "remind of receptions": {
            "task": "members.tasks.remind_of_receptions",
            "schedule": seconds,
        },
        "ask departments for what a leader wrote": {
            "task": "members.tasks.fire_instructions",
            "schedule": seconds,
        },
        "remind of grants that end": {"task": "members.tasks.remind_of_grants", "schedule": 3600},
        "publish the figures of a quarter": {
            "task": "members.tasks.freeze_figures",
            "schedule": 3600,
        },
        "find unsent messages": {"task": "govgrid.outbox.tasks.sweep", "schedule": seconds},
        "find files to read": {
            "task": "grids.tasks.work_off_uploads",
            "schedule": seconds,
            "options": {"expires": seconds},
        },
        "erase what is past its time": {"task": "govgrid.privacy.tasks.retain", "schedule": 86_400},
        "link readings": {"task": "govgrid.privacy.tasks.link_readings", "schedule": 43_200},
        "find late answers": {"task": "govgrid.privacy.tasks.watch_requests", "schedule": 3600},
    }
    return {
        name: entry
        for name, entry in entries.items()
        if has_members or not entry["task"].startswith("members.")
    }
