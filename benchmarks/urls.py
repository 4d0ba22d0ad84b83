"""Every address of the platform, and a view that does nothing behind the very same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


# Posting to it needs no token of a form, as posting to the API needs none.
@csrf_exempt
@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


urlpatterns = [
    path("bench/bare/", bare),
    path("", include("govgrid.urls")),
]
