"""Every address of the platform."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from grids import urls as grids
from tickets import urls as tickets

urlpatterns = [
    # First, as in govgrid.api: programs send the most, and every address before costs them.
    path("api/v1/", include("govgrid.api")),
    path("", include("govgrid.home.urls")),
    path("", include("govgrid.accounts.urls")),
    path("tickets/", include("tickets.urls")),
    path("track/", include(tickets.link)),
    path("grids/", include("grids.urls")),
    path("consultations/", include("consultations.urls")),
    path("members/", include("members.urls")),
    path("privacy/", include("govgrid.privacy.urls")),
    path("field/", include(grids.field)),
    # The admin's own sign-in knows no second factor.
    path(
        "admin/login/",
        login_not_required(RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    ),
    path("admin/", admin.site.urls),
]

handler400 = "govgrid.home.errors.bad_request"
handler403 = "govgrid.home.errors.forbidden"
handler404 = "govgrid.home.errors.not_found"
handler500 = "govgrid.home.errors.server_error"
