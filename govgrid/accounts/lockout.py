"""What somebody sees after too many wrong passwords."""

import math
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from govgrid.accounts.backends import find
from govgrid.accounts.models import User


def canonical(identifier: str) -> str:
    """One name for one person however it is typed, or each way of typing had five tries."""
    user = find(identifier)
    # Spelt as a known name would be: a count that differs would tell which names exist.
    return user.username if user else User.normalize_username(identifier).upper().lower()


def minutes(request: HttpRequest) -> int:
    cool_off = get_cool_off(request)
    return math.ceil(cool_off.total_seconds() / 60) if cool_off else 0


def tries_left(request: HttpRequest, username: str) -> int:
    credentials = {"username": username}
    used = AxesProxyHandler.get_failures(request, credentials)
    return max(get_failure_limit(request, credentials) - used, 0)


def respond(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """Called by django-axes in place of the answer; a program gets the one shape of errors."""
    wait = minutes(request)
    if request.path.startswith("/api/"):
        detail = _("Too many wrong passwords. Try again in %(minutes)s minutes.") % {
            "minutes": wait
        }
        error = {"code": "locked_out", "detail": detail, "attr": None}
        answer: HttpResponse = JsonResponse({"type": "client_error", "errors": [error]}, status=429)
    else:
        answer = render(request, "accounts/locked_out.html", {"minutes": wait}, status=429)
    answer.headers["Retry-After"] = str(wait * 60)
    return answer
