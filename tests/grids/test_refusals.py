"""What looks like data about persons is refused by its heading, in whatever spelling."""

import pytest

from govgrid.core.errors import Refused
from grids.refusals import personal_in, refuse_personal, why_personal
from grids.rows import AREA_COLUMNS, DEPARTMENT_COLUMNS, places

SHEETS = (
    places.COMPOUNDS,
    places.CLASSES,
    places.FACILITIES,
    places.SERVICE_POINTS,
    places.ORGANISATIONS,
    places.COUNTS,
)


@pytest.mark.parametrize(
    "heading",
    [
        # simplified
        "宗教信仰", "民族", "姓名", "户主", "户主姓名", "业主姓名", "业主电话", "居民姓名", "联系人", "负责人",
        "身份证号", "证件号码", "手机", "手机号码", "家庭电话", "出生日期", "出生年月", "生日", "籍贯", "性别",
        "年龄", "重点人员", "重点人员类别", "重点人群", "关注对象", "信访户", "特殊人群", "社区矫正", "健康状况",
        "残疾等级", "计划生育", "生育情况", "婚姻状况", "政治面貌", "流动人口", "法定代表人", "住址", "摄像头编号",
        "监控点位", "人脸", "车牌号", "一户一档", "微信", "收入", "工作单位", "吸毒人员", "孕妇", "风险等级",
        # traditional
        "宗教團體信衆", "戶主", "聯繫人", "負責人", "身份證號碼", "證件號碼", "手機號碼", "出生年月日", "重點人員",
        "攝像頭", "監控", "計劃生育", "婚姻狀況", "業主姓名", "性別", "年齡", "住戶名單", "殘疾等級",
        # English
        "religion", "Religious belief", "ethnicity", "ethnic_group", "resident_name", "ResidentName",
        "full name", "fullName", "FIRST_NAME", "surname", "head of household", "HouseholdHead",
        "id_number", "ID No.", "idCardNo", "passport", "mobile", "mobile_phone", "MobileNumber",
        "cell phone", "date of birth", "birthDate", "DOB", "gender", "sex", "age", "key_person",
        "keyPerson", "watch list", "petitioner", "health_status", "pregnancy", "family_planning",
        "FamilyPlanning", "marital status", "camera_id", "CCTV", "surveillance point", "number_plate",
        "home address", "tenant", "contact_person", "wechat", "legal representative", "faith",
        # pinyin, and what database exports call them
        "xingming", "XING_MING", "XM", "hzxm", "sfzh", "SFZHM", "shenfenzheng", "minzu", "zongjiao",
        "csrq", "chushengriqi", "zdry", "shoujihao", "jihuashengyu", "shexiangtou", "lxr", "xingbie",
        # what another list of ours has
        "業主名單", "业主名单", "低保", "信访", "联系电话", "lianxi dianhua", "phone", "tel", "email", "独居老人",
        "Xing Ming", "owner_name", "監控點位",
        # widths and gaps
        "ＩＤ　ｃａｒｄ", "民 族", "宗_教", "姓　名", "手 機", " 出生 日期 ", "ID-CARD",
        "religion信仰", "居民_手机", "name_姓名", "Ｘｉｎｇｍｉｎｇ",
    ],
)  # fmt: skip
def test_headings_about_persons_are_refused(heading):
    with pytest.raises(Refused) as refusal:
        refuse_personal(["code", "name", heading])

    assert refusal.value.code == "column_not_accepted"
    assert "column 3" in str(refusal.value)
    assert heading.strip() in str(refusal.value)
    assert why_personal(heading) in str(refusal.value)


@pytest.mark.parametrize(
    "heading",
    [
        *AREA_COLUMNS, *DEPARTMENT_COLUMNS,
        "code", "name", "kind", "point", "lon", "lat", "crs", "wkt", "state", "owner", "serial",
        "major", "minor", "class", "class_name", "hours", "services", "office_phone", "address",
        "households", "household_count", "dwellings", "aged_60", "visits", "as_of", "source",
        "has_committee", "committee_until", "property_company", "property_department", "community",
        "registered_on", "industry", "grid", "district_code", "people_aged_60_or_more", "adcode",
        "centroid", "childrenNum", "acroutes", "subFeatureIndex", "gb", "shape_area", "OBJECTID",
        "编码", "名称", "小区名称", "户数", "家庭户数", "60岁以上人数", "物业公司", "业主委员会", "是否成立业委会",
        "业主委员会届满", "权属单位", "部件名称", "大类", "小类", "状态", "经度", "纬度", "办公电话", "值班电话", "服务电话",
        "电话", "地址", "服务时间", "服务内容", "统一社会信用代码", "行业", "注册日期", "网格", "社区", "井盖",
        "路燈", "民政部门", "小區名稱", "物業公司", "居民委员会", "村民小组", "居民户数", "人口数",
    ],
)  # fmt: skip
def test_headings_about_places_and_numbers_pass(heading):
    refuse_personal([heading])


@pytest.mark.parametrize("columns", [*(one.columns for one in SHEETS), AREA_COLUMNS])
def test_the_columns_of_our_own_tables_pass(columns):
    refuse_personal(columns)


@pytest.mark.parametrize("word", ["management", "village", "stage", "page", "Agency", "hotel"])
def test_a_word_that_holds_another_passes(word):
    assert why_personal(word) == ""


def test_the_sentence_says_which_column_and_why():
    with pytest.raises(Refused) as refusal:
        refuse_personal([*"bcdefghijklmn", "宗教信仰"])

    assert str(refusal.value) == (
        "Nothing was imported: column 14, “宗教信仰”, is not accepted. "
        "What somebody believes, or which people they belong to, is kept nowhere."
    )


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("姓名", "never named"),
        ("手机号", "those of offices"),
        ("sfzh", "tell one person from another"),
        ("重点人员", "to be watched"),
        ("計劃生育", "not the grid's business"),
        ("camera", "Cameras"),
        ("生日", "Birth dates"),
        ("risk_level", "own or believe"),
    ],
)
def test_each_kind_has_a_reason_of_its_own(heading, words):
    assert words in why_personal(heading)


@pytest.mark.parametrize(
    "text",
    [
        "走访重点人员并登记", "排查信访人", "登记少数民族住户", "上门核对身份证", "采集流动人口", "新生儿入户核查", "统计怀孕情况",
        "检查监控摄像头", "Make a list of key persons", "visit every petitioner", "collect ID card copies",
        "ask about religion", "走訪重點人員", "建立一户一档", "family planning survey", "居民档案更新",
    ],
)  # fmt: skip
def test_sentences_that_ask_for_data_about_persons_are_refused(text):
    words, why = personal_in(text)

    assert words
    assert why


@pytest.mark.parametrize(
    "text",
    [
        "排查燃气安全风险", "检查消防通道", "看井盖是否完好", "联系物业负责人", "清理楼道杂物", "检查沿街商铺消防栓",
        "核对小区户数", "Check for gas risks", "Ask the person in charge for the key", "ring the contact",
        "查看充电桩", "老人食堂卫生检查", "检查健康小屋开放情况", "Check the residents' notice board",
    ],
)  # fmt: skip
def test_sentences_about_places_pass(text):
    assert personal_in(text) is None
