"""A list of people to be asked: what is read, what is repaired, what is refused, what is written."""

import io
import zipfile
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import load_workbook

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import RowError
from govgrid.worktime.models import ClockShift
from grids.models import Area
from members import invitesheet
from members.models import Invitation, Member
from members.retention_roster import erase_invitations
from members.views import carried
from tests.factories.grids import build_town, holder
from tests.factories.joining import assess


def workbook(*rows, merge=None, formulas=()):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, cells in enumerate(rows):
        for column, said in enumerate(cells):
            sheet.write(number, column, said)
    if merge:
        sheet.merge_range(*merge)
    for row, column, formula, value in formulas:
        sheet.write_formula(row, column, formula, None, value)
    book.close()
    return file.getvalue()


HEAD = ("姓名", "电话", "单位")


# ── what is read ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        (" 138 1234 5678 ", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("13812345678.0", "13812345678"),
        ("1.3812345678E+10", "13812345678"),
        ("0717-7821234", "07177821234"),
    ],
)
def test_a_number_is_read_as_it_was_meant(cell, meant):
    assert invitesheet.phone_of(cell) == meant


@pytest.mark.parametrize("cell", ["", "12345", "1381234567", "没有", "1.38E+10", "9" * 30])
def test_what_is_no_number_is_said_to_be_none(cell):
    with pytest.raises(RowError):
        invitesheet.phone_of(cell)


def test_a_workbook_with_numbers_as_floats_and_merged_cells_is_read():
    content = workbook(
        HEAD, ("曾志远", 13812345678.0, "某所"), ("王 芳", "１３８００００１２３４"), ("", "", ""),
        merge=(5, 0, 6, 1, ""),
    )  # fmt: skip
    sheet = invitesheet.read_people(content, "list.xlsx")

    assert sheet.people == [("曾志远", "13812345678", "某所"), ("王 芳", "13800001234", "")]
    assert sheet.problems == []


def test_a_formula_is_read_as_its_value_and_never_written_back():
    content = workbook(
        HEAD, ("", "13812345678"), ("=1+1", "13812345679"),
        formulas=[(1, 0, '=CONCAT("曾","志远")', "曾志远")],
    )  # fmt: skip
    sheet = invitesheet.read_people(content, "list.xlsx")
    assert [one.name for one in sheet.people] == ["曾志远"]

    text = invitesheet.read_people("姓名,电话\n=HYPERLINK(1),13812345678\n".encode(), "list.csv")
    rows = invitesheet.error_rows(text)
    back = invitesheet.write_table(["line", "why", "name", "phone", "organisation"], rows)
    book = load_workbook(io.BytesIO(back))
    assert "=HYPERLINK(1)" in book.get_sheet_by_index(0).to_python()[1]
    assert b"<f>" not in _xml_of(back)


def _xml_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml")


def test_wrong_lines_are_told_by_their_number():
    text = "姓名,电话,单位\n曾志远,13812345678,\n,13812345679,\n王芳,12,\n李四,138 1234 5678,\n"
    sheet = invitesheet.read_people(text.encode("gb18030"), "list.csv")

    assert [one.name for one in sheet.people] == ["曾志远"]
    assert [one.line for one in sheet.problems] == [3, 4, 5]
    assert "line 2" in sheet.problems[2].reason


@pytest.mark.parametrize(
    "heading",
    [
        "宗教信仰",
        "民族",
        "身份证号",
        "健康状况",
        "家庭成员",
        "政治面貌",
        "Religion",
        "sfzh",
        "ID card",
    ],
)
def test_r10_a_column_that_must_not_exist_stops_the_import_and_says_why(heading):
    text = f"姓名,电话,{heading}\n曾志远,13812345678,x\n"
    with pytest.raises(Refused) as refused:
        invitesheet.read_people(text.encode(), "list.csv")
    assert refused.value.code == "column_not_accepted"
    assert heading in str(refused.value)
    assert "neither faith" in str(refused.value)


@pytest.mark.parametrize("heading", ["界别", "备注", "类别", "association", "group"])
def test_r2_r11_no_other_column_is_taken_and_so_no_category(heading):
    text = f"姓名,电话,{heading}\n曾志远,13812345678,x\n"
    with pytest.raises(Refused) as refused:
        invitesheet.read_people(text.encode(), "list.csv")
    assert refused.value.code == "column_unknown"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "column_missing"),
        (b"PK\x03\x04 and no more", "workbook_unreadable"),
        (b"\xff\xfe\x00\x01", "file_is_no_text"),
        ("2026年名单\n姓名,电话\n".encode(), "column_missing"),
        (b"x" * 5_000_001, "file_too_large"),
    ],
)
def test_what_is_no_list_is_refused_and_never_a_fault(content, code):
    with pytest.raises(Refused) as refused:
        invitesheet.read_people(content, "list.xlsx")
    assert refused.value.code == code


