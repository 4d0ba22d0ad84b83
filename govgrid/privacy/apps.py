from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from govgrid.privacy import crypto


class PrivacyConfig(AppConfig):
    name = "govgrid.privacy"
    label = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        # A bad key or suite stops the boot, not the first report.
        crypto.keys()
        crypto.suite()
        # Models must be loaded first.
        from govgrid.privacy import alarms, own, retention  # noqa: PLC0415

        alarms.register_kinds()
        own.register()
        retention.register_own()
