"""The roster as a list: who reads it, in which order, what is found; each reading is on record."""

import inspect
import io
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import FieldError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from python_calamine import load_workbook

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy.models import AccessLog, Notice
from govgrid.privacy.proofs import SecondFactorProof
from members import actions, names, roster
from members.forms import roster as forms
from members.models import Member, Sealed
from members.workflow.roster import Purpose
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.joining import assess
from tests.factories.members import (
    LiaisonFactory,
    MemberFactory,
    SpecialtyFactory,
    StationFactory,
    agree,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    assess()
    return build_town()


@pytest.fixture
def keeper(town):
    return holder("roster_admin", area=town.district)


def member(town, name="曾志远", n=0, **more):
    more.setdefault("pinyin", names.spelt(name))
    return MemberFactory(area=town.communities[n], name=name, **more)


def listed(town, **more):
    user = UserFactory()
    agree(user, Purpose.LISTED)
    return member(town, user=user, is_listed=True, **more)


# ── order and search ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("曾志远", "zeng zhi yuan"), ("曾國藩", "zeng guo fan"), ("单田芳", "shan tian fang"),
        ("欧阳修", "ou yang xiu"), ("单于婷", "chan yu ting"), ("尉迟恭", "yu chi gong"),
        ("Anna Li", "anna li"), ("解", "xie"),
    ],
)  # fmt: skip
def test_a_name_is_spelt_as_its_owner_would(name, spelt):
    assert names.spelt(name) == spelt


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("stroke", ["丁一", "王芳", "陈明", "曾志远"]),
        ("pinyin", ["陈明", "丁一", "王芳", "曾志远"]),
    ],
)
def test_the_list_sorts_by_strokes_or_by_sound_and_zeng_stands_under_z(
    town, keeper, order, expected
):
    for name in ("王芳", "曾志远", "陈明", "丁一"):
        member(town, name)
    rows = roster.ordered(roster.within_reach(keeper), order)
    assert [one.name for one in rows] == expected

    seen, last = [], ""
    for _n in expected:
        one = roster.after(rows, order, last).first()
        seen.append(one.name)
        last = one.serial
    assert seen == expected
    assert roster.after(rows, order, last).first() is None


def test_what_somebody_spells_himself_counts(town, keeper):
    member(town, "曾志远", pinyin="ceng zhi yuan")
    member(town, "陈明")
    rows = roster.ordered(roster.within_reach(keeper), "pinyin")
    assert [one.name for one in rows] == ["曾志远", "陈明"]


@pytest.mark.parametrize(
    "q", ["志远", "志遠", "zzy", "zengzhi", "某律所", "合伙", "劳动", "R9", " 志远 "]
)
def test_somebody_is_found_in_either_script_and_by_letters(town, keeper, q):
    law = SpecialtyFactory(name="劳动法")
    member(town, serial="R9", organisation="某律所", public_post="合伙人", skills=[law])
    member(town, "王芳", n=1)
    found = roster.searched(roster.within_reach(keeper), q)
    assert [one.serial for one in found] == ["R9"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "(", "a" * 60, "'", "不在"])
def test_odd_words_find_nothing_and_are_no_fault(town, keeper, client, q):
    member(town)
    assert not roster.searched(roster.within_reach(keeper), q).exists()
    client.force_login(keeper)
    assert client.get(reverse("members:roster"), {"q": q}).status_code == 200


def test_a_branch_counts_as_all_beneath_it(town, keeper):
    law = SpecialtyFactory(name="法律")
    leaf = SpecialtyFactory(name="劳动法", parent=law)
    found = member(town, skills=[leaf])
    member(town, "王芳")
    assert list(roster.skilled(roster.within_reach(keeper), law)) == [found]


def test_r12_nothing_sealed_can_be_looked_up_sorted_or_listed(town):
    for lookup in ("affiliation", "affiliation__icontains", "phone__startswith", "phone__in"):
        with pytest.raises(FieldError):
            Sealed.objects.filter(**{lookup: "x"}).exists()
    for form in (forms.RosterSearchForm(user=UserFactory()), forms.PublicSearchForm()):
        assert set(form.fields) <= {"q", "specialty", "area", "station", "order"}
    assert not {"phone", "affiliation", "association"} & {*actions.LISTED, *actions.COPIED}


