from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "govgrid.outbox"
    label = "outbox"
    verbose_name = _("Messages")

    def ready(self) -> None:
        # Models must be loaded first.
        from govgrid.accounts.backends import ask_along  # noqa: PLC0415
        from govgrid.outbox.models import Message  # noqa: PLC0415

        ask_along("unread", Message.objects.all().unread_of_row())
