from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "govgrid.core"
    label = "core"
