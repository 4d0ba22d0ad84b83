"""Who there is in the demo district, and who answers for what where the category table is silent.

Names follow county practice; companies and every telephone number are made up (0717-555).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from grids.models import Area, Department, Level
from tickets.models import OfficeFunction

if TYPE_CHECKING:
    from govgrid.home.demo.ground import Ground

Kind = Department.Kind


class Office(NamedTuple):
    code: str
    short_name: str
    name: str
    kind: str


TABLE = [
    Office("housing", "住建局", "夷陵区住房和城乡建设局", Kind.BUREAU),
    Office("urban", "城管局", "夷陵区城市管理执法局", Kind.BUREAU),
    Office("traffic-police", "公安交警大队", "夷陵区公安交警大队", Kind.BUREAU),
    Office("police", "公安局", "夷陵区公安分局", Kind.BUREAU),
    Office("fire", "消防救援", "夷陵区消防救援大队", Kind.BUREAU),
    Office("transport", "交通运输局", "夷陵区交通运输局", Kind.BUREAU),
    Office("market", "市场监管局", "夷陵区市场监督管理局", Kind.BUREAU),
    Office("environment", "生态环境局", "夷陵区生态环境分局", Kind.BUREAU),
    Office("water-lakes", "水利和湖泊局", "夷陵区水利和湖泊局", Kind.BUREAU),
    Office("emergency", "应急局", "夷陵区应急管理局", Kind.BUREAU),
    Office("culture", "文旅局", "夷陵区文化和旅游局", Kind.BUREAU),
    Office("civil-affairs", "民政局", "夷陵区民政局", Kind.BUREAU),
    Office("labour", "人社局", "夷陵区人力资源和社会保障局", Kind.BUREAU),
    Office("education", "教育局", "夷陵区教育局", Kind.BUREAU),
    Office("public-health", "卫健局", "夷陵区卫生健康局", Kind.BUREAU),
    Office("medical-insurance", "医保局", "夷陵区医疗保障局", Kind.BUREAU),
    Office("government-service", "政务服务局", "夷陵区政务服务局", Kind.BUREAU),
    Office("agriculture", "农业农村局", "夷陵区农业农村局", Kind.BUREAU),
    Office("reform", "发改局", "夷陵区发展和改革局", Kind.BUREAU),
    Office("industry", "经信局", "夷陵区经济和信息化局", Kind.BUREAU),
    Office("natural-resources", "自然资源局", "夷陵区自然资源和规划局", Kind.BUREAU),
    Office("state-assets", "国资局", "夷陵区国有资产管理局", Kind.BUREAU),
    Office("justice", "司法所", "夷陵区小溪塔司法所", Kind.BUREAU),
    Office("supply-water", "供水公司", "夷陵区供水公司", Kind.UTILITY),
    Office("supply-gas", "燃气公司", "夷陵区燃气公司", Kind.UTILITY),
    Office("supply-power", "供电公司", "夷陵区供电公司", Kind.UTILITY),
    Office("telecom", "电信公司", "夷陵通信运营公司", Kind.UTILITY),
    Office("bus", "公交公司", "夷陵区公交公司", Kind.COMPANY),
    Office("bikes", "共享单车企业", "平湖共享单车运维站", Kind.COMPANY),
    Office("post", "邮政公司", "夷陵区邮政公司", Kind.COMPANY),
    Office("urban-assets", "城建资产公司", "夷陵城建资产运营公司", Kind.COMPANY),
    Office("farm-market", "农贸市场公司", "夷陵农贸市场管理公司", Kind.COMPANY),
    Office("property-jiahe", "嘉禾物业", "嘉禾物业服务公司", Kind.COMPANY),
    Office("property-qingshan", "青杉物业", "青杉物业服务公司", Kind.COMPANY),
    Office("property-wangjiang", "望江物业", "望江物业服务公司", Kind.COMPANY),
    Office("disabled-federation", "残联", "夷陵区残疾人联合会", Kind.BODY),
    Office("commerce-federation", "工商联", "夷陵区工商业联合会", Kind.BODY),
    Office("youth-league", "团区委", "共青团夷陵区委员会", Kind.BODY),
    Office("mediation", "人民调解委员会", "夷陵区人民调解委员会", Kind.BODY),
    Office("consultative", "政协委员联络组", "夷陵区政协委员联络组", Kind.BODY),
    Office("joint-meeting", "区联席会议", "夷陵区基层治理联席会议", Kind.COMMAND),
    Office("supervision", "区级督办室", "夷陵区城乡治理督办室", Kind.COMMAND),
]
PROPERTY = ("嘉禾物业", "青杉物业", "望江物业")


class Holder(NamedTuple):
    function: str
    area: Area
    department: str
    category: str = ""


class Extra(NamedTuple):
    """A rule beside the category table's: for a street, or for a drawn piece of it."""

    category: str
    area: Area
    source: str
    piece: str = ""
    department: str = ""
    function: str = ""


def holders(ground: Ground) -> Iterator[Holder]:
    """Who fills the office functions. Every fourth community has no property company: triage."""
    yield Holder(OfficeFunction.FACILITY_OWNER, ground.district, "电信公司", "0107")
    yield Holder(OfficeFunction.FACILITY_OWNER, ground.first_street, "城建资产公司")
    second = ground.of_level(Level.STREET)[1]
    yield Holder(OfficeFunction.LINE_AUTHORITY, second, "经信局", "0808")
    yield Holder(OfficeFunction.LINE_AUTHORITY, ground.district, "应急局")
    for number, community in enumerate(ground.of_level(Level.COMMUNITY)):
        if not lacks_property_company(number):
            company = PROPERTY[number % len(PROPERTY)]
            yield Holder(OfficeFunction.PROPERTY_COMPANY, community, company)


def lacks_property_company(number: int) -> bool:
    return number % 4 == 3


def extra_rules(ground: Ground) -> list[Extra]:
    first, second = ground.of_level(Level.STREET)[:2]
    works = OfficeFunction.LINE_AUTHORITY
    by_office = OfficeFunction.PROPERTY_COMPANY
    return [
        Extra("0302", first, "街道试点：小区垃圾由物业清运", function=by_office),
        Extra("0301", first, "公园移交文旅局管养", piece="park", department="文旅局"),
        Extra("0402", first, "公园移交文旅局管养", piece="park", department="文旅局"),
        Extra("0301", first, "市场内保洁由市场公司负责", piece="market", department="农贸市场公司"),
        Extra("0808", second, "产业园由行业主管部门负责", piece="works", function=works),
    ]
