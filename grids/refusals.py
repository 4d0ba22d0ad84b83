"""Refuses what looks like data about persons, by its heading and with the reason. Pure.

``govgrid.privacy.absence`` lists what may exist nowhere. The grids go further: places and numbers
come into them, and nobody who lives there, so a name or a mobile number is refused as well.
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
from govgrid.core.text import normalise
from govgrid.privacy.absence import is_forbidden


class Kind(NamedTuple):
    """One kind of what is not taken: the reason, and the signs it is known by.

    ``pieces`` are found anywhere in a Chinese heading, ``words`` as whole words of a Latin one, and
    ``stems`` also where blanks are missing. ``in_texts``: so plain that a sentence is refused too.
    """

    why: str | Promise
    pieces: str
    words: str
    stems: str = ""
    in_texts: bool = True


OFFICES_ONLY = gettext_lazy("Of telephones and mail only those of offices are kept.")
KINDS = (
    Kind(
        gettext_lazy("What somebody believes, or which people they belong to, is kept nowhere."),
        "宗教|信仰|信教|教徒|信众|教派|民族|族别|族裔|少数民族|党派|政治面貌|党员(姓名|名单|身份)",
        "religion|religious|religions|faith|belief|ethnicity|ethnic|minzu|mzmc|xinyang|zjxy",
        "religio|ethnic|zongjiao|zhengzhimianmao",
    ),
    Kind(
        gettext_lazy("No numbers that tell one person from another are kept."),
        "身份证|证件号|证件类型|公民身份|护照|户口本|户口簿|社保号|社会保障号|医保号|银行卡|驾驶证",
        "id number|id no|id card|passport|sfz|sfzh|sfzhm|zjhm|social security|bank card",
        "idcard|idnumber|identitycard|identityn|passport|shenfenzheng|zhengjianhao",
    ),
    Kind(
        gettext_lazy("No list of people to be watched is kept, whatever it is called."),
        "重点(人|对象|群体|上访|青少年|户)|特殊(人|群体|对象)|关注对象|稳控|维稳对象|信访(人|户|老户)"
        "|上访|访民|吸毒|涉毒|戒毒|涉邪|邪教|刑满|刑释|释放人员|矫正|前科|违法人员|黑名单|流动人口"
        "|寄递人员|失独|精神病|精神障碍|肇事肇祸|人员标签|人员类别|人员等级|积分扣",
        "key persons?|key people|key population|persons? of concern|watch ?lists?|black ?lists?"
        "|petitioners?|drug users?|ex ?convicts?|floating population|zdry|zdrk|person type",
        "keyperson|watchlist|blacklist|petitioner|zhongdianren|xinfangren|liudongrenkou",
    ),
    Kind(
        gettext_lazy("Health, births and families are not the grid's business."),
        "健康(状|档|情|码|信息)|病史|病情|患病|慢性病|疾病|残疾(人名|证|类|等级)|怀孕|孕妇|孕情|避孕|节育"
        "|生育|计生|计划生育|疫苗接种|血型|婚姻|婚否|婚育|配偶|子女(姓名|数|情况)|家庭成员|新生儿",
        "pregnan(t|cy)|family planning|contracepti(on|ve)|birth control|marital|spouse|diseases?"
        "|illness|disabilit(y|ies)|medical|diagnosis|vaccinat(ed|ion)|jiankang|hunyin|jisheng",
        "familyplanning|healthstat|marital|spouse|jiankangzhuang|jihuashengyu|hunyin",
    ),
    Kind(
        gettext_lazy("Cameras are not kept in this register."),
        "摄像|摄象|监控(?!中心)|电子眼|人脸|车牌|雪亮|天网|视频探头|抓拍|轨迹|定位(记录|数据)",
        "cameras?|cctv|surveillance|face (id|image|recognition)|number plates?|licen[cs]e plates?"
        "|ipc id|jiankong|shexiangtou|xueliang",
        "camera|cctv|surveillance|shexiangtou|xueliang",
    ),
    Kind(
        gettext_lazy("Files on residents are not kept: they are counted, never named."),
        "一户一档|一人一档|(居民|住户|村民|人员|人口|老人|儿童|学生|业主|租客|租户|承租人|房东|户主|党员)"
        "(档案|名单|名册|花名册|台账|信息|明细|底册)|实有人口|常住人口登记|户籍",
        "hukou|resident(s|ial)? (files?|records?|lists?|register)|population register|hjd|hjdz",
        "hukou|residentlist|residentfile|shiyourenkou|huji",
    ),
    Kind(
        gettext_lazy("People are counted here, never named."),
        "姓名|名字|姓氏|户主|联系人|负责人|经办人|监护人|紧急联系|法定代表|法人代表|法人姓名|业主(?!委员|大会)"
        "|(居民|住户|村民|老人|儿童|学生|租客|租户|房东|承租人)(名|姓|电话|手机|年龄|性别|地址|住址|情况)"
        "|性别|年龄(?!段)|曾用名|户籍|学历|文化程度|工作单位|从业单位|收入|工资|低保对象|低保户名",
        "full name|first name|last name|given name|family name|surname|resident(s|'s)? names?"
        "|residents?|persons?|persons? names?|owners? names?|tenants?|landlords?|house ?holders?"
        "|head of (the )?household|household head|contact names?|contact persons?|contacts?|sex"
        "|gender|age|occupation|income|employer|xm|hzxm|xingming|xingbie|nianling|huzhu|lxr"
        "|fading daibiaoren|legal representative|yezhu",
        "fullname|firstname|lastname|residentname|personname|ownername|householdhead|headofhouse"
        "|householder|contactperson|contactname|xingming|lianxiren|huzhuming|fadingdaibiao|gender",
        in_texts=False,
    ),
    Kind(
        gettext_lazy("People are not sorted into kinds here."),
        "低保|五保|特困|信访|党员|留守|空巢|独居|退役军人|退伍|军烈属|涉稳|涉恐|涉军|贫困户",
        "low income|welfare recipients?|veterans?|left behind|vulnerable people|dibao|shangfang"
        "|xinfang",
        "welfarerecipient|vulnerablepeople",
        in_texts=False,
    ),
    Kind(
        OFFICES_ONLY,
        "手机|移动电话|个人电话|家庭电话|住宅电话|本人电话|私人电话|联系电话|联系方式|微信|邮箱|qq号",
        "mobiles?|mobile phone|mobile no|cell ?phone|cell|home phone|private phone|personal phone"
        "|phone|telephone|tel|contact phone|e ?mail|wechat|we chat|qq|shouji|shoujihao|sjh|sjhm"
        "|lxdh|weixin|dianhua|lianxidianhua|bank account",
        "mobilephone|mobilenumber|cellphone|homephone|personalphone|shoujihao|wechat|lianxidianhua",
        in_texts=False,
    ),
    Kind(
        gettext_lazy("Birth dates and home addresses are not kept."),
        "出生|生日|生辰|籍贯|国籍|家庭(住址|地址|情况|关系)|居住地址|现住址|住址|门牌住户",
        "birth|birthday|birthdate|born|dob|csrq|shengri|home address|residential address|jiguan"
        "|native place|nationality|zhuzhi|jtzz",
        "birthd|dateofbirth|homeaddress|chushengriqi|chusheng|jiatingzhuzhi|jiguan",
        in_texts=False,
    ),
)
# An office may be rung up, and its line is what a register is for.
OFFICE = re.compile(
    r"(?<![a-z])(?:office|desk|duty|hotline|bangong)(?![a-z])|办公|值班|服务电话|热线"
)
ANYTHING_ELSE = gettext_lazy("What people are, own or believe is not kept here.")

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAPS = re.compile(r"[\W_]+")
_NEVER = "(?!)"


class _Signs(NamedTuple):
    why: str | Promise
    pieces: re.Pattern[str]
    words: re.Pattern[str]
    stems: re.Pattern[str]
    in_texts: bool

    def is_seen_in(self, words: str, run_together: str) -> bool:
        return bool(
            self.pieces.search(run_together)
            or self.words.search(words)
            or self.stems.search(run_together)
        )


_SIGNS = tuple(
    _Signs(
        kind.why,
        re.compile(kind.pieces),
        # Not \b: a Chinese letter beside a Latin word ends it too.
        re.compile(rf"(?<![a-z0-9])(?:{kind.words})(?![a-z0-9])"),
        re.compile(kind.stems or _NEVER),
        kind.in_texts,
    )
    for kind in KINDS
)


def why_personal(heading: str) -> str:
    """Why a column of this heading is not taken; empty where nothing speaks against it."""
    words, run_together = _spelt(heading)
    for kind in _SIGNS:
        if kind.why is OFFICES_ONLY and OFFICE.search(words):
            continue
        if kind.is_seen_in(words, run_together):
            return str(kind.why)
    return str(ANYTHING_ELSE) if is_forbidden(words) else ""


def refuse_personal(headings: Iterable[str]) -> None:
    """Refuse a file by its headings, before a single row of it is read."""
    for number, heading in enumerate(headings, start=1):
        if why := why_personal(heading):
            raise Refused(
                "column_not_accepted",
                _(
                    "Nothing was imported: column %(number)s, “%(heading)s”, is not accepted. %(why)s"
                )
                % {"number": number, "heading": heading.strip(), "why": why},
            )


def personal_in(text: str) -> tuple[str, str] | None:
    """What in a sentence asks for data about persons, and why that is not taken."""
    words, run_together = _spelt(text)
    for kind in _SIGNS:
        found = kind.pieces.search(run_together) or kind.words.search(words)
        if found and kind.in_texts:
            return found.group(), str(kind.why)
    return None


def _spelt(heading: str) -> tuple[str, str]:
    """One spelling for all widths, cases, scripts and gaps: as words, and run together."""
    plain = unicodedata.normalize("NFKC", heading)
    words = _GAPS.sub(" ", normalise(_HUMP.sub(" ", plain))).strip()
    return words, words.replace(" ", "")
