"""What a reporter is told before leaving a name or a number."""

from __future__ import annotations

from govgrid.privacy import actions
from govgrid.privacy.models import Notice
from tickets.retention import CONTACT_DAYS

TEXT = f"""您可以不留联系方式，照样受理。

如果留下称呼和电话，只用来核实这件事、告诉您办得怎样。
联系方式加密保存，承办单位看不到；确需联系时，由区指挥中心写明理由后查看，每次查看都有记录。
办结 {CONTACT_DAYS} 天后自动删除。您可以随时要求更正或提前删除，不影响这件事继续办理。
请不要在补充说明里写姓名、电话、证件号、车牌号，也不要写别人的私事。"""


def publish() -> Notice:
    """The notice beside the contact on the filing page; safe to run again."""
    notice, _ = Notice.objects.get_or_create(
        key="reporter-contact",
        version=1,
        defaults={
            "purpose": "核实所反映的事项，并告知办理结果",
            "method": "加密保存；确需联系时由有权限的人员写明理由后查看，每次查看留有记录",
            "fields_listed": ["称呼", "电话"],
            "retention_days": CONTACT_DAYS,
            "text": TEXT,
        },
    )
    return actions.publish_notice(notice, by=None)
