from django.urls import path

from grids.views import areas, bringing, patrols

app_name = "grids"
urlpatterns = [
    path("", areas.area_list, name="list"),
    path("outlines/", areas.outlines, name="outlines"),
    path("locate/", areas.locate, name="locate"),
    path("import/", bringing.bring, name="bring"),
    path("import/<int:pk>/", bringing.upload_detail, name="upload"),
    path("import/<int:pk>/confirm/", bringing.upload_confirm, name="upload_confirm"),
    path("import/<int:pk>/again/", bringing.upload_again, name="upload_again"),
    path("import/<int:pk>/discard/", bringing.upload_discard, name="upload_discard"),
    path("import/<int:pk>/errors.csv", bringing.upload_errors, name="upload_errors"),
    path("export/<slug:slug>/", bringing.area_export, name="export"),
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
