"""Load the tree of areas from a table, or outlines from a map. Safe to run again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from govgrid.core.errors import Refused
from govgrid.core.sheets import Cells, text_of
from grids import actions
from grids.actions.imports import Imported
from grids.management.sheet import ImportCommand
from grids.refusals import refuse_personal
from grids.rows import AREA_COLUMNS, AREA_REQUIRED

MAPS = {".geojson", ".json"}
# Names of one and the same pair of degrees, as "crs" members end.
SAME_CRS = ("4326", "4490", "CRS84")


class Command(ImportCommand):
    help = (
        "Load areas from a CSV (level, code, name, parent_code; kind, households, letters, wkt may"
        " be added) or outlines from a GeoJSON. Updates by code, deletes nothing."
    )
    columns = AREA_COLUMNS
    required = AREA_REQUIRED

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--valid-from", type=date.fromisoformat, help="first day of new areas (2026-01-01)"
        )
        parser.add_argument(
            "--outlines-key", default="", help="property of the GeoJSON that holds the code"
        )

    def rows(self, file: Path, options: dict[str, Any]) -> list[Cells]:
        options["is_map"] = file.suffix.lower() in MAPS
        if not options["is_map"]:
            return super().rows(file, options)
        self.features = list(enumerate(_features(text_of(file)), start=1))
        return [(number, _properties(feature)) for number, feature in self.features]

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        given = self.features if options["is_map"] else found
        bar = tqdm(given, unit=" rows", disable=options["verbosity"] < 1)
        if options["is_map"]:
            done = actions.import_outlines(bar, by=None, key=options["outlines_key"])
        else:
            done = actions.import_areas(bar, by=None, on=options["valid_from"])
        actions.derive_outlines(by=None)
        return done


def _features(text: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(_("The file is no GeoJSON: %s") % error) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise CommandError(_("The file is no GeoJSON: %s") % "FeatureCollection")
    _check_crs(content.get("crs"))
    refuse_personal(dict.fromkeys(name for one in features for name in _properties(one)))
    return features


def _check_crs(crs: Any) -> None:
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = str(named.get("name") if isinstance(named, dict) else crs)
    if crs is not None and not name.endswith(SAME_CRS):
        raise Refused("crs_unknown", _("The outline must be in WGS-84 or CGCS2000 degrees."))


def _properties(feature: dict[str, Any]) -> dict[str, str]:
    properties = feature.get("properties")
    return {str(k): str(v) for k, v in properties.items()} if isinstance(properties, dict) else {}
