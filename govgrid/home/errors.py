"""What is said when there is no view to say it: a page to a person, the one shape to a program."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def _answer(
    request: HttpRequest, status: int, code: str, detail: str, template: str
) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return render(request, template, status=status)
    error = {"code": code, "detail": detail, "attr": None}
    return JsonResponse({"type": "client_error", "errors": [error]}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 413, "too_large", _("The request is too large."), "413.html")
    return _answer(request, 400, "bad_request", _("The request cannot be read."), "400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request, 403, "permission_denied", _("Your post does not include this."), "403.html"
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "not_found", _("There is no such thing here."), "404.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = _("The CSRF token is missing or wrong.")
    return _answer(request, 403, "csrf_failed", detail, "403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nobody and translates nothing: whatever broke may be what that needs."""
    if request.path.startswith("/api/"):
        error = {"code": "error", "detail": "Something broke on our side.", "attr": None}
        return JsonResponse({"type": "server_error", "errors": [error]}, status=500)
    return HttpResponse(loader.render_to_string("500.html"), status=500)