def test_r15_what_is_sealed_is_reached_by_the_actions_alone():
    root = Path(django_settings.BASE_DIR) / "members"
    reach = re.compile(r"import[^\n]*\bSealed\b|^\s+Sealed,$|models\.sealed", re.MULTILINE)
    wrong = [
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in {"actions", "models", "migrations"}
        and reach.search(path.read_text())
    ]
    assert wrong == []
    assert "Sealed" in inspect.getsource(actions.reveal)


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def test_who_reads_the_roster_reads_his_reach_and_it_is_on_record(client, town):
    here, there = member(town, "曾志远"), member(town, "王芳", n=2)
    paused = member(town, "陈明", state="paused")
    member(town, "李四", state="applied")
    station = StationFactory(area=town.communities[0])
    guest = member(town, "赵六", n=3, station=station)
    keeper = holder("roster_admin", area=town.streets[0])
    client.force_login(keeper)

    page = client.get(reverse("members:roster"))

    assert {one.pk for one in page.context["rows"]} == {here.pk, paused.pk}
    assert there.name not in page.content.decode()
    entry = AccessLog.objects.get()
    assert (entry.by, entry.action, entry.role) == (keeper, "list", "roster_admin")
    assert set(entry.rows) == {str(here.pk), str(paused.pk)}

    client.force_login(LiaisonFactory(station=station).user)
    page = client.get(reverse("members:roster"))
    assert [one.pk for one in page.context["rows"]] == [guest.pk]
    assert AccessLog.objects.latest("pk").role == "liaison"


def test_r17_a_search_is_on_record_without_the_words_that_name_somebody(client, town, keeper):
    member(town)
    client.force_login(keeper)
    client.get(reverse("members:roster"), {"q": "曾志远", "area": town.communities[0].code})

    entry = AccessLog.objects.get()
    assert (entry.action, entry.count) == ("search", 1)
    assert entry.case == f"q area={town.communities[0].code}"
    assert "曾志远" not in f"{entry.case}{entry.reason}"


