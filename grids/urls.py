from django.urls import path

from grids.views import areas, duties, layers, patrols, people

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("outlines/", areas.outlines, name="outlines"),
    path("locate/", areas.locate, name="locate"),
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
    path("<slug:code>/", areas.area_detail, name="detail"),
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
