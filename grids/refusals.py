"""Columns that no import of places takes: what tells of a person, and cameras. With the reason.

A register of places has no use for who lives, owns or works there. Staff are the one exception,
and have an import of their own (``load_people``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core.errors import Refused
from govgrid.privacy.absence import is_forbidden


class Ground(NamedTuple):
    """Why a column is refused, and the headings by which it is known."""

    why: str | Promise
    # Of a name in English or pinyin, words side by side; of a Chinese one, any piece.
    words: tuple[str, ...]
    pieces: tuple[str, ...]


GROUNDS = (
    Ground(
        gettext_lazy("people are not sorted into kinds here"),
        (
            "key personnel", "key persons", "vulnerable people", "low income", "welfare recipient",
            "veteran", "left behind", "zhongdianrenyuan", "dibao", "xinfang", "shangfang",
            "zongjiaoxinyang", "minzuchengfen",
        ),
        (
            "重点人", "特殊人群", "特殊群体", "低保", "五保", "特困", "留守", "空巢", "独居", "退役军人",
            "退伍", "信访", "上访", "社区矫正", "精神病", "重點人", "特殊人羣", "特殊人群", "信訪", "上訪", "獨居",
            "涉稳", "涉恐", "邪教", "党员", "黨員", "宗教", "信仰", "民族", "身份證", "健康",
        ),
    ),
    Ground(
        gettext_lazy("cameras are not kept here"),
        ("camera", "cameras", "cctv", "surveillance", "video feed", "jiankong", "shexiangtou"),
        ("摄像", "监控", "电子眼", "雪亮", "天网", "抓拍", "視頻監控", "攝像", "監控", "電子眼", "抓拍"),
    ),
    Ground(
        gettext_lazy("births and the planning of families are nobody's business here"),
        ("family planning", "birth control", "contraception", "fertility", "jihuashengyu", "jisheng"),
        ("计划生育", "计生", "生育", "避孕", "孕产", "孕妇", "計劃生育", "計生", "孕婦"),
    ),
    Ground(
        gettext_lazy("no person is named in a register of places"),
        (
            "resident", "residents", "resident name", "owner name", "owners list", "householder",
            "household head", "head of household", "full name", "first name", "last name",
            "surname", "given name", "person", "person name", "contact name", "contact person",
            "legal representative", "legal person", "legal rep", "shareholder", "tenant", "tenants",
            "业主", "業主", "xingming", "huzhu", "yezhu", "jumin", "zhuhu", "faren", "fadingdaibiaoren",
            "lianxiren", "fuzeren", "xingbie", "gender", "sex", "age", "nianling",
        ),
        (
            "姓名", "姓氏", "户主", "业主姓名", "业主名", "业主电话", "业主信息", "居民", "住户", "租户",
            "承租人", "常住人", "流动人口", "户籍人口", "法人代表", "法定代表", "法人", "负责人", "联系人",
            "股东", "性别", "年龄", "人员", "戶主", "業主姓名", "業主名", "業主電話", "住戶", "租戶", "法定代表",
            "負責人", "聯繫人", "聯系人", "性別", "年齡", "人員", "曾用名",
        ),
    ),
    Ground(
        gettext_lazy("a person's telephone, mail or account is not kept here; an office's is"),
        (
            "phone", "mobile", "mobile phone", "cellphone", "cell phone", "telephone", "tel",
            "contact phone", "email", "e mail", "wechat", "weixin", "qq", "bank card",
            "bank account", "shouji", "shoujihao", "dianhua", "lianxidianhua",
        ),
        (
            "手机", "联系电话", "联系方式", "本人电话", "个人电话", "家庭电话", "微信", "邮箱", "银行卡",
            "手機", "聯繫電話", "聯系電話", "聯繫方式", "個人電話", "郵箱", "銀行卡",
        ),
    ),
)  # fmt: skip
# An office may be rung up, and its line is what the register is for.
OFFICE = re.compile(
    r"\b(office|desk|duty|hotline|bangong)\b|办公|值班|服务电话|热线|辦公|值班|熱線|服務電話"
)
OFFICE_GROUND = GROUNDS[-1]
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENGLISH = [
    (ground, re.compile(rf"\b(?:{'|'.join(map(re.escape, ground.words))})\b")) for ground in GROUNDS
]
_CHINESE = [(ground, re.compile("|".join(map(re.escape, ground.pieces)))) for ground in GROUNDS]


def why_refused(heading: str) -> str | None:
    """The reason why a column of this heading is not taken, or None where it is."""
    plain = unicodedata.normalize("NFKC", heading)
    words = " ".join(re.split(r"[\W_]+", _HUMP.sub(" ", plain))).strip().lower()
    joined = words.replace(" ", "")
    for (ground, english), (_ground, chinese) in zip(_ENGLISH, _CHINESE, strict=True):
        if ground is OFFICE_GROUND and OFFICE.search(words):
            continue
        if english.search(words) or chinese.search(joined) or joined in _without_spaces(ground):
            return str(ground.why)
    if is_forbidden(heading):
        return _("it tells of a person what must not be kept")
    return None


def _without_spaces(ground: Ground) -> set[str]:
    """“xing ming” and “householdhead” are headings too."""
    return {word.replace(" ", "") for word in ground.words}


def refuse_personal(headings: Iterable[str]) -> None:
    """Refuse a file by its headings, before a single row of it is read, and say why."""
    for number, heading in enumerate(headings, start=1):
        why = why_refused(heading)
        if why is not None:
            raise Refused(
                "column_not_accepted",
                _("Nothing was imported: column %(number)s, “%(heading)s”, is refused: %(why)s.")
                % {"number": number, "heading": heading.strip(), "why": why},
            )
