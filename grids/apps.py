from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("Grids")

    def ready(self) -> None:
        # Models must be loaded first.
        from grids import holdings, notices, retention  # noqa: PLC0415
        from grids.actions import following  # noqa: PLC0415
        from grids.panels import (  # noqa: PLC0415
            division,
            duties,
            history,
            map_layers,
            patrols,
            places,
        )

        division.register()
        notices.register()
        following.register()
        retention.register()
        holdings.register()
        map_layers.register()
        patrols.register()
        duties.register()
        history.register()
        places.register()
