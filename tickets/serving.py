"""Hands out the file of a photo, once a view has checked who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tickets.models import Photo

HEADERS = {
    # For this person alone, and asked again each time: a reach may end.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    # A browser shows a picture alone in a page of its own making, with a style in it.
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def photo_response(request: HttpRequest, photo: Photo, *, small: bool) -> HttpResponse:
    """The JPEG under a name of ours, or 304; 404 when the file is gone."""
    name = f"{photo.public_id}-thumb" if small else str(photo.public_id)
    etag = quote_etag(name)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        file = photo.thumb if small else photo.image
        try:
            with file.storage.open(str(file.name)) as opened:
                response = HttpResponse(opened.read(), content_type="image/jpeg")
        except FileNotFoundError as error:
            raise Http404 from error
        response.headers["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    for header, value in {**HEADERS, "ETag": etag}.items():
        response.headers[header] = value
    return response
