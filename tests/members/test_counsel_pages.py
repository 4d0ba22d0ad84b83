"""Pages and REST of counsels, briefs, grants, visits and figures: who sees what, what is refused."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.privacy.models import AccessLog
from members import actions
from members.models import Brief, Counsel, Grant, Member, Visit
from tests.factories import counsel as made
from tests.factories.accounts import UserFactory
from tests.factories.consultations import PlatformFactory
from tests.factories.tickets import CategoryFactory

LIST = "/members/counsel/"
WORDS = {**made.WORDS, "area": "社区11"}


@pytest.fixture
def as_(client, people):
    def sign_in(who):
        client.force_login(people[who])
        return client

    return sign_in


@pytest.fixture
def noted(member, people, town):
    one, brief = made.briefed(member, people["roster"], is_named=True)
    actions.instruct(
        brief, by=people["street"], text="请住建局研究。", department=town.housing,
        due_on=made.in_days(20), is_public=True,
    )  # fmt: skip
    actions.instruct(brief, by=people["command"], text="内部的话。")
    one.refresh_from_db()
    return one


def act(client, one, name, **given):
    return client.post(reverse("members:counsel-act", args=[one.number, name]), given)


# ── counsels ──────────────────────────────────────────────────────────────────────────────────


def test_r20_the_public_reads_what_was_taken_up_and_no_search_engine_keeps_it(
    client, noted, member, people
):
    hidden = made.submitted(member, title="还没有人看过")
    page = client.get(LIST)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex' in page.text
    assert noted.shown_title in page.text
    assert "老张" in page.text
    assert hidden.title not in page.text
    assert client.get(hidden.get_absolute_url()).status_code == 404
    page = client.get(noted.get_absolute_url()).text
    assert "请住建局研究" in page
    assert "内部的话" not in page
    for secret in ("张三丰", people["roster"].name, people["street"].name, noted.body):
        assert secret not in page
    assert client.get(LIST, {"area": "没有"}).status_code == 400
    assert client.get(LIST, {"state": "drafted"}).status_code == 400
    assert noted.shown_title not in client.get(LIST, {"area": "街道2"}).text
    assert noted.shown_title in client.get(LIST, {"area": "街道1", "state": "noted"}).text


def test_written_on_a_page(as_, member, people, town):
    client = as_("author")
    new = reverse("members:counsel-new")
    assert 'value="社区11"' in client.get(new).text  # the own area, by its name
    assert client.post(new, {**WORDS, "title": ""}).status_code == 400
    assert client.post(new, {**WORDS, "area": "没有"}).status_code == 400
    given = {**WORDS, "client_id": str(uuid4())}
    assert client.post(new, given).status_code == 302
    assert client.post(new, given).status_code == 302
    one = Counsel.objects.get()
    assert one.state == "drafted"
    assert client.post(new, {**given, "title": "别的"}).status_code == 409
    assert act(client, one, "reword", **{**WORDS, "body": "分五批。"}).status_code == 302
    assert act(client, one, "submit").status_code == 302
    assert act(client, one, "submit").status_code == 409
    assert act(client, one, "burn").status_code == 404
    assert act(client, one, "edit", **made.EDITED).status_code == 403
    assert one.title in client.get(reverse("members:counsel-mine")).text
    for name in ("resident", "roster", "street"):
        assert as_(name).get(new).status_code == 403


def test_edited_briefed_answered_and_closed_on_pages(as_, member, people, town):
    one = made.submitted(member)
    client = as_("roster")
    desk = reverse("members:counsel-desk")
    assert one.title in client.get(desk).text
    assert one.title in client.get("/desk/").text
    assert act(client, one, "edit", title="").status_code == 400
    assert act(client, one, "edit", **made.EDITED).status_code == 302
    page = client.get(one.get_absolute_url()).text
    assert "<del>" in page
    assert "<ins>" in page
    make = reverse("members:brief-make")
    assert client.post(make, {"title": "x"}).status_code == 400
    assert client.post(make, {"title": "一条建议", "counsels": [one.number]}).status_code == 302
    assert client.post(make, {"title": "又", "counsels": [one.number]}).status_code == 400
    brief = Brief.objects.get()
    note = reverse("members:brief-note", args=[brief.number])
    assert client.post(note, {"text": "好"}).status_code == 403
    client = as_("street")
    asked = {"text": "请研究", "department": town.housing.pk, "due_on": made.in_days(20)}
    assert client.post(note, {}).status_code == 400
    assert client.post(note, asked | {"due_on": made.in_days(-1)}).status_code == 409
    assert client.post(note, asked | {"department": 999_999}).status_code == 400
    assert client.post(note, asked).status_code == 302
    client = as_("housing")
    assert brief.title in client.get(reverse("members:briefs")).text
    answer = reverse("members:brief-answer", args=[brief.number, brief.instructions.get().pk])
    assert client.post(answer, {"answer": ""}).status_code == 400
    assert client.post(answer, {"answer": "已办。"}).status_code == 302
    assert client.post(answer, {"answer": "已办。"}).status_code == 409
    client = as_("roster")
    assert act(client, one, "close").status_code == 400
    assert act(client, one, "close", **made.CLOSED).status_code == 302
    client.logout()
    assert made.CLOSED["became"] in client.get(one.get_absolute_url()).text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("roster", 200), ("head", 200), ("street", 200), ("command", 200), ("housing", 200),
        ("author", 404), ("urban", 404), ("other_street", 404), ("other_roster", 404),
        ("resident", 404), ("desk", 404), ("auditor", 404),
    ],
)  # fmt: skip
def test_who_opens_a_brief(as_, noted, who, status):
    client = as_(who)
    assert client.get(noted.brief.get_absolute_url()).status_code == status
    paper = reverse("members:brief-paper", args=[noted.brief.number, "docx"])
    assert client.get(paper).status_code == status


def test_a_brief_on_paper(as_, noted):
    client = as_("street")
    for kind, starts in (("pdf", b"%PDF-"), ("docx", b"PK")):
        found = client.get(reverse("members:brief-paper", args=[noted.brief.number, kind]))
        assert found.content.startswith(starts)
    assert client.get(f"/members/briefs/{noted.brief.number}/paper.exe").status_code == 404
    for number in ("2026", "x", "2026-x", "2026-99999999", "0000-00", "20260-01"):
        assert client.get(f"/members/briefs/{number}/").status_code == 404


def test_a_topic_and_a_ticket_on_pages(as_, noted, people, town):
    platform = PlatformFactory(area=town.communities[0])
    client = as_("author")
    assert act(client, noted, "topic", platform="x").status_code == 400
    assert act(client, noted, "topic", platform=platform.pk).status_code == 302
    client = as_("roster")
    given = {
        "category": CategoryFactory().pk, "department": town.housing.pk,
        "due_on": made.in_days(20),
    }  # fmt: skip
    assert act(client, noted, "ticket").status_code == 400
    assert act(client, noted, "ticket", **given).status_code == 302
    noted.refresh_from_db()
    assert noted.number in as_("command").get(noted.ticket.get_absolute_url()).text


@pytest.mark.parametrize("path", [LIST, "/members/grants/"])
def test_as_many_statements_for_many(client, path, member, people, town):
    def one():
        made.briefed(member, people["roster"])
        Counsel.objects.update(state="noted")
        n = Grant.objects.count()
        grant = actions.grant_duty(
            made.granting(town.communities[0], unit=f"单位{n}"), by=people["roster"]
        )
        actions.accept_grant(grant, by=people["roster"], paper="回函")

    def count():
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    one()
    before = count()
    one()
    one()
    assert count() == before


def test_counsels_by_rest(api, noted, member, people, town):
    api.force_authenticate(people["resident"])
    rows = api.get("/api/v1/members/counsels/").json()["results"]
    assert [(row["number"], row["by"]) for row in rows] == [(noted.number, "老张")]
    assert "张三丰" not in str(rows)
    body = {
        "client_id": str(uuid4()), **made.WORDS, "area": town.communities[0].code, "hand_in": True,
    }  # fmt: skip
    own = "/api/v1/members/own/counsels/"
    assert api.post(own, body, format="json").status_code == 403
    assert api.get(own).json()["results"] == []
    api.force_authenticate(member.user)
    first = api.post(own, body, format="json")
    assert (first.status_code, first.json()["state"]) == (201, "submitted")
    assert api.post(own, body, format="json").status_code == 200
    assert api.post(own, {**body, "title": "x"}, format="json").status_code == 409
    assert api.post(own, {**body, "rank": 1}, format="json").status_code == 400
    number = first.json()["number"]
    assert api.get(f"/api/v1/members/counsels/{number}/").status_code == 404
    assert api.post(f"{own}{number}/withdraw/").json()["state"] == "withdrawn"
    assert api.post(f"{own}{number}/withdraw/").status_code == 409
    api.force_authenticate(people["other_member"])
    assert api.post(f"{own}{number}/withdraw/").status_code == 404


# ── grants ────────────────────────────────────────────────────────────────────────────────────


def test_granted_accepted_and_revoked_on_pages(as_, client, member, people, town):
    new = reverse("members:grant-new")
    given = {
        "unit": "夷陵区律师事务所", "representative": member.serial, "matter": "law",
        "level": "advise", "text": "每周三下午", "area": "街道1", "document": "12号",
        "document_on": made.in_days(0), "starts_on": made.in_days(0), "ends_on": made.in_days(99),
    }  # fmt: skip
    assert as_("street").get(new).status_code == 403
    client = as_("roster")
    assert client.get(new).status_code == 200
    assert client.post(new, {**given, "representative": "M0"}).status_code == 400
    assert client.post(new, {**given, "organisation": "91420506MA00000000"}).status_code == 400
    assert client.post(new, {**given, "ends_on": made.in_days(900)}).status_code == 409
    assert client.post(new, given).status_code == 302
    one = Grant.objects.get()
    client.logout()
    assert client.get(one.get_absolute_url()).status_code == 404
    client = as_("author")
    assert one.number in client.get("/desk/").text
    accept = reverse("members:grant-act", args=[one.number, "accept"])
    assert as_("resident").post(accept).status_code == 404
    assert as_("author").post(accept).status_code == 302
    assert client.post(accept).status_code == 409
    client.logout()
    page = client.get("/members/grants/").text
    assert "夷陵区律师事务所" in page
    page = client.get(one.get_absolute_url())
    assert "老张" in page.text
    assert "张三丰" not in page.text
    Member.objects.filter(pk=member.pk).update(is_listed=False)
    assert "老张" not in client.get(one.get_absolute_url()).text
    one.refresh_from_db()
    assert client.get(reverse("members:grant-holder", args=[one.holder_key])).status_code == 200
    for key in ("o1", "x1", "u999", "u", "o99999999999999"):
        assert client.get(f"/members/grants/holders/{key}/").status_code == 404
    revoke = reverse("members:grant-act", args=[one.number, "revoke"])
    assert as_("author").post(revoke, {"reason": "x"}).status_code == 403
    client = as_("roster")
    assert "夷陵区律师事务所" in client.get(f"{new}?renews={one.number}").text
    assert client.post(revoke, {"reason": ""}).status_code == 400
    assert client.post(revoke, {"reason": "不再需要"}).status_code == 302
    assert client.post(revoke, {"reason": "不再需要"}).status_code == 409
    assert "不再需要" in client.get(one.get_absolute_url()).text


def test_grants_by_rest(api, member, people, town):
    one = actions.grant_duty(made.granting(town.streets[0]), by=people["roster"])
    api.force_authenticate(people["resident"])
    assert api.get("/api/v1/members/grants/").json()["results"] == []
    assert api.get(f"/api/v1/members/grants/{one.number}/").status_code == 404
    actions.accept_grant(one, by=people["roster"], paper="回函")
    rows = api.get("/api/v1/members/grants/", {"in_force": "1", "matter": "law"}).json()["results"]
    assert [row["holder"] for row in rows] == ["夷陵区律师事务所"]
    assert api.get("/api/v1/members/grants/", {"matter": "x"}).status_code == 400


def test_an_area_shows_who_has_a_duty_there(as_, people, town):
    one = actions.grant_duty(made.granting(town.streets[0]), by=people["roster"])
    area = town.communities[0].get_absolute_url()
    assert one.holder not in as_("street").get(area).text
    actions.accept_grant(one, by=people["roster"], paper="回函")
    assert one.holder in as_("street").get(area).text


# ── visits ────────────────────────────────────────────────────────────────────────────────────


def test_visits_on_pages(as_, member, people):
    own, round_ = reverse("members:visits"), reverse("members:visit-round")
    assert as_("resident").get(own).status_code == 404
    assert as_("resident").get(round_).status_code == 403
    client = as_("liaison")
    assert "老张" not in client.get(round_).text
    record = reverse("members:visit-record", args=[member.serial])
    assert client.post(record, {"on": made.in_days(0)}).status_code == 404
    client = as_("author")
    assert client.post(reverse("members:visit-own-act", args=["wish"])).status_code == 302
    client = as_("liaison")
    page = client.get(round_).text
    assert "老张" in page
    assert "张三丰" not in page
    assert AccessLog.objects.filter(by=people["liaison"]).exists()
    assert client.post(record, {"on": "gestern"}).status_code == 400
    assert client.post(record, {"on": made.in_days(3)}).status_code == 409
    assert client.post(record, {"on": made.in_days(0), "asks_help": "on"}).status_code == 302
    # The wish is answered, so he is off the list.
    assert client.post(record, {"on": made.in_days(-1)}).status_code == 404
    visit = Visit.objects.get()
    delete = reverse("members:visit-delete", args=[visit.pk])
    assert client.post(delete).status_code == 404
    client = as_("author")
    assert people["liaison"].name in client.get(own).text
    assert client.post(delete).status_code == 302
    assert not Visit.objects.exists()
    assert client.post(reverse("members:visit-own-act", args=["x"])).status_code == 404
    assert client.post(
        reverse("members:visit-own-act", args=["welcome"]), {"is_welcome": "on"}
    ).status_code == 302  # fmt: skip
    assert Member.objects.get(pk=member.pk).welcomes_visits


# ── figures, back office ──────────────────────────────────────────────────────────────────────


def test_figures_on_pages_and_by_rest(as_, api, people, town):
    at = reverse("members:figures")
    actions.freeze_figures(by=None)
    for name in ("roster", "street", "command", "auditor"):
        page = as_(name).get(at)
        assert page.status_code == 200
        assert town.district.name in page.text
    client = as_("auditor")
    assert client.get(f"{at}figures.xlsx").content.startswith(b"PK")
    assert client.get(at, {"district": "nirgends"}).status_code == 404
    for name in ("resident", "author", "housing", "desk", "liaison"):
        assert as_(name).get(at).status_code == 403
        assert as_(name).get(f"{at}figures.xlsx").status_code == 403
        api.force_authenticate(people[name])
        assert api.get("/api/v1/members/figures/").status_code == 403
    api.force_authenticate(people["auditor"])
    rows = api.get("/api/v1/members/figures/", {"district": "420506"}).json()["results"]
    assert {row["table"] for row in rows} >= {"members-town", "counsels-town"}


def test_the_back_office_reads_only_and_names_nobody(client, noted, member, people, town):
    grant = actions.grant_duty(made.granting(town.streets[0]), by=people["roster"])
    draft = made.drafted(member, title="草稿一份")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for name, key in (
        ("counsel", noted.pk), ("brief", noted.brief_id), ("grant", grant.pk),
    ):  # fmt: skip
        at = f"/admin/members/{name}/"
        page, one = client.get(at), client.get(f"{at}{key}/change/")
        assert (page.status_code, one.status_code) == (200, 200)
        for secret in ("张三丰", "老张", draft.title, people["street"].name):
            assert secret not in page.text + one.text
        assert client.get(f"{at}add/").status_code == 403
        assert client.post(f"{at}{key}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/members/counsel/{draft.pk}/change/").status_code in {302, 404}
    assert client.get("/admin/members/figurerow/").status_code == 200
