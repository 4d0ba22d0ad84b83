from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from members import (  # noqa: PLC0415
            holdings_reception,
            holdings_roster,
            lists_needs,
            looks_needs,
            looks_reception,
            looks_roster,
            need_tidings,
            panels_needs,
            panels_network,
            panels_reception,
            retention_needs,
            retention_reception,
            retention_roster,
            tidings_network,
            tidings_reception,
            tidings_roster,
        )

        holdings_roster.register()
        looks_roster.register()
        retention_roster.register()
        tidings_roster.register()
        panels_network.register()
        tidings_network.register()
        lists_needs.register_own()
        looks_needs.register()
        need_tidings.register()
        panels_needs.register()
        retention_needs.register()
        tidings_reception.register()
        panels_reception.register()
        retention_reception.register()
        holdings_reception.register()
        looks_reception.register()
