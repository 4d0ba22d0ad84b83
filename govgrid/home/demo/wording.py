"""Words ready to hand that a street and a department have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.accounts.models import User
from tickets import actions

if TYPE_CHECKING:
    from govgrid.home.demo.ground import Ground

OF_THE_STREET = (
    ("decline", "不属实", "{number}：经{community}现场核查，未发现所反映的问题，感谢您的关注。"),
    ("close", "已办结回复", "您反映的{category}（{number}）已由{department}处理完毕，请放心。"),
    ("assign", "按职责派单", "{grid}的{category}属贵单位职责，请按时限办理并回复。"),
)
OF_THE_DEPARTMENT = (
    ("return", "非本单位职责", "{grid}的{category}不在本单位职责范围内，理由如下："),
    ("finish", "已修复", "{category}已修复，现场已清理。"),
)


def write(ground: Ground) -> None:
    desk = User.objects.get(username="street")
    head = User.objects.get(username="depthead")
    for move, title, text in OF_THE_STREET:
        actions.set_template(ground.first_street, by=desk, move=move, title=title, text=text)
    housing = ground.departments["住建局"]
    for move, title, text in OF_THE_DEPARTMENT:
        actions.set_template(housing, by=head, move=move, title=title, text=text)
