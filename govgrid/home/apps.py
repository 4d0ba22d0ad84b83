from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "govgrid.home"
    label = "home"
