"""How many corners an outline may have, counted in its text before anything is made of it."""

import re

# One outline; the 13 districts of a city have 1,600 together in a coarse map.
MOST_VERTICES = 250_000
MOST_VERTICES_A_FILE = 4_000_000

# A corner in hexadecimal WKB: two numbers of eight bytes.
HEX_A_CORNER = 32
_HEX = re.compile(r"[0-9A-Fa-f]{2,}")


def vertices_in(given: str) -> int:
    """About how many corners a text of WKT, GeoJSON or hexadecimal WKB holds; never far too few."""
    if "," not in given:
        return len(given) // HEX_A_CORNER if _HEX.fullmatch(given) else 1
    commas = given.count(",")
    # In GeoJSON one stands between the two numbers as well.
    return commas // 2 if "{" in given[:100] else commas + 1
