from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from consultations.lists import registry as lists  # noqa: PLC0415
        from govgrid.core import panels  # noqa: PLC0415
        from members import (  # noqa: PLC0415
            beside,
            figures,
            figures_life,
            heralds_counsel,
            holdings_network,
            holdings_reception,
            holdings_roster,
            lists_needs,
            looks_counsel,
            looks_needs,
            looks_reception,
            looks_roster,
            need_tidings,
            panels_counsel,
            panels_needs,
            panels_network,
            panels_reception,
            retention_counsel,
            retention_needs,
            retention_reception,
            retention_roster,
            tidings_network,
            tidings_reception,
            tidings_roster,
        )

        beside.register()
        holdings_roster.register()
        looks_roster.register()
        retention_roster.register()
        tidings_roster.register()
        holdings_network.register()
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
        figures.register_own()
        figures_life.register_own()
        heralds_counsel.register()
        panels_counsel.register()
        retention_counsel.register()
        looks_counsel.register()
        if settings.MEMBERS_ENABLED:
            beside.register_person()
        # Last: switched off, the roster is on no page of others. What it must erase it erases.
        if not settings.MEMBERS_ENABLED:
            panels.leave_out("members")
            lists.leave_out("members")
