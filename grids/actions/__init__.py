"""The only writer of areas, outlines, departments, posts, patrols, divisions, duties and layers.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
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
from grids.actions.duties import answer_duty, decide_duty, propose_duty
from grids.actions.handing import explain, hand_over, list_again, take_post
from grids.actions.layers import draw_piece, end_layer, import_layers, open_layer
from grids.actions.outlines import derive_outlines, import_outlines
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.posts import appoint, end_post
from grids.actions.proposing import ask_proposal, import_blocks
from grids.actions.teams import seat_office, unseat_office

__all__ = [
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
    "excuse",
    "explain",
    "hand_over",
    "import_areas",
    "import_blocks",
    "import_departments",
    "import_layers",
    "import_outlines",
    "import_people",
    "list_again",
    "mend",
    "merge",
    "move",
    "move_border",
    "open_layer",
    "plan",
    "propose_duty",
    "redo",
    "remove_special",
    "say_ending",
    "seat_office",
    "set_size",
    "split",
    "start_patrol",
    "take_effect",
    "take_over",
    "take_post",
    "undo",
    "unseat_office",
]
