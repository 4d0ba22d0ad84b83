from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new, name="new"),
    path("near/", views.near, name="near"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/<str:name>/", views.act, name="act"),
]
