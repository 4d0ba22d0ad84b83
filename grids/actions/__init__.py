"""The only writer of areas, outlines, departments, posts and patrols.

Imports are all or nothing: they read every row, note all that is wrong, and write only when
nothing is.
"""

from grids.actions.areas import import_areas
from grids.actions.departments import import_departments
from grids.actions.outlines import derive_outlines, import_outlines
from grids.actions.patrols import check_in, end_patrol, start_patrol
from grids.actions.people import import_people
from grids.actions.posts import appoint, end_post

__all__ = [
    "appoint",
    "check_in",
    "derive_outlines",
    "end_patrol",
    "end_post",
    "import_areas",
    "import_departments",
    "import_outlines",
    "import_people",
    "start_patrol",
]
