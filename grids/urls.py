from django.urls import path

from grids.views import (
    areas,
    bringing,
    division_lists,
    divisions,
    duties,
    keeping,
    layers,
    past,
    patrols,
    people,
    places,
    tiles,
)

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("at/", areas.sheet, name="sheet"),
    path("tiles/areas/<int:z>/<int:x>/<int:y>.mvt", tiles.areas, name="area_tile"),
    path("tiles/facilities/<int:z>/<int:x>/<int:y>.mvt", tiles.facilities, name="facility_tile"),
    path("locate/", areas.locate, name="locate"),
    path("import/", bringing.bring, name="bring"),
    path("import/<int:pk>/", bringing.upload_detail, name="upload"),
    path("import/<int:pk>/confirm/", bringing.upload_confirm, name="upload_confirm"),
    path("import/<int:pk>/again/", bringing.upload_again, name="upload_again"),
    path("import/<int:pk>/discard/", bringing.upload_discard, name="upload_discard"),
    path("import/<int:pk>/errors.csv", bringing.upload_errors, name="upload_errors"),
    path("export/<slug:slug>/", bringing.area_export, name="export"),
    path("divisions/", division_lists.division_list, name="division_list"),
    path("vacancies/", people.vacancies, name="vacancies"),
    path("hand-overs/", people.hand_overs, name="hand-overs"),
    path("hand-overs/<int:pk>/", people.sheet, name="hand-over-sheet"),
    path("hand-overs/<int:pk>/explained/", people.explained, name="explained"),
    path("hand-overs/<int:pk>/list/", people.list_again, name="list-again"),
    path("duties/", duties.duty_list, name="duties"),
    path("duties/new/", duties.duty_new, name="duty-new"),
    path("duties/<int:pk>/", duties.duty_detail, name="duty"),
    path("duties/<int:pk>/decide/", duties.duty_decide, name="duty-decide"),
    path("layers/", layers.layer_list, name="layers"),
    path("layers/<int:pk>/", layers.layer_detail, name="layer"),
    path("layers/<int:pk>/end/", layers.layer_end, name="layer-end"),
    path("conflicts/", layers.conflict_report, name="conflicts"),
    path("conflicts.csv", layers.conflict_csv, name="conflicts-csv"),
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
    path("<slug:code>/who/", people.who, name="who"),
    path("<slug:code>/who/fill/", people.fill, name="fill"),
    path("<slug:code>/who/<int:pk>/end/", people.end, name="post-end"),
    path("<slug:code>/who/<int:pk>/hand-over/", people.hand_over, name="hand-over"),
    path("<slug:code>/team/", people.seat, name="seat"),
    path("<slug:code>/team/<int:pk>/remove/", people.unseat, name="unseat"),
    path("<slug:code>/duties/", duties.area_duties, name="area-duties"),
    path("<slug:code>/duties/<int:pk>/", duties.answer, name="answer"),
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
