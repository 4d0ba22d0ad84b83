from django.urls import path

from grids import views

app_name = "grids"
urlpatterns = [
    path("", views.area_list, name="list"),
    path("outlines/", views.outlines, name="outlines"),
    path("locate/", views.locate, name="locate"),
    path("<slug:code>/", views.area_detail, name="detail"),
]
