"""The only writer of areas, outlines, departments, posts, patrols and divisions.

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
from grids.actions.outlines import derive_outlines, import_outlines, keep_former
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.posts import appoint, end_post
from grids.actions.proposing import ask_proposal, import_blocks

__all__ = [
    "add_special",
    "answer_principle",
    "appoint",
    "ask_proposal",
    "begin_division",
    "check_in",
    "derive_outlines",
    "describe",
    "end_patrol",
    "end_post",
    "excuse",
    "import_areas",
    "import_blocks",
    "import_departments",
    "import_outlines",
    "import_people",
    "keep_former",
    "mend",
    "merge",
    "move",
    "move_border",
    "plan",
    "redo",
    "remove_special",
    "say_ending",
    "set_size",
    "split",
    "start_patrol",
    "take_effect",
    "take_over",
    "undo",
]
