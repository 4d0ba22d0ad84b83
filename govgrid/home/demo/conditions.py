"""Examples of conditions for ten categories, and closed tickets whose reporters are still to be asked.

The words have held for a year; what asks for more than words holds from now on, so that no ticket of
the demo is held to what it could not know.
"""

from __future__ import annotations

from datetime import timedelta

from govgrid.core import clock
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from grids.models import Area, Level
from tickets.models import Callback, Category, CategoryTerms, Ticket
from tickets.workflow import State

YEAR = timedelta(days=365)
REASON = "依据城市管理立案、处置与结案通行做法试行"
MORE = "试行满一年，增加核查与结案照片要求"
CALLS = 8
# Code: filing condition, closing condition, looked at first, after-photo.
EXAMPLES = {
    "0101": ("井盖缺失、破损、移位或明显响动。", "井盖补齐、与路面齐平，周边无遗留障碍。", False, True),
    "0102": ("路灯夜间不亮、闪烁，或灯杆灯具破损、倾斜。", "夜间复查正常亮灯，线缆无外露。", False, True),
    "0104": ("污水外溢，或井内水位异常、有异味。", "管网疏通，路面冲洗干净，无污水外溢。", False, True),
    "0201": ("路面坑洼面积大于 0.1 平方米或深度大于 3 厘米。", "坑洼修补平整，与周边路面衔接顺直。", False, True),
    "0301": ("公共区域垃圾堆积 1 平方米以上或散落成片。", "垃圾清运完毕，地面冲洗干净。", False, True),
    "0401": ("树木倒伏、断枝或有明显倾倒危险。", "清理完毕，道路畅通，断面处理平整。", False, True),
    "0501": ("占用道路、人行道摆摊或堆物。", "占道物品清离，一周内不反弹。", True, False),
    "0504": ("夜间 22 时后持续扰民，或经测量超标。", "现场停止，三日内回访无复发。", True, False),
    "0702": ("电梯停运、困人、异响或平层不准。", "电梯经检验恢复运行，公示维修结果。", False, False),
    "0805": ("消防车通道、楼道出口被占用或堵塞。", "通道恢复畅通，标线清晰。", False, True),
}  # fmt: skip


def write() -> None:
    """Two editions of each: the words alone, and with what is asked for beside them."""
    now = clock.now()
    known = {one.code: one for one in Category.objects.filter(code__in=EXAMPLES)}
    rows = []
    for area in Area.objects.filter(level=Level.DISTRICT).order_by("pk")[:1]:
        for code, (filing, closing, checks_first, wants_after_photo) in EXAMPLES.items():
            said = {"category": known[code], "area": area, "filing": filing, "closing": closing}
            has_more = checks_first or wants_after_photo
            first = CategoryTerms(**said, reason=REASON, valid_from=now - YEAR)
            rows.append(first)
            if has_more:
                first.valid_to = now
                rows.append(
                    CategoryTerms(
                        **said,
                        reason=MORE,
                        valid_from=now,
                        checks_first=checks_first,
                        wants_after_photo=wants_after_photo,
                    )
                )
    CategoryTerms.objects.bulk_create(rows)


def ask() -> None:
    """The last that were closed wait on the call list."""
    closed = Ticket.objects.filter(state=State.CLOSED, filed_by__isnull=False)
    found = list(closed.select_related("district").order_by("-closed_at", "pk")[:CALLS])
    limit = Limit.parse("WD1")
    rows = []
    for one in reversed(found):
        assert one.closed_at is not None, "closed and its time go together"  # noqa: S101
        due = calendar(one.district.code).deadline(one.closed_at.replace(microsecond=0), limit)
        assert due is not None, "nothing stands still here"  # noqa: S101
        rows.append(
            Callback(
                ticket=one,
                district=one.district,
                department_id=one.lead_department_id,
                round=1,
                asked_at=one.closed_at,
                due_at=due,
            )
        )
    Callback.objects.bulk_create(rows)
