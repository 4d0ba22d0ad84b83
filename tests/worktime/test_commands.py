import csv
from datetime import date
from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from govgrid.worktime import sources
from govgrid.worktime.models import CalendarDay, Edition

pytestmark = pytest.mark.usefixtures("shipped")

GOOD = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,makeup_workday,元旦\n"


def run(*args, **options):
    out, err = StringIO(), StringIO()
    call_command("import_calendar", *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refusal(*args, **options):
    before = Edition.objects.count()
    with pytest.raises(CommandError) as refused:
        run(*args, **options)
    assert Edition.objects.count() == before
    return str(refused.value)


def put(tmp_path, text, encoding="utf-8", name="notice.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def day(on):
    return CalendarDay.objects.in_force().filter(date=on).first()


def test_a_notice_is_loaded_and_says_what_it_did(tmp_path):
    out, err = run(put(tmp_path, GOOD))
    assert "+ 2027-01-03 Make-up workday 元旦" not in out  # details are for a dry run
    assert "1 added, 7 changed, 0 as before, 12 warnings." in out
    assert "2027-02-05 is a holiday by law" in err
    assert "line 0" not in err
    assert day("2027-01-03").kind == "makeup_workday"
    assert not day("2027-01-01").is_provisional
    assert Edition.objects.first().source == "notice.csv"
    out, _ = run(put(tmp_path, GOOD))
    assert "0 added, 0 changed, 2 as before, 0 warnings." in out


def test_a_dry_run_changes_nothing(tmp_path):
    out, _ = run(put(tmp_path, GOOD), dry_run=True)
    assert "Nothing was changed. This would be:" in out
    assert "+ 2027-01-03 Make-up workday 元旦" in out
    assert day("2027-01-03") is None
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_it_reads_what_people_write(tmp_path, encoding):
    text = (
        "日期,星期,类型,名称\n"
        "２０２７－０１－０１,周五,休,元旦\n"
        "2027年1月2日,星期六,放假,元旦\n"
        "2027/1/3,天,调休上班,元旦\n"
        "20270213, 6 ,班,\n"
        ",,,\n"
        "2027.9.15,3,HOLIDAY,中秋节\n"
    )
    run(put(tmp_path, text, encoding))
    kinds = [(str(row.date), row.kind) for row in CalendarDay.objects.filter(is_provisional=False, date__year=2027)]  # fmt: skip
    assert kinds == [
        ("2027-01-01", "holiday"),
        ("2027-01-02", "holiday"),
        ("2027-01-03", "makeup_workday"),
        ("2027-02-13", "makeup_workday"),
        ("2027-09-15", "holiday"),
    ]


def workbook(path, rows, more=""):
    """The least that is an Excel file; dates as Excel keeps them. ``more`` is XML after the rows."""
    cells = "".join(
        "<row>"
        + "".join(
            f'<c s="1"><v>{one}</v></c>'
            if isinstance(one, int)
            else f'<c t="inlineStr"><is><t>{one}</t></is></c>'
            for one in row
        )
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with ZipFile(path, "w") as file:
        file.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{rels}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        file.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="r1" Type="{rels}/worksheet" Target="worksheets/s.xml"/>'
            f'<Relationship Id="r2" Type="{rels}/styles" Target="styles.xml"/></Relationships>',
        )
        file.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        file.writestr(
            "xl/worksheets/s.xml",
            f'<worksheet xmlns="{main}"><sheetData>{cells}{more}</sheetData></worksheet>',
        )
    return path


def test_it_reads_excel(tmp_path):
    rows = [("日期", "类型", "名称"), (46_388, "休", "元旦"), ("2027-01-03", "班", "元旦")]
    run(workbook(tmp_path / "2027.xlsx", rows))
    assert day("2027-01-01").name == "元旦"
    assert not day("2027-01-01").is_provisional
    assert day("2027-01-03").kind == "makeup_workday"


def test_a_cell_in_the_last_corner_of_a_sheet_ends_no_process_of_ours(tmp_path):
    """A kilobyte for which the reader wants 512 GB."""
    corner = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    path = workbook(tmp_path / "2027.xlsx", [("日期", "类型")], corner)
    assert "The Excel file cannot be read." in refusal(path)


def test_all_that_is_wrong_is_listed_and_nothing_is_loaded(tmp_path):
    path = put(
        tmp_path,
        "date,weekday,kind,name\n"
        "2027-01-01,,holiday,元旦\n"
        "2027-1-1,,holiday,春节\n"
        "2027-02-30,,holiday,\n"
        "soon,,holiday,\n"
        "2027-01-04,,makeup_workday,\n"
        "2027-01-05,,feast,\n"
        "2027-01-06,7,holiday,\n"
        "1987-01-06,,holiday,\n"
        "2027-01-07,,holiday," + "元" * 41 + "\n"
        "2027-01-08,,holiday,元旦,more\n",
    )
    said = refusal(path)
    assert "Nothing was imported: 9 rows are wrong" in said
    assert "line 3: 2027-01-01 stands in line 2 already." in said
    with path.with_suffix(".errors.csv").open(encoding="utf-8-sig", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert [row["line"] for row in rows] == [str(n) for n in range(3, 12)]
    assert [row["reason"] for row in rows[1:]] == [
        "“2027-02-30” is no date; write 2026-09-24.",
        "“soon” is no date; write 2026-09-24.",
        "2027-01-04 is a weekday: it is a working day already.",
        "“feast” is no kind: holiday, makeup_workday.",
        "2027-01-06 is no “7”.",
        "1987-01-06 lies outside the years 2000 to 2100.",
        "“" + "元" * 20 + "…” is too long.",
        "The row has more cells than there are headings.",
    ]
    assert rows[1]["date"] == "2027-02-30"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The first line must name the columns; missing: date, kind."),
        ("date,kind\n", "The list names no day."),
        ("date,name\n2027-01-01,元旦\n", "missing: kind."),
        ("date,kind,wages\n2027-01-01,holiday,3\n", "Column “wages” is not known."),
        ('date,kind\n"2027-01-01,holiday\n', "Line 2 is no CSV"),
        ("PK\x03\x04 no workbook", "The Excel file cannot be read."),
        ("date\x00kind", "is no plain text"),
        ("date,kind\n" + " " * 2_000_000, "is too large."),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(tmp_path, text, sentence):
    assert sentence in refusal(put(tmp_path, text))


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert "cannot be read: No such file" in refusal(tmp_path / "none.csv")


def test_years_come_from_the_package_as_guesses():
    run(years=range(2027, 2029))
    rows = CalendarDay.objects.in_force().filter(date__year=2028)
    assert {row.date for row in rows} == set(sources.announced(2028))
    assert all(row.is_provisional for row in rows)
    assert Edition.objects.first().source == "holidays"
    out, _ = run("--years", "2028")
    assert "0 added, 0 changed" in out


def test_years_with_a_notice_come_published():
    run("--years", "2019", "--published")
    assert not day(date(2019, 10, 1)).is_provisional
    assert day(date(2019, 10, 12)).kind == "makeup_workday"


def test_what_the_package_cannot_know_is_not_published():
    assert "has read no notice for 2028" in refusal("--years", "2028", "--published")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([], "Give a file or --years"),
        (["notice.csv", "--years", "2027"], "Give a file or --years"),
        (["--years", "2028-2027"], "is no year"),
        (["--years", "27"], "is no year"),
        (["--years", "2027-9999"], "is no year"),
        (["--years", "2026"], "2026 is published"),
        (["--years", "2027", "--provisional", "--published"], "not allowed with"),
    ],
)
def test_what_was_meant_must_be_clear(args, sentence):
    assert sentence in refusal(*args)
