from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from members import (  # noqa: PLC0415
            holdings_roster,
            looks_roster,
            panels_network,
            retention_roster,
            tidings_network,
            tidings_roster,
        )

        holdings_roster.register()
        looks_roster.register()
        retention_roster.register()
        tidings_roster.register()
        panels_network.register()
        tidings_network.register()
