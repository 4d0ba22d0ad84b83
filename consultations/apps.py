from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self) -> None:
        # Models must be loaded first.
        from consultations import (  # noqa: PLC0415
            heralds,
            holdings,
            lists,
            notices,
            panels,
            retention,
            summons,
            tellers,
            tidings,
        )
        from consultations.templatetags.topic_words import LOOKS  # noqa: PLC0415
        from consultations.workflow.ballots import BallotState  # noqa: PLC0415
        from govgrid.core.templatetags import gg  # noqa: PLC0415

        notices.register()
        lists.register_own()
        panels.register()
        retention.register()
        holdings.register()
        summons.register()
        tellers.register()
        tidings.register()
        heralds.register()
        gg.name_states({f"topic:{state}": (*look, state.label) for state, look in LOOKS.items()})
        closed = BallotState.CLOSED
        gg.name_states({f"ballot:{closed}": ("is-offered", "s-offered", closed.label)})
