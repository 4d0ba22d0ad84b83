"""Every address of the platform."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("govgrid.home.urls")),
    path("", include("govgrid.accounts.urls")),
    path("tickets/", include("tickets.urls")),
    path("grids/", include("grids.urls")),
    path("api/v1/", include("govgrid.api")),
    # The admin's own sign-in knows no second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    path("admin/", admin.site.urls),
]
