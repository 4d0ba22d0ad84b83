"""The only writer of areas, outlines, departments, posts, patrols, duties
and layers.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
from grids.actions.departments import import_departments
from grids.actions.duties import answer_duty, decide_duty, propose_duty
from grids.actions.handing import explain, hand_over, list_again, take_over
from grids.actions.layers import draw_piece, end_layer, import_layers, open_layer
from grids.actions.outlines import derive_outlines, import_outlines
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.posts import appoint, end_post
from grids.actions.teams import seat_office, unseat_office

__all__ = [
    "answer_duty",
    "appoint",
    "check_in",
    "decide_duty",
    "derive_outlines",
    "draw_piece",
    "end_layer",
    "end_patrol",
    "end_post",
    "explain",
    "hand_over",
    "import_areas",
    "import_departments",
    "import_layers",
    "import_outlines",
    "import_people",
    "list_again",
    "open_layer",
    "propose_duty",
    "seat_office",
    "start_patrol",
    "take_over",
    "unseat_office",
]
