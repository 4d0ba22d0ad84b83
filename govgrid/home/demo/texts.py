"""What people write, in plain words; never about a person. ``texts.csv`` holds the reports,
``whistles.csv`` why a community whistles."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from random import Random

TEXTS = Path(__file__).with_name("texts.csv")
WHISTLES = Path(__file__).with_name("whistles.csv")
RARE = 0.5

SPOTS = (
    "菜场东门", "小学门口", "路口南侧", "路口北侧", "公交站旁", "卫生站门前", "广场西侧", "桥头",
    "河边步道", "停车场入口", "3 号楼东侧", "7 号楼单元门口", "12 号楼北侧", "小区南门", "小区北门",
    "幼儿园对面", "超市门前", "快递点旁", "文化站后面", "老车棚旁", "变电房旁", "篮球场边", "巷子口",
    "社区服务中心门前", "加油站旁", "花坛边", "坡道下面", "地下车库出口",
)  # fmt: skip

# What hardly anybody writes: one report in some thousand has one of these at its end.
SELDOM = (
    "旁边是古樟树。", "墙根有白蚁。", "像是钨丝灯。", "靠近旧粮站。", "挨着铁匠铺。", "石碑后面。",
    "正对水塔。", "离邮筒两步。", "在葡萄架下。", "碾坊遗址边。", "凉亭台阶旁。", "风向标底下。",
    "靠近养蜂场。", "苗圃围栏外。", "渡口趸船边。", "轧花厂旧址。", "砖窑入口处。", "油坊巷底。",
)  # fmt: skip
HOW_SELDOM = 0.004

NOTES = {
    "report_in": ("已到现场。", "两人到场，正在查看。", "到场，已设警示。"),
    "make_safe": ("已围护，夜间有警示灯。", "已断开，先保证安全。", "临时盖板已放好。"),
    "finish": (
        "已修好，现场已清理。",
        "已更换，试用正常。",
        "已清运，地面冲洗干净。",
        "已与当事各方说明，问题解决。",
        "已整改，后续一周每天查看。",
    ),
    "return": ("权属不在我单位，请改派。", "该处不在我单位管养范围。", "需由产权单位处理。"),
    "withdraw": ("此事用不上，已与牵头单位说好。", "牵头单位已能处理，不再协办。"),
    "assign": ("按管养范围改派。", "首接单位负责，请先处理。", ""),
    "settle": ("社区当场协调解决。", "网格员联系物业，已处理。", "已劝离并说明，现场恢复。"),
    "decline": (
        "这件事法院在办，我们不能再办。可以咨询法律援助。",
        "这件事由紧急电话受理，已告知怎么打。",
        "与已有的一件重复，按那一件办理。",
    ),
    "verify": ("现场看过，已解决。", "", "与反映人确认过。"),
    "reject": ("只处理了一半，请继续。", "还在漏，请再看。", "垃圾清了，地面没有冲洗。"),
    "close": ("", "", "已回访。"),
    "reopen": ("同一处又出现，请再处理。",),
    "plan": (
        "三天内完成测量，下周进场，专人负责。",
        "先约谈责任方，限期整改，到期未改依法处理。",
        "每周碰头一次，月底前完成，街道跟进。",
    ),
    "refuse": ("先由物业按合同处理，未果再报。", "照片看不出违法情形，请补充后再报。"),
    "merge": ("与已有一件是同一处。", "同一件事，合并办理。"),
    "rate": ("到场快，解决彻底。", "处理及时，讲得清楚。", "来得晚了些，结果可以。", ""),
}
SPOKE_WITH = (
    "业主代表",
    "沿街商户",
    "物业项目部",
    "居民小组",
    "产权单位",
    "施工单位",
    "社区居委会",
)


@cache
def _reasons() -> dict[str, list[tuple[str, str]]]:
    reasons: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with WHISTLES.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            reasons[row["kind"]].append((row["tried"], row["missing_power"]))
    return reasons


def reasons(kind: str, rng: Random) -> tuple[str, str]:
    """What was tried and which power is missing; an emergency asks for neither."""
    return rng.choice(_reasons().get(kind) or [("", "")])


NO_PHOTO = ("夜间施工，拍不清", "现场有人，不便拍照", "设备在地下，拍不到")


def spoke_with(rng: Random) -> str:
    return rng.choice(SPOKE_WITH)


@cache
def _table() -> tuple[dict[str, list[str]], dict[str, float]]:
    texts: dict[str, list[str]] = defaultdict(list)
    weights: dict[str, float] = {}
    with TEXTS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            texts[row["code"]].append(row["text"])
            weights.setdefault(row["code"], float(row["weight"] or RARE))
    return texts, weights


def weights() -> dict[str, float]:
    """How often each category is reported, more or less."""
    return _table()[1]


def report(code: str, rng: Random) -> str:
    variants = _table()[0].get(code) or ["{spot}有情况，请派人查看。"]
    return rng.choice(variants).format(
        spot=rng.choice(SPOTS), n=rng.randrange(30, 95, 5), k=rng.randint(2, 6)
    )


def aside(rng: Random) -> str:
    """Mostly nothing; else words that a search finds in few tickets among very many."""
    return rng.choice(SELDOM) if rng.random() < HOW_SELDOM else ""


def note(verb: str, rng: Random) -> str:
    return rng.choice(NOTES.get(verb, ("",)))
