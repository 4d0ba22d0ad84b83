"""What a reporter is told before leaving a name or a number: true on every installation."""

from django.db import migrations
from django.utils import timezone

KEY, VERSION = "reporter-contact", 1
NOTICE = {
    "purpose": "核实所反映的事项，并告知办理结果",
    "method": "加密保存；确需联系时由有权限的人员写明理由后查看，每次查看留有记录",
    "fields_listed": ["称呼", "电话"],
    "retention_days": 180,
    "text": """您可以不留联系方式，照样受理。

如果留下称呼和电话，只用来核实这件事、告诉您办得怎样。
联系方式加密保存，承办单位看不到；确需联系时，由区指挥中心写明理由后查看，每次查看都有记录。
办结 180 天后自动删除。您可以随时要求更正或提前删除，不影响这件事继续办理。
请不要在补充说明里写姓名、电话、证件号、车牌号，也不要写别人的私事。""",
}


def publish(apps, schema_editor):
    notices = apps.get_model("privacy", "Notice").objects
    if not notices.filter(key=KEY, version=VERSION).exists():
        notices.create(key=KEY, version=VERSION, published_at=timezone.now(), **NOTICE)


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0002_numbers_and_history"),
        ("privacy", "0002_history_stays"),
    ]

    # A published notice is never taken back: people may have relied on it.
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
