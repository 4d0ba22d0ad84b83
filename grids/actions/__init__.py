"""The only writer of areas, outlines, departments, posts, patrols, duties, layers and what stands
in an area.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
from grids.actions.counts import enter_count, import_counts
from grids.actions.departments import import_departments
from grids.actions.duties import answer_duty, decide_duty, propose_duty
from grids.actions.handing import explain, hand_over, list_again, take_over
from grids.actions.layers import draw_piece, end_layer, import_layers, open_layer
from grids.actions.outlines import derive_outlines, import_outlines
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.places import keep_place, place_again, set_facility_state
from grids.actions.posts import appoint, end_post
from grids.actions.registers import (
    import_compounds,
    import_facilities,
    import_facility_classes,
    import_organisations,
    import_service_points,
)
from grids.actions.renewals import (
    plan_milestone,
    plan_renewal,
    reach_milestone,
    set_renewal_state,
)
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
    "enter_count",
    "explain",
    "hand_over",
    "import_areas",
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
    "keep_place",
    "list_again",
    "open_layer",
    "place_again",
    "plan_milestone",
    "plan_renewal",
    "propose_duty",
    "reach_milestone",
    "seat_office",
    "set_facility_state",
    "set_renewal_state",
    "start_patrol",
    "take_over",
    "unseat_office",
]
