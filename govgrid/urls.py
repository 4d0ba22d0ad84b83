"""Every address of the platform."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("govgrid.home.urls")),
    path("", include("govgrid.accounts.urls")),
    path("tickets/", include("tickets.urls")),
    path("grids/", include("grids.urls")),
    path("api/v1/", include("govgrid.api")),
    path("admin/", admin.site.urls),
]
