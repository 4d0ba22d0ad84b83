"""How often somebody who has not signed in may ask for what is dear to answer.

Counted by the caller's address, for a minute, in the shared cache; where that is away nobody is
held up. The address itself is not kept: only a keyed digest of it, as long as the count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from govgrid.core.addresses import network_of

View = Callable[..., Any]
MINUTE = 60


def seconds_to_wait(scope: str, caller: str, most: int) -> int:
    """Count one more request of ``caller`` this minute; 0 as long as it is not one too many."""
    now = int(time.time())
    name = salted_hmac("govgrid.core.throttle", caller, algorithm="sha256").hexdigest()[:24]
    key = f"asked:{scope}:{name}:{now // MINUTE}"
    cache.add(key, 0, MINUTE)
    try:
        number = cache.incr(key)
    except ValueError:  # dropped between the two
        return 0
    return MINUTE - now % MINUTE if number > most else 0


def limited(
    scope: str, most: int, is_counted: Callable[[HttpRequest], bool] = lambda _request: True
) -> Callable[[View], View]:
    """Let nobody who is signed out ask a view more than ``most`` times a minute: 429 after that."""

    def wrap(view: View) -> View:
        @wraps(view)
        def held(request: HttpRequest, *args: Any, **named: Any) -> Any:
            if is_counted(request):
                wait = seconds_to_wait(scope, network_of(request), most)
                # Who it is is looked up only where it matters: a tile has no time for that.
                if wait and not request.user.is_authenticated:
                    return _too_many(request, wait)
            return view(request, *args, **named)

        return held

    return wrap


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    if "text/html" in request.headers.get("Accept", ""):
        response = render(request, "429.html", {"seconds": wait}, status=429)
    else:
        words = _("Too many requests from here. Try again in %(seconds)s seconds.")
        response = HttpResponse(
            words % {"seconds": wait}, status=429, content_type="text/plain; charset=utf-8"
        )
    response.headers["Retry-After"] = str(wait)
    response.headers["Cache-Control"] = "no-store"
    return response
