from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        # Models must be loaded first.
        from tickets import holdings, notices, panels, retention, summons  # noqa: PLC0415
        from tickets.actions import following  # noqa: PLC0415

        notices.register()
        summons.register()
        panels.register()
        retention.register()
        holdings.register()
        following.register()
