"""The public page, the two switches of every page, and what an operator asks."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from prometheus_client import CONTENT_TYPE_LATEST

from govgrid.accounts import actions
from govgrid.accounts.language import YEAR, speak
from govgrid.core.addresses import ours
from govgrid.core.throttle import limited
from govgrid.home import around, finding, health, metrics
from govgrid.home.around import WhereForm
from govgrid.home.context import LARGE_COOKIE

# Nobody types that fast, though many phones share one address of a carrier.
SEARCHES_A_MINUTE = 60


@login_not_required
@require_GET
@limited("search", SEARCHES_A_MINUTE, lambda request: bool(request.GET.get("q")))
def home(request):
    """What this is, and what there is to know of the place that was asked for."""
    form = WhereForm(request.GET)
    found = around.here(form)
    context = {
        "form": form,
        "here": found,
        "is_outside": found is None and bool(form.point() or form.code),
        "meant": finding.find(form.words) if form.words else None,
    }
    return render(request, "home/home.html", context)


def _back(request):
    return HttpResponseRedirect(ours(request.POST.get("next", ""), request) or "/")


@login_not_required
@require_POST
def language(request):
    """Kept with the person where there is one, and in a cookie for this browser."""
    response = _back(request)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            actions.set_language(request.user, code, by=request.user)
        speak(response, code)
    return response


@login_not_required
@require_POST
def type_size(request):
    """Large type is a matter of this screen, so it stays in the browser."""
    response = _back(request)
    if request.POST.get("large") == "1":
        response.set_cookie(
            LARGE_COOKIE,
            "large",
            max_age=YEAR,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
    else:
        response.delete_cookie(LARGE_COOKIE, samesite="Lax")
    return response


@login_not_required
@require_GET
def favicon(request):
    """Browsers ask for it wherever no page names one, as in the admin."""
    return HttpResponseRedirect(static("core/logo.svg"))


@login_not_required
@require_GET
@never_cache
def healthz(request):
    """The process lives. Asks nobody, so that a slow database does not get the web restarted."""
    return JsonResponse({"web": "ok"})


@login_not_required
@require_GET
@never_cache
def readyz(request):
    said = health.check()
    is_ready = all(word == "ok" for word in said.values())
    return JsonResponse(said, status=200 if is_ready else 503, json_dumps_params={"indent": 0})


@login_not_required
@require_GET
@never_cache
def metrics_page(request):
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)
