from django.urls import path

from grids import views

app_name = "grids"
urlpatterns = [
    path("outlines/", views.outlines, name="outlines"),
    path("locate/", views.locate, name="locate"),
]
