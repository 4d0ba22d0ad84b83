"""The only writer of areas, outlines, departments, posts, patrols and what stands in an area.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
from grids.actions.counts import enter_counts, import_counts
from grids.actions.departments import import_departments
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
from grids.actions.registers import (
    import_compounds,
    import_facilities,
    import_facility_classes,
    import_organisations,
    import_service_points,
)
from grids.actions.renewals import add_milestone, end_renewal, mark_milestone, start_renewal

__all__ = [
    "add_milestone",
    "appoint",
    "check_in",
    "derive_outlines",
    "end_patrol",
    "end_post",
    "end_renewal",
    "enter_counts",
    "import_areas",
    "import_compounds",
    "import_counts",
    "import_departments",
    "import_facilities",
    "import_facility_classes",
    "import_organisations",
    "import_outlines",
    "import_people",
    "import_service_points",
    "keep_compound",
    "keep_facility",
    "keep_service_point",
    "mark_milestone",
    "place_again",
    "retire_compound",
    "retire_facility",
    "retire_service_point",
    "set_facility_state",
    "start_patrol",
    "start_renewal",
]
