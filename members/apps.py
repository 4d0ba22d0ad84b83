from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from govgrid.core import panels  # noqa: PLC0415
        from govgrid.core.templatetags import gg  # noqa: PLC0415
        from members import (  # noqa: PLC0415
            figures,
            heralds_counsel,
            panels_counsel,
            retention_counsel,
        )

        figures.register_own()
        heralds_counsel.register()
        panels_counsel.register()
        retention_counsel.register()
        gg.name_states(panels_counsel.LOOKS)
        # Last: switched off, the roster is on no page of others. What it must erase it erases.
        if not settings.MEMBERS_ENABLED:
            panels.leave_out("members")