def test_the_list_takes_as_many_statements_for_three_as_for_one(client, town, keeper):
    law = SpecialtyFactory()
    member(town, skills=[law])
    client.force_login(keeper)
    counts = []
    for more in (0, 2):
        for n in range(more):
            member(town, f"王{n}", n=1 + n, skills=[law, SpecialtyFactory()])
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse("members:roster"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 24


def test_a_print_and_an_export_say_what_for_and_are_on_record(client, town, keeper):
    people = [member(town, name, offer="=1+1") for name in ("王芳", "曾志远", "丁一")]
    client.force_login(keeper)
    for name in ("roster-print", "roster-export"):
        address = reverse(f"members:{name}")
        assert client.get(address).context["total"] == 3
        assert client.post(address, {"reason": " "}).status_code == 400
        assert not AccessLog.objects.filter(action="export").exists()

    page = client.post(reverse("members:roster-print"), {"reason": "开会签到", "order": "stroke"})
    text = page.content.decode()
    assert text.index("丁一") < text.index("王芳") < text.index("曾志远")
    sheet = client.post(reverse("members:roster-export"), {"reason": "开会签到"})
    rows = load_workbook(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["丁一", "王芳", "曾志远"]
    assert rows[1][5] == "=1+1"
    taken = AccessLog.objects.filter(action="export")
    assert [one.reason for one in taken] == ["开会签到"] * 2
    assert all(set(one.rows) == {str(some.pk) for some in people} for one in taken)


@pytest.mark.slow
def test_a_list_of_896_is_printed_in_stroke_order_on_sheets(client, town, keeper):
    surnames = "丁王陈曾李张刘杨黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
    for n in range(60):
        member(town, surnames[n % len(surnames)] + "一", n=n % 4)
    client.force_login(keeper)
    page = client.post(reverse("members:roster-print"), {"reason": "开会签到"})
    sheets = page.context["sheets"]
    assert [len(one) for one in sheets] == [28, 28, 4]
    whole = [one.name for sheet in sheets for one in sheet]
    assert whole[0] == "丁一"
    assert whole == [one.name for one in roster.ordered(roster.within_reach(keeper), "stroke")]


# ── stale consents ────────────────────────────────────────────────────────────────────────────


def changed():
    """The notice of the roster asks for something else from now on."""
    old = Notice.objects.filter(key="roster").latest("version")
    return Notice.objects.create(
        key="roster", version=old.version + 1, purpose=old.purpose, method="another",
        fields_listed=["name", "more"], text="text", retention_days=15, asks_again=True,
        published_at=old.published_at,
    )  # fmt: skip


def test_r3_whoever_agreed_to_less_is_masked_until_renewed(client, town, keeper):
    one = listed(town)
    newer = changed()

    assert not roster.within_reach(keeper).exists()
    assert not Member.objects.listed().exists()
    assert not keeper.has_perm("members.view", one)
    client.force_login(keeper)
    assert client.get(one.get_absolute_url()).status_code == 404
    client.force_login(one.user)
    assert b"Read again" in client.get(reverse("members:me")).content

    actions.agree(one, Purpose.ROSTER, newer.pk, by=one.user)
    assert roster.within_reach(keeper).get() == one
    assert Member.objects.listed().exists()


# ── the public page ───────────────────────────────────────────────────────────────────────────


def test_r20_the_public_sees_display_name_specialty_and_station_of_the_listed_alone(client, town):
    law = SpecialtyFactory(name="劳动法")
    station = StationFactory(area=town.communities[0], name="营盘站")
    shown = listed(
        town, display_name="曾律师", organisation="某律所", work_phone="0717-1234567",
        offer="晚间咨询", skills=[law], station=station,
    )  # fmt: skip
    hidden = member(town, "王芳", display_name="王老师")
    page = client.get(reverse("members:list"))
    text = page.content.decode()

    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert all(one in text for one in ("曾律师", "劳动法", "营盘站"))
    secret = (shown.name, shown.serial, "某律所", "0717-1234567", "晚间咨询", "王老师", hidden.name)
    assert not [one for one in secret if one in text]
    assert list(client.get(reverse("members:list"), {"specialty": law.code}).context["rows"]) == [
        shown
    ]
    elsewhere = client.get(reverse("members:list"), {"area": town.streets[1].code})
    assert not elsewhere.context["rows"]


def test_the_public_page_takes_as_many_statements_for_three_as_for_one(client, town):
    law = SpecialtyFactory()
    counts = []
    for more in (1, 2):
        for _n in range(more):
            listed(town, skills=[law, SpecialtyFactory()])
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("members:list"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 10


# ── one entry, one number ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def sealed(town):
    one = member(town)
    actions.edit(one, {"phone": "13812345678"}, by=one.user)
    return one


def test_an_entry_is_404_out_of_reach_and_shows_no_sealed_thing(client, town, keeper, sealed):
    client.force_login(holder("roster_admin", area=town.streets[1]))
    assert client.get(sealed.get_absolute_url()).status_code == 404
    client.force_login(keeper)
    page = client.get(sealed.get_absolute_url())
    assert page.status_code == 200
    assert "13812345678" not in page.content.decode()
    assert AccessLog.objects.filter(model="members.Member", row=str(sealed.pk)).count() == 1


def proof(user):
    return SecondFactorProof(user.pk, clock.now())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proof": None}, "second_factor_needed"),
        ({"case": " "}, "case_needed"),
        ({"reason": "  "}, "reason_needed"),
    ],
)
def test_r16_a_number_is_opened_for_a_case_with_a_reason_and_a_code(keeper, sealed, changes, code):
    said = {"reason": "约时间上门", "case": "YL-1", "proof": proof(keeper), **changes}
    with pytest.raises(Refused) as refused:
        actions.reveal(sealed, by=keeper, **said)
    assert refused.value.code == code
    assert not AccessLog.objects.filter(action="reveal").exists()


def test_r16_the_page_shows_it_once_to_who_gave_a_code(client, keeper, sealed):
    device = TOTPDevice.objects.create(user=keeper, name="phone", confirmed=True)
    client.force_login(keeper)
    address = reverse("members:member-reveal", args=[sealed.serial])
    said = {"case": "YL-1", "reason": "约时间上门"}
    assert client.post(address, said).status_code == 409
    code = f"{totp(device.bin_key):06d}"

    page = client.post(address, {**said, "code": code})

    assert "13812345678" in page.content.decode()
    assert page["Refresh"] == f"300; url={sealed.get_absolute_url()}"
    assert "no-store" in page["Cache-Control"]
    assert "13812345678" not in client.get(sealed.get_absolute_url()).content.decode()
    entry = AccessLog.objects.get(action="reveal")
    assert (entry.by, entry.case, entry.role) == (keeper, "YL-1", "roster_admin")
    client.force_login(sealed.user)
    mine = client.get(reverse("members:me")).content.decode()
    assert "约时间上门" in mine
    assert "YL-1" in mine


def test_r15_who_serves_elsewhere_opens_nothing(client, town, sealed):
    station = StationFactory(area=town.communities[0])
    others = [
        holder("roster_admin", area=town.streets[1]),
        holder("street_head", area=town.district),
        LiaisonFactory(station=station).user,
        sealed.user,
        UserFactory(is_superuser=True),
    ]
    for one in others:
        assert not one.has_perm("members.reveal", sealed)
        client.force_login(one)
        answer = client.post(
            reverse("members:member-reveal", args=[sealed.serial]),
            {"case": "1", "reason": "看看看看"},
        )
        assert answer.status_code in {403, 404}
    assert not AccessLog.objects.filter(action="reveal").exists()
