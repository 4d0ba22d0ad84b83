from django.urls import path

from grids.views import areas, division_lists, divisions, past, patrols

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("outlines/", areas.outlines, name="outlines"),
    path("locate/", areas.locate, name="locate"),
    path("divisions/", division_lists.division_list, name="division_list"),
    path("<slug:code>/", areas.area_detail, name="detail"),
    path("<slug:code>/map/", past.on_a_day, name="on_a_day"),
    path("<slug:code>/map/shapes/", past.shapes, name="on_a_day_shapes"),
    *(
        path(f"<slug:code>/division/{tail}", view, name=name)
        for tail, view, name in (
            ("", division_lists.of_community, "divisions"),
            ("size/", division_lists.set_size, "division_size"),
            ("<int:pk>/", divisions.division_detail, "division"),
            ("<int:pk>/shapes/", divisions.shapes, "division_shapes"),
            ("<int:pk>/draw/", divisions.draw, "division_draw"),
            ("<int:pk>/piece/<int:number>/", divisions.describe, "division_piece"),
            ("<int:pk>/plan/", divisions.plan, "division_plan"),
            ("<int:pk>/principles/", divisions.principles, "division_principles"),
            ("<int:pk>/excuse/", divisions.excuse, "division_excuse"),
            ("<int:pk>/ending/", divisions.ending, "division_ending"),
            ("<int:pk>/homes/", divisions.homes, "division_homes"),
            ("<int:pk>/propose/", divisions.propose, "division_propose"),
            ("<int:pk>/proposal/", divisions.proposal, "division_proposal"),
            ("<int:pk>/<slug:name>/", divisions.act, "division_act"),
        )
    ),
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
