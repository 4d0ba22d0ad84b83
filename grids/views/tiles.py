"""The browser's way to the map: vector tiles of areas and of what stands in them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.views.decorators.http import require_GET

from govgrid.core import serving
from govgrid.core.throttle import limited
from govgrid.core.tiles import Tile
from grids import tiles

# An address that names the edition never changes what it gives; another is asked again soon.
DAY, MINUTE = 86_400, 60
# Thirty whole maps: many phones share one address of a carrier.
TILES_A_MINUTE = 1200


# Where a grid ends is no secret: the public page shows it too.
@login_not_required
@require_GET
@limited("tiles", TILES_A_MINUTE)
def areas(request, z, x, y):
    """Outlines and names; 304 to a browser that has them, without looking for them."""
    tile = Tile(z, x, y)
    if not tile.exists:
        raise Http404
    edition = tiles.edition()
    signed = {
        "etag": serving.etag_of("areas", edition, tile),
        "seconds": DAY if request.GET.get("v") == edition else MINUTE,
    }
    return serving.not_modified(request, **signed) or serving.tile(
        request, tiles.areas(tile, edition), **signed
    )


@require_GET
def facilities(request, z, x, y):
    """Marks of public facilities; from afar none."""
    tile = Tile(z, x, y)
    if not tile.exists:
        raise Http404
    packed = tiles.facilities(tile)
    return serving.tile(request, packed, etag=serving.etag_of(packed), seconds=MINUTE)
