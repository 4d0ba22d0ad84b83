from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        # Models must be loaded first.
        from tickets import notices, panels, retention  # noqa: PLC0415

        notices.register()
        panels.register()
        retention.register()
