from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models must be loaded first.
        from govgrid.core.templatetags import gg  # noqa: PLC0415
        from members import (  # noqa: PLC0415
            lists_needs,
            need_tidings,
            panels_needs,
            retention_needs,
        )
        from members.workflow.needs import ClaimState, NeedState  # noqa: PLC0415

        # ── needs and time ────────────────────────────────────────────────────────────────────
        lists_needs.register_own()
        need_tidings.register()
        panels_needs.register()
        retention_needs.register()
        gg.name_states(
            {
                "need:open": ("is-new", "s-new", NeedState.OPEN.label),
                "need:claimed": ("is-offered", "s-offered", NeedState.CLAIMED.label),
                "need:accepted": ("is-signed", "s-signed", NeedState.ACCEPTED.label),
                "need:served": ("is-signed", "s-check", NeedState.SERVED.label),
                "need:confirmed": ("is-done", "s-done", NeedState.CONFIRMED.label),
                "need:closed": ("is-quiet", "s-done", NeedState.CLOSED.label),
                "need:expired": ("is-quiet", "s-paused", NeedState.EXPIRED.label),
                "need:withdrawn": ("is-quiet", "s-declined", NeedState.WITHDRAWN.label),
                "claim:offered": ("is-offered", "s-offered", ClaimState.OFFERED.label),
                "claim:accepted": ("is-signed", "s-signed", ClaimState.ACCEPTED.label),
                "claim:declined": ("is-quiet", "s-declined", ClaimState.DECLINED.label),
                "claim:withdrawn": ("is-quiet", "s-declined", ClaimState.WITHDRAWN.label),
                "claim:done": ("is-done", "s-done", ClaimState.DONE.label),
            }
        )
