from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("Grids")

    def ready(self) -> None:
        # Models must be loaded first.
        from grids import retention  # noqa: PLC0415
        from grids.panels import map_layers, patrols  # noqa: PLC0415

        retention.register()
        map_layers.register()
        patrols.register()
