"""What people write, in plain words; never about a person. ``texts.csv`` holds the reports."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from random import Random

TEXTS = Path(__file__).with_name("texts.csv")
RARE = 0.5

SPOTS = (
    "菜场东门", "小学门口", "路口南侧", "路口北侧", "公交站旁", "卫生站门前", "广场西侧", "桥头",
    "河边步道", "停车场入口", "3 号楼东侧", "7 号楼单元门口", "12 号楼北侧", "小区南门", "小区北门",
    "幼儿园对面", "超市门前", "快递点旁", "文化站后面", "老车棚旁", "变电房旁", "篮球场边", "巷子口",
    "社区服务中心门前", "加油站旁", "花坛边", "坡道下面", "地下车库出口",
)  # fmt: skip

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
}


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


def note(verb: str, rng: Random) -> str:
    return rng.choice(NOTES.get(verb, ("",)))
