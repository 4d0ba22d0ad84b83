from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from members import (  # noqa: PLC0415
            panels_network,
            tidings_network,
        )

        panels_network.register()
        tidings_network.register()
