from django.urls import path

from grids.views import areas, keeping, patrols, places

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("outlines/", areas.outlines, name="outlines"),
    path("locate/", areas.locate, name="locate"),
    path("compounds/", places.compounds, name="compounds"),
    path("compounds/<slug:code>/renewal/", keeping.renewal_start, name="renewal_start"),
    path("renewals/<int:pk>/end/", keeping.renewal_end, name="renewal_end"),
    path("renewals/<int:pk>/milestones/", keeping.milestone_add, name="milestone_add"),
    path("milestones/<int:pk>/", keeping.milestone_mark, name="milestone_mark"),
    path("facilities/<slug:code>/state/", keeping.facility_state, name="facility_state"),
    *(
        path(f"{register}/{address}", view, {"register": register}, name=name)
        for register in keeping.REGISTERS
        for address, view, name in (
            ("new/", keeping.enter, "place_enter"),
            ("<slug:code>/edit/", keeping.change, "place_change"),
            ("<slug:code>/edit/retire/", keeping.retire, "place_retire"),
        )
    ),
    path("compounds/<slug:code>/", places.compound, name="compound"),
    path("facilities/", places.facilities, name="facilities"),
    path("facilities/<slug:code>/", places.facility, name="facility"),
    path("service-points/", places.service_points, name="service_points"),
    path("<slug:code>/counts/", keeping.counts, name="counts"),
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
