from django.apps import AppConfig

from govgrid.privacy import crypto


class PrivacyConfig(AppConfig):
    name = "govgrid.privacy"
    label = "privacy"

    def ready(self):
        crypto.keys()  # a bad key stops the boot, not the first report
