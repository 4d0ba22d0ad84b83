"""Columns that name persons or cameras are refused, with the reason; those of places pass."""

import pytest

from govgrid.core.errors import Refused
from grids.refusals import refuse_personal, why_refused
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
    ("heading", "reason"),
    [
        ("姓名", "person is named"),
        (" 姓 名 ", "person is named"),
        ("xingming", "person is named"),
        ("Xing Ming", "person is named"),
        ("居民姓名", "person is named"),
        ("户主", "person is named"),
        ("業主名單", "person is named"),
        ("业主", "person is named"),
        ("ResidentName", "person is named"),
        ("owner_name", "person is named"),
        ("legal representative", "person is named"),
        ("法定代表人", "person is named"),
        ("性别", "person is named"),
        ("手机号", "telephone"),
        ("联系电话", "telephone"),
        ("phone", "telephone"),
        ("ＭＯＢＩＬＥ", "telephone"),
        ("lianxi dianhua", "telephone"),
        ("计划生育", "families"),
        ("计生情况", "families"),
        ("family planning", "families"),
        ("重点人员", "sorted into kinds"),
        ("重 点 人 员 类 别", "sorted into kinds"),
        ("信访", "sorted into kinds"),
        ("低保", "sorted into kinds"),
        ("摄像头", "cameras"),
        ("监控点位", "cameras"),
        ("CCTV", "cameras"),
        ("camera_id", "cameras"),
        ("身份证号", "must not be kept"),
        ("ID number", "must not be kept"),
        ("宗教信仰", "sorted into kinds"),
        ("民族", "sorted into kinds"),
        ("ethnicity", "must not be kept"),
        ("健康状况", "sorted into kinds"),
        ("minzu", "must not be kept"),
    ],
)
def test_what_tells_of_a_person_or_watches_one_is_refused_with_the_reason(heading, reason):
    why = why_refused(heading)

    assert why is not None
    assert reason in why


@pytest.mark.parametrize(
    "heading",
    [
        *("名称", "小区名称", "编码", "经度", "办公电话", "服务电话", "office_phone", "值班电话"),
        *("是否有业主委员会", "业委会任期", "物业公司", "权属单位", "户数", "网格编码", "开放时间"),
        *("management", "village", "stage", "page", "Agency", "hotel", "精神文明"),
    ],
)
def test_what_tells_of_a_place_passes(heading):
    assert why_refused(heading) is None


@pytest.mark.parametrize("columns", [*(one.columns for one in SHEETS), AREA_COLUMNS])
def test_the_columns_of_the_registers_pass(columns):
    refuse_personal(columns)


def test_departments_bring_office_lines():
    refuse_personal(DEPARTMENT_COLUMNS)


def test_the_sentence_names_the_column_and_the_reason():
    with pytest.raises(Refused, match=r"column 2, “户主姓名”, is refused: no person is named"):
        refuse_personal(["code", "户主姓名"])
