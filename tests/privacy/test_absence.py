"""What must not exist has no column: not in a table, the API, an import or an export."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from rest_framework.serializers import BaseSerializer, ListSerializer, ModelSerializer

from consultations.lists import LISTS
from govgrid.core.errors import Refused
from govgrid.privacy.absence import is_forbidden, refuse_columns
from govgrid.privacy.fields import SealedTextField
from grids.rows.places import Sheet

OURS = ("govgrid", "grids", "tickets", "consultations", "members")

# Every entry is a promise broken for a reason. There is none today.
ALLOWED: frozenset[str] = frozenset()


def is_ours(module):
    return module.partition(".")[0] in OURS


def modules():
    for root in OURS:
        package = importlib.import_module(root)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{root}."):
            yield importlib.import_module(found.name)


def subclasses(base):
    for one in base.__subclasses__():
        yield one
        yield from subclasses(one)


def model_names():
    for model in apps.get_models(include_auto_created=True):
        if is_ours(model.__module__):
            yield from (
                (f"{model._meta.label}.{field.name}", name)
                for field in model._meta.get_fields()
                if field.concrete
                for name in (field.name, str(field.verbose_name), field.column or field.name)
            )


def own_serializers():
    list(modules())
    for serializer in set(subclasses(BaseSerializer)):
        if is_ours(serializer.__module__) and not issubclass(serializer, ListSerializer):
            yield serializer


def serializer_fields(serializer):
    """Name and field; a serializer that Meta leaves out is abstract and shows nothing."""
    if not hasattr(serializer, "_declared_fields"):
        return {}
    if issubclass(serializer, ModelSerializer) and not hasattr(serializer, "Meta"):
        return serializer._declared_fields
    return serializer().fields


def serializer_names():
    for serializer in own_serializers():
        for name, field in serializer_fields(serializer).items():
            place = f"{serializer.__module__}.{serializer.__name__}.{name}"
            yield place, name
            yield place, str(field.label or "")


def list_names():
    """The columns of the lists of consultations."""
    for listed in LISTS.values():
        yield from ((f"list {listed.name}: {one.name}", one.name) for one in listed.columns)


def heading_names():
    """Imports and exports name what they read and write: a class in ``columns``, a module in
    ``COLUMNS``.
    """
    for command, app in get_commands().items():
        if is_ours(app):
            columns = getattr(load_command_class(app, command), "columns", ())
            yield from ((f"command {command}: {column}", str(column)) for column in columns)
    for module in modules():
        for column in vars(module).get("COLUMNS", ()):
            yield f"{module.__name__}: {column}", str(column)
        for name, one in vars(module).items():
            if isinstance(one, Sheet):
                yield from (
                    (f"{module.__name__}.{name}: {column}", column) for column in one.columns
                )
            columns = isinstance(one, type) and is_ours(one.__module__) and vars(one).get("columns")
            # What a class computes is none; the columns of lists stand in their registry.
            if columns and not hasattr(columns, "__get__"):
                yield from ((f"{one.__name__}: {column}", str(column)) for column in columns)


@pytest.mark.parametrize("names", [model_names, serializer_names, heading_names, list_names])
def test_nothing_of_the_kind_exists(names):
    assert {place for place, name in names() if is_forbidden(name)} - ALLOWED == set()


def test_the_scan_sees_models_and_serializers():
    assert any(place == "tickets.Ticket.number" for place, _name in model_names())
    assert any(place.endswith(".password") for place, _name in serializer_names())


def test_what_is_allowed_is_still_there():
    names = [*model_names(), *serializer_names(), *heading_names(), *list_names()]

    assert {place for place, _name in names} >= ALLOWED


def test_nothing_sealed_is_readable_through_the_api():
    for serializer in own_serializers():
        model = getattr(getattr(serializer, "Meta", None), "model", None)
        if model is None:
            continue
        sealed = {f.name for f in model._meta.fields if isinstance(f, SealedTextField)}
        shown = {
            field.source for field in serializer_fields(serializer).values() if not field.write_only
        }
        assert not sealed & shown, serializer


@pytest.mark.parametrize(
    "name",
    [
        "religion", "Religion", "RELIGIOUS_BELIEF", "religiousFaith", "ethnicity", "ethnic_group",
        "id_number", "idCardNo", "ID card", "identity-card", "Identity Number", "passport_no",
        "birth_date", "birthDate", "date of birth", "DOB", "born_on", "health_status", "disease",
        "disability", "mental_state", "marital_status", "spouse_name", "family_members",
        "home_address", "homeAddress", "risk_score", "RiskLevel", "person_score", "credit score",
        "key_person", "drug_user", "is_petitioner", "party_member", "face_id", "number_plate",
        "gps_track", "minzu", "sfzh",
        "宗教", "宗教信仰", "民 族", "民族", "身份证号", "公民身份号码", "证件号码", "出生日期",
        "出生年月", "生日", "健康状况", "残疾等级", "婚姻状况", "家庭成员", "家庭住址", "家属电话",
        "籍贯", "户籍地", "政治面貌", "风险等级", "重点人员类别", "是否吸毒", "信访人", "社区矫正",
        "车牌号", "活动轨迹", "ＩＤ　ｃａｒｄ",
    ],
)  # fmt: skip
def test_such_headings_are_refused(name):
    with pytest.raises(Refused) as refusal:
        refuse_columns(["code", "name", name])

    assert refusal.value.code == "column_not_accepted"
    assert "column 3" in str(refusal.value)
    assert name.strip() in str(refusal.value)


def test_the_sentence_names_the_column():
    with pytest.raises(Refused) as refusal:
        refuse_columns([*"abcdefghijklm", "religion"])

    assert str(refusal.value) == ("Nothing was imported: column 14, “religion”, is not accepted.")


@pytest.mark.parametrize(
    "name",
    [
        "code", "name", "name_zh", "parent_code", "level", "department", "phone", "email", "area",
        "households", "household_count", "people_aged_60_or_more", "age_band", "trace", "surface",
        "interface", "priority", "urgent", "address", "organisation", "post", "uscc", "credit_code",
        "track_token", "birdhouse", "brisk", "tracked_at", "number", "identifier", "is_demo",
        "surname", "created_by", "client_id", "valid_from", "grid", "state",
        "编码", "名称", "上级编码", "电话", "部门", "户数", "家庭户数", "60岁以上人数", "地址", "单位",
        "职务", "立案条件", "结案时限", "网格员", "统一社会信用代码", "精神文明", "民政部门", "大类",
    ],
)  # fmt: skip
def test_ordinary_headings_pass(name):
    refuse_columns([name])
