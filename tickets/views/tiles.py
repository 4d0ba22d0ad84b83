"""The browser's way to the open tickets on the map."""

from django.http import Http404
from django.views.decorators.http import require_GET

from govgrid.core import serving
from govgrid.core.tiles import Tile
from tickets import tiles


@require_GET
def tickets(request, z, x, y):
    """Marks of what this person may see and is open; closed tickets never."""
    tile = Tile(z, x, y)
    if not tile.exists:
        raise Http404
    packed = tiles.tickets(tile, tiles.scope_of(request.user))
    return serving.tile(request, packed, etag=serving.etag_of(packed), seconds=tiles.SECONDS)
