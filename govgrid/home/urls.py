from django.urls import path

from govgrid.home import desk, messages, views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("messages/", messages.messages_page, name="messages"),
    path("messages/read/", messages.read_all, name="read_all"),
    path("messages/<int:pk>/", messages.open_message, name="message"),
    path("language/", views.language, name="language"),
    path("type/", views.type_size, name="type"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
]
