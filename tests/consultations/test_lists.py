"""The lists: what stands in them, what never does, and the documents made of them."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from python_calamine import load_workbook

from consultations import lists, papers
from consultations.lists import LISTS, Asked, Column, Listed
from consultations.models import Opinion, Topic
from govgrid.core import clock
from tests.factories import consultations as made

ROOT = "/api/v1/consultations/lists/"
NAMES = ["problems", "suggestions", "responsibility", "feedback", "projects"]
PERSON = "张三丰"
EVIL = '=HYPERLINK("http://evil.test","x")'


def text(response):
    return response.content.decode()


@pytest.fixture
def full(platform, other_platform, people, town):
    """One of everything, and beside it what nobody may read here."""
    resident = people["resident"]
    resident.name = PERSON
    resident.save()
    topic = made.deliberating(
        platform, by=resident, screener=people["screener"], convenor=people["convenor"], title=EVIL
    )
    at = clock.now()
    judged = {"fate_at": at, "fate_by": people["convenor"]}
    made.suggestion(topic, by=resident, body="=1+1", fate="adopted", **made.NOW, **judged)
    made.suggestion(topic, by=resident, body="+86 还没答复")
    made.suggestion(
        topic, by=people["neighbour"], body="被隐藏的意见", hidden_at=at,
        hidden_by=people["convenor"], hidden_reason="涉及个人",
    )  # fmt: skip
    made.promised(topic, town.housing, text="@护栏 60 米")
    made.promised(
        topic, town.urban, text="画线", state="done", due_on=clock.today(), accepted_at=at,
        accepted_by=people["urban"], result="-已画 12 条线", done_at=at,
    )  # fmt: skip
    Topic.objects.filter(pk=topic.pk).update(state="doing", **made.NOW)
    refused = made.studying(
        platform, by=people["neighbour"], screener=people["screener"], title="单行线"
    )
    Topic.objects.filter(pk=refused.pk).update(
        state="reported",
        result="育才路不能改单行",
        reported_at=at - timedelta(days=1),
        **made.CANNOT,
    )
    made.raised(platform, by=resident, title="还没立项的议题")
    hidden = made.raised(other_platform, by=resident, title="别处没立项")
    made.suggestion(hidden, by=resident, body="没立项议题的建议")
    made.studying(
        other_platform, by=people["neighbour"], screener=people["other_screener"], title="别处立项",
    )  # fmt: skip
    return topic


HIDDEN = ("被隐藏的意见", "还没立项的议题", "别处没立项", "没立项议题的建议")


@pytest.mark.parametrize("name", NAMES)
def test_public_lists_hold_no_name_and_nothing_hidden(client, full, name, people):
    page = text(client.get(reverse("consultations:rows", args=[name])))
    assert full.number in page
    for secret in (PERSON, *HIDDEN):
        assert secret not in page
    # Named by his own wish, and yet not in a list.
    Topic.objects.update(is_named=True)
    Opinion.objects.update(is_named=True)
    assert PERSON not in text(client.get(reverse("consultations:rows", args=[name])))
    for kind in ("docx", "xlsx"):
        content = client.get(reverse("consultations:list-paper", args=[name, kind])).content
        whole = "".join(
            zipfile.ZipFile(io.BytesIO(content)).read(one).decode(errors="ignore")
            for one in zipfile.ZipFile(io.BytesIO(content)).namelist()
        )
        assert full.number in whole
        for secret in (PERSON, *HIDDEN):
            assert secret not in whole


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("problems", ["单行线", "别处立项"]),
        ("suggestions", ["=1+1", "+86 还没答复", "not answered yet", "预算已落实"]),
        ("responsibility", ["@护栏 60 米", "画线"]),
        ("feedback", ["-已画 12 条线", "育才路不能改单行"]),
        ("projects", ["@护栏 60 米"]),
    ],
)
def test_what_stands_in_each(client, full, name, held):
    page = text(client.get(reverse("consultations:rows", args=[name])))
    for words in held:
        assert words in page


def test_problems_stand_with_their_topic_and_old_wordings_nowhere(client, full, people):
    for words, hidden_at in (("没有人行道", None), ("不该看到的", clock.now())):
        Opinion.objects.create(
            topic=full, kind="problem", body=words, author=people["recorder"], client_id=uuid4(),
            serial=full.opinions.count() + 1, round=full.round, hidden_at=hidden_at,
            hidden_reason="涉及个人" if hidden_at else "",
            hidden_by=people["screener"] if hidden_at else None,
        )  # fmt: skip
    page = text(client.get(reverse("consultations:rows", args=["problems"])))
    assert "1. 没有人行道" in page
    assert "不该看到的" not in page
    old = full.opinions.filter(kind="suggestion").earliest("pk")
    Opinion.objects.filter(pk=old.pk).update(superseded_at=clock.now())
    assert old.body not in text(client.get(reverse("consultations:rows", args=["suggestions"])))


def test_feedback_is_in_the_order_of_days(full):
    rows = LISTS["feedback"].rows(Asked(), 0, 10)
    assert [one["result"] for one in rows] == ["-已画 12 条线", "育才路不能改单行"]
    assert [one["result"] for one in LISTS["feedback"].rows(Asked(), 1, 10)] == ["育才路不能改单行"]


def test_the_inner_list_is_of_ones_own_platforms(client, full, people):
    at = reverse("consultations:rows", args=["problems"])
    assert client.get(at, {"inner": 1}).status_code == 403
    client.force_login(people["resident"])
    assert client.get(at, {"inner": 1}).status_code == 403
    client.force_login(people["member"])
    page = text(client.get(at, {"inner": 1}))
    assert full.number in page
    assert "别处立项" not in page
    # Also there, who does not want to be named is not.
    assert PERSON not in page
    Topic.objects.filter(pk=full.pk).update(is_named=True)
    assert PERSON in text(client.get(at, {"inner": 1}))
    client.force_login(people["other_convenor"])
    page = text(client.get(at, {"inner": 1}))
    assert "别处立项" in page
    assert PERSON not in page


def test_filters(client, full, platform, town):
    at = reverse("consultations:rows", args=["problems"])

    def shown(**asked):
        return text(client.get(at, asked))

    assert "别处立项" not in shown(platform="c11")
    assert "别处立项" in shown(platform="c21")
    assert "单行线" not in shown(area=town.communities[2].code)
    assert "单行线" in shown(area=town.streets[0].name)
    today = clock.today()
    assert "单行线" in shown(since=f"{today}", until=f"{today}")
    assert "单行线" not in shown(until=f"{today - timedelta(days=1)}")


@pytest.mark.parametrize(
    "asked",
    [{"platform": "none"}, {"area": "没有这里"}, {"since": "gestern"}, {"since": "3000-01-01"},
     {"since": "2026-02-01", "until": "2026-01-01"}, {"area": "x" * 100}, {"area": "\x00"}],
)  # fmt: skip
def test_bad_filters(client, full, api, people, asked):
    for kind in ("docx", "xlsx"):
        page = client.get(reverse("consultations:list-paper", args=["problems", kind]), asked)
        assert page.status_code == 400
    page = client.get(reverse("consultations:rows", args=["problems"]), asked)
    assert page.status_code == 400
    assert full.number not in text(page)
    api.force_authenticate(people["member"])
    assert api.get(f"{ROOT}problems/", asked).status_code == 400


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "１"])
def test_no_such_page(client, full, page):
    at = reverse("consultations:rows", args=["problems"])
    assert client.get(at, {"page": page}).status_code == 404
    assert client.get(reverse("consultations:rows", args=["nothing"])).status_code == 404
    assert client.get("/consultations/lists/problems/list.exe").status_code == 404


def test_the_document_in_word(client, full, platform):
    asked = {"platform": "c11", "number": "夷协〔2026〕3号", "since": "2026-01-01"}
    response = client.get(reverse("consultations:list-paper", args=["problems", "docx"]), asked)
    assert response["Content-Type"] == papers.WORD
    paper = Document(io.BytesIO(response.content))
    lines = [one.text for one in paper.paragraphs]
    assert lines[0] == f"{platform.name}: List of problems"
    assert lines[1] == "夷协〔2026〕3号"
    assert "2026-01-01" in lines[2]
    assert lines[-3] == platform.host.name
    assert lines[-1] == "(place for the seal)"
    table = paper.tables[0]
    assert [one.text for one in table.rows[0].cells][:3] == ["No.", "Number", "Topic"]
    assert len(table.rows) == 3
    assert table.rows[2].cells[2].text == EVIL


def test_nothing_in_the_workbook_is_a_formula(client, full):
    for name in NAMES:
        response = client.get(reverse("consultations:list-paper", args=[name, "xlsx"]))
        assert response["Content-Type"] == papers.EXCEL
        sheet = zipfile.ZipFile(io.BytesIO(response.content)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
    book = load_workbook(io.BytesIO(client.get(
        reverse("consultations:list-paper", args=["suggestions", "xlsx"])).content))  # fmt: skip
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert "=1+1" in cells
    assert "(place for the seal)" in cells


@pytest.mark.parametrize("name", NAMES)
def test_as_many_statements_for_many_rows(full, platform, people, name, town):
    def count():
        with CaptureQueriesContext(connection) as found:
            list(LISTS[name].rows(Asked(), 0, 50))
        return len(found)

    before = count()
    for _each in range(3):
        topic = made.studying(platform, by=people["neighbour"], screener=people["screener"])
        Topic.objects.filter(pk=topic.pk).update(state="doing", **made.NOW)
        made.suggestion(topic, by=people["neighbour"])
        made.promised(
            topic, town.urban, state="done", due_on=clock.today(), accepted_at=clock.now(),
            accepted_by=people["urban"], result="好", done_at=clock.now(),
        )  # fmt: skip
    assert count() == before <= 5


def test_an_upper_app_brings_its_own(client, db):
    wishes = Listed(
        "wishes", "List of wishes", "What people wish.", (Column("number", "Number"),),
        lambda _asked, first, most: [{"number": "N-1", "url": "/"}][first:most],
    )  # fmt: skip
    lists.register(wishes)
    try:
        assert "N-1" in text(client.get(reverse("consultations:rows", args=["wishes"])))
    finally:
        del LISTS["wishes"]


def test_rest(api, full, people):
    api.force_authenticate(people["neighbour"])
    # Lists of the app above stand after them.
    assert [one["name"] for one in api.get(ROOT).json()["results"]][:5] == NAMES
    for name in NAMES:
        said = api.get(f"{ROOT}{name}/").json()
        assert said["rows"]
        for secret in (PERSON, *HIDDEN):
            assert secret not in str(said)
    assert api.get(f"{ROOT}problems/", {"inner": "true"}).status_code == 403
    assert api.get(f"{ROOT}nothing/").status_code == 404
    assert api.get(f"{ROOT}problems/", {"page": 0}).status_code == 400
    assert api.get(f"{ROOT}problems/", {"page": 9}).json()["rows"] == []
    api.force_authenticate(people["member"])
    columns = api.get(f"{ROOT}problems/", {"inner": "true"}).json()["columns"]
    assert columns[-1]["name"] == "who"
