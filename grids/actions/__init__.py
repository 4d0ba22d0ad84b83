"""The only writer of areas and outlines, what stands in them, departments, posts, patrols, duties.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
from grids.actions.counts import enter_counts, import_counts
from grids.actions.departments import import_departments
from grids.actions.divisions import (
    answer_principle,
    excuse,
    move,
    plan,
    say_ending,
    set_size,
    take_effect,
)
from grids.actions.drawing import (
    add_special,
    begin_division,
    describe,
    mend,
    merge,
    move_border,
    redo,
    remove_special,
    split,
    take_over,
    undo,
)
from grids.actions.duties import answer_duty, decide_duty, propose_duty, propose_duty_once
from grids.actions.handing import explain, hand_over, list_again, take_post
from grids.actions.layers import draw_piece, end_layer, import_layers, open_layer
from grids.actions.outlines import derive_outlines, import_outlines
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.places import (
    keep_compound,
    keep_facility,
    keep_service_point,
    place_again,
    retire_compound,
    retire_facility,
    retire_service_point,
    set_facility_state,
)
from grids.actions.posts import appoint, end_post
from grids.actions.proposing import ask_proposal, import_blocks
from grids.actions.rebasing import rebase
from grids.actions.registers import (
    import_compounds,
    import_facilities,
    import_facility_classes,
    import_organisations,
    import_service_points,
)
from grids.actions.renewals import add_milestone, end_renewal, mark_milestone, start_renewal
from grids.actions.teams import seat_office, unseat_office

__all__ = [
    "add_milestone",
    "add_special",
    "answer_duty",
    "answer_principle",
    "appoint",
    "ask_proposal",
    "begin_division",
    "check_in",
    "decide_duty",
    "derive_outlines",
    "describe",
    "draw_piece",
    "end_layer",
    "end_patrol",
    "end_post",
    "end_renewal",
    "enter_counts",
    "excuse",
    "explain",
    "hand_over",
    "import_areas",
    "import_blocks",
    "import_compounds",
    "import_counts",
    "import_departments",
    "import_facilities",
    "import_facility_classes",
    "import_layers",
    "import_organisations",
    "import_outlines",
    "import_people",
    "import_service_points",
    "keep_compound",
    "keep_facility",
    "keep_service_point",
    "list_again",
    "mark_milestone",
    "mend",
    "merge",
    "move",
    "move_border",
    "open_layer",
    "place_again",
    "plan",
    "propose_duty",
    "propose_duty_once",
    "rebase",
    "redo",
    "remove_special",
    "retire_compound",
    "retire_facility",
    "retire_service_point",
    "say_ending",
    "seat_office",
    "set_facility_state",
    "set_size",
    "split",
    "start_patrol",
    "start_renewal",
    "take_effect",
    "take_over",
    "take_post",
    "undo",
    "unseat_office",
]
