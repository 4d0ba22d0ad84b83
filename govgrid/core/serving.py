"""How a vector tile goes over the wire: packed once, and not at all to a browser that has it."""

from __future__ import annotations

import gzip
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

MVT = "application/vnd.mapbox-vector-tile"


def etag_of(*said: object) -> str:
    """A weak one: packed and unpacked are the same tile."""
    return f'W/"{blake2b(repr(said).encode(), digest_size=12).hexdigest()}"'


def tile(request: HttpRequest, packed: bytes, *, etag: str, seconds: int) -> HttpResponseBase:
    """The answer with a tile of gzip bytes, or 304."""
    has_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if has_gzip else gzip.decompress(packed), content_type=MVT)
    if has_gzip:
        response["Content-Encoding"] = "gzip"
    return _signed(request, response, etag=etag, seconds=seconds)


def not_modified(request: HttpRequest, *, etag: str, seconds: int) -> HttpResponseBase | None:
    """304 to a browser that has the tile, before anybody looks for it; else None."""
    response = _signed(request, HttpResponse(), etag=etag, seconds=seconds)
    return response if response.status_code == 304 else None


def _signed(
    request: HttpRequest, response: HttpResponse, *, etag: str, seconds: int
) -> HttpResponseBase:
    response["ETag"] = etag
    # Another person at the same browser has another cookie, and so another copy.
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    patch_cache_control(response, private=True, max_age=seconds)
    return get_conditional_response(request, etag=etag, response=response) or response
