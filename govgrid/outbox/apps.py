from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "govgrid.outbox"
    label = "outbox"
