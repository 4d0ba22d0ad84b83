"""Privacy by absence: what must not exist has no column, and an import that brings one is refused.

The first protection of a person is that the fact was never written down. A test holds these
patterns against every model, serializer, import and export.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused

# English: words of a name, side by side.
FORBIDDEN_WORDS = (
    "religion",
    "religious",
    "religions",
    "faith",
    "belief",
    "beliefs",
    "church",
    "ethnicity",
    "ethnic",
    "race",
    "nationality",
    "citizenship",
    "minority",
    "id number",
    "id no",
    "id card",
    "idcard",
    "idno",
    "identity number",
    "identity card",
    "identity no",
    "passport",
    "birth",
    "birthday",
    "birthdate",
    "birthplace",
    "born",
    "dob",
    "native place",
    "hukou",
    "health",
    "disease",
    "diseases",
    "illness",
    "disability",
    "disabled",
    "diagnosis",
    "medical",
    "mental",
    "pregnant",
    "blood type",
    "marital",
    "married",
    "spouse",
    "children names",
    "family",
    "relatives",
    "next of kin",
    "home address",
    "home phone",
    "political status",
    "party member",
    "risk",
    "threat level",
    "danger level",
    "person score",
    "credit score",
    "social score",
    "citizen points",
    "key person",
    "key population",
    "watchlist",
    "blacklist",
    "petitioner",
    "drug",
    "criminal",
    "conviction",
    "convictions",
    "probation",
    "sexual",
    "sexuality",
    "face",
    "fingerprints",
    "biometric",
    "biometrics",
    "number plate",
    "licence plate",
    "license plate",
    "gps track",
    "trajectory",
    # The same in pinyin, as database exports head their columns.
    "minzu",
    "zongjiao",
    "shenfenzheng",
    "shenfenzhenghao",
    "sfz",
    "sfzh",
    "chushengriqi",
    "jiguan",
)
# Chinese: anywhere in the heading.
FORBIDDEN_PIECES = (
    "宗教", "信仰", "教徒", "民族", "族别", "身份证", "证件号", "公民身份", "护照",
    "出生", "生日", "籍贯", "户籍", "国籍", "健康", "疾病", "病史", "病情", "患病", "残疾", "精神病",
    "精神障碍", "血型", "怀孕", "婚姻", "婚否", "配偶", "子女", "亲属", "家属", "家庭成员", "家庭住址",
    "家庭情况", "家庭关系", "家庭背景", "家庭电话", "家庭地址", "居住地址", "住址", "政治面貌", "风险",
    "危险等级", "信用分", "信用评分", "个人评分", "重点人员", "重点人口", "重点人群", "黑名单", "吸毒",
    "涉毒", "戒毒", "信访人", "上访", "刑满", "矫正", "前科", "犯罪", "人脸", "指纹", "车牌", "轨迹",
)  # fmt: skip
_WORDS = re.compile(rf"\b(?:{'|'.join(FORBIDDEN_WORDS)})\b")
_PIECES = re.compile("|".join(FORBIDDEN_PIECES))
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_forbidden(name: str) -> bool:
    """Whether a column, field or heading of this name may not exist here."""
    plain = unicodedata.normalize("NFKC", name)
    words = " ".join(re.split(r"[\W_]+", _HUMP.sub(" ", plain))).lower()
    return bool(_WORDS.search(words) or _PIECES.search(words.replace(" ", "")))


def refuse_columns(headers: Iterable[str]) -> None:
    """Refuse a file by its headings, before a single row of it is read."""
    for number, heading in enumerate(headers, start=1):
        if is_forbidden(heading):
            raise Refused(
                "column_not_accepted",
                _("Nothing was imported: column %(number)s, “%(heading)s”, is not accepted.")
                % {"number": number, "heading": heading.strip()},
            )
