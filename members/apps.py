from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from govgrid.core.templatetags import gg  # noqa: PLC0415
        from members import (  # noqa: PLC0415
            actions,
            holdings_reception,
            leaving,
            panels_reception,
            retention_reception,
            tidings_reception,
        )
        from members.workflow.reception import LOOKS  # noqa: PLC0415

        tidings_reception.register()
        panels_reception.register()
        retention_reception.register()
        holdings_reception.register()
        leaving.register(actions.free_host)
        gg.name_states({f"booking:{state}": (*look, state.label) for state, look in LOOKS.items()})
