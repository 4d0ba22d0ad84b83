from django.urls import path

from grids.views import areas, patrols, places

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("outlines/", areas.outlines, name="outlines"),
    path("locate/", areas.locate, name="locate"),
    path("compounds/", places.compounds, name="compounds"),
    path("compounds/<slug:code>/", places.compound, name="compound"),
    path("facilities/", places.facilities, name="facilities"),
    path("facilities/<slug:code>/", places.facility, name="facility"),
    path("service-points/", places.service_points, name="service_points"),
    path("<slug:code>/", areas.area_detail, name="detail"),
]

# The grid worker's own page: hung at /field/, with names of its own.
field = (
    [
        path("", patrols.today, name="today"),
        path("start/", patrols.start, name="start"),
        path("<int:pk>/check-in/", patrols.check_in, name="check_in"),
        path("<int:pk>/end/", patrols.end, name="end"),
        path("mine/", patrols.mine, name="mine"),
        path("ledger/", patrols.ledger_page, name="ledger"),
    ],
    "field",
)
