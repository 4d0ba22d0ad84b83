"""How a web server calls the platform."""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govgrid.settings")


class Request(WSGIRequest):
    """Takes a Content-Type that cannot be read for none at all.

    Django reads it before any of its error handling, so one odd header would be a 500.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            meta["CONTENT_TYPE"] = ""
            super()._set_content_type_params(meta)  # type: ignore[misc]


application = get_wsgi_application()
application.request_class = Request