@pytest.mark.slow
def test_ten_thousand_rows_are_read_or_refused_by_their_number():
    most = invitesheet.MOST_PEOPLE
    rows = [HEAD, *((f"曾甲{'乙' * (n % 3)}", f"138{n:08d}", "=x") for n in range(most))]
    sheet = invitesheet.read_people(workbook(*rows), "list.xlsx")
    assert len(sheet.people) == most

    with pytest.raises(Refused) as refused:
        invitesheet.read_people(workbook(*rows, ("甲", "13900000000"), ("乙", "13900000001")), "x")
    assert refused.value.code == "list_too_long"


# ── the pages ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def keeper(db):
    assess()
    return holder("roster_admin", area=build_town().district)


def sent(client, content, name="list.csv"):
    said = {"file": SimpleUploadedFile(name, content), "area": "420506"}
    return client.post(reverse("members:invite-preview"), said)


def test_a_file_is_looked_at_before_anybody_is_asked_and_then_once(client, keeper):
    client.force_login(keeper)
    page = sent(client, "姓名,电话\n曾志远,13812345678\n王芳,x\n".encode())
    assert not Invitation.objects.exists()
    carry = {"carried": page.context["carried"]}

    told = client.post(reverse("members:invite-confirm"), carry)
    assert told.status_code == 200
    assert told["Cache-Control"].count("no-store") == 1
    assert Invitation.objects.count() == 1
    links = client.post(
        reverse("members:invite-download", args=["links"]), {"carried": told.context["sealed"]}
    )
    cells = load_workbook(io.BytesIO(links.content)).get_sheet_by_index(0).to_python()
    assert cells[1][0] == "曾志远"
    assert "/members/join/" in cells[1][1]

    again = client.post(reverse("members:invite-confirm"), carry)
    assert (again.context["count"], again.context["skipped"]) == (0, 1)
    assert not Member.objects.exists()

    wrong = client.post(
        reverse("members:invite-download", args=["errors"]), {"carried": page.context["errors"]}
    )
    rows = load_workbook(io.BytesIO(wrong.content)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "3"


def test_what_is_carried_is_sealed_and_of_one_person_and_one_hour(client, keeper, settings):
    client.force_login(keeper)
    page = sent(client, "姓名,电话\n曾志远,13812345678\n".encode())
    carry = page.context["carried"]
    assert "曾志远" not in carry
    with pytest.raises(Refused):
        carried.unseal("people", keeper.pk + 1, carry)
    with pytest.raises(Refused):
        carried.unseal("links", keeper.pk, carry)
    for wrong in ("", "x", carry[:-8], "é"):
        answer = client.post(reverse("members:invite-confirm"), {"carried": wrong})
        assert answer.status_code == 409
    settings.TEST_CLOCK = True
    ClockShift.objects.create(id=1, shift=timedelta(hours=2))
    with pytest.raises(Refused):
        carried.unseal("people", keeper.pk, carry)


def test_a_forbidden_column_is_told_on_the_page_and_nothing_is_kept(client, keeper):
    client.force_login(keeper)
    page = sent(client, "姓名,电话,宗教信仰\n曾志远,13812345678,无\n".encode())
    assert page.status_code == 409
    assert "宗教信仰" in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "role", ["community_officer", "street_head", "resident", "auditor", "member"]
)
def test_who_does_not_keep_the_roster_has_no_such_pages(client, keeper, role):
    client.force_login(holder(role, area=Area.objects.get(code="420506")))
    for name in ("invitations", "batch-new", "applications", "roster"):
        assert client.get(reverse(f"members:{name}")).status_code == 403
    for name in ("invite-preview", "invite-confirm"):
        assert client.post(reverse(f"members:{name}")).status_code == 403
    assert client.post(reverse("members:invite-download", args=["links"])).status_code == 403


def test_one_person_is_asked_by_a_form(client, keeper):
    client.force_login(keeper)
    said = {"name": "曾志远", "phone": "13812345678", "area": "420506"}
    page = client.post(reverse("members:invitations"), said)
    assert page.context["count"] == 1
    assert client.post(reverse("members:invitations"), {}).status_code == 400

    row = Invitation.objects.get()
    client.post(reverse("members:invitation-withdraw", args=[row.pk]))
    row.refresh_from_db()
    assert (row.answer, row.phone) == ("withdrawn", None)
    stranger = holder("roster_admin", area=Area.objects.get(code="420506001"))
    client.force_login(stranger)
    assert client.post(reverse("members:invitation-withdraw", args=[row.pk])).status_code == 404


def test_r2_an_invitation_nobody_answered_erases_itself(client, keeper, settings):
    client.force_login(keeper)
    said = {"name": "曾志远", "phone": "13812345678", "area": "420506"}
    client.post(reverse("members:invitations"), said)

    assert erase_invitations(clock.now() + timedelta(days=29), dry_run=False) == 0
    later = clock.now() + timedelta(days=30, minutes=1)
    assert erase_invitations(later, dry_run=True) == 1
    assert erase_invitations(later, dry_run=False) == 1
    assert erase_invitations(later, dry_run=False) == 0
    assert not Invitation.objects.exists()
