from django.urls import path

from grids.views import areas, patrols, tiles

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("at/", areas.sheet, name="sheet"),
    path("tiles/areas/<int:z>/<int:x>/<int:y>.mvt", tiles.areas, name="area_tile"),
    path("tiles/facilities/<int:z>/<int:x>/<int:y>.mvt", tiles.facilities, name="facility_tile"),
    path("locate/", areas.locate, name="locate"),
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
