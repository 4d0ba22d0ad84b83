from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from govgrid.privacy import crypto


class PrivacyConfig(AppConfig):
    name = "govgrid.privacy"
    label = "privacy"
    verbose_name = _("Privacy")

    def ready(self):
        crypto.keys()  # a bad key stops the boot, not the first report
