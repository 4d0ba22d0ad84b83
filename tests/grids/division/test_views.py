"""The pages of a draft: who sees them, what they ask for, and how many questions they cost."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grids import actions
from grids.actions.proposing import propose
from grids.models import Division, Piece
from grids.workflow import PRINCIPLES
from tests.factories.divisions import begin, upright
from tests.factories.grids import holder


@pytest.fixture
def drawn(town, officer):
    return begin(town, by=officer)


def at(name, division, *more):
    return reverse(f"grids:{name}", args=[division.community.code, division.pk, *more])


def lines(points):
    return "\n".join(f"{x}, {y}" for x, y in points)


def cost(queries):
    """Without the row that moves the clock of a test, which is asked for with every time shown."""
    return sum("worktime_clockshift" not in one["sql"] for one in queries.captured_queries)


def test_a_draft_is_begun_from_its_community(client, town, officer):
    client.force_login(officer)
    page = client.get(reverse("grids:divisions", args=[town.communities[0].code]))
    assert "Begin a draft" in page.content.decode()
    answer = client.post(
        reverse("grids:divisions", args=[town.communities[0].code]),
        {"client_id": uuid4(), "reason": "新小区入住"},
    )
    division = Division.objects.get()
    assert answer.url == division.get_absolute_url()
    assert division.reason == "新小区入住"


@pytest.mark.parametrize("name", ["division", "division_shapes"])
def test_out_of_reach_is_not_there(client, town, drawn, name):
    for stranger in (
        holder("community_officer", area=town.communities[1]),
        holder("street_head", area=town.streets[1]),
        holder("grid_worker", area=town.grids[0]),
        holder("department_clerk", department=town.housing),
    ):
        client.force_login(stranger)
        assert client.get(at(name, drawn)).status_code == 404
        assert (
            client.get(reverse("grids:divisions", args=[drawn.community.code])).status_code == 404
        )
        listed = client.get(reverse("grids:division_list")).content.decode()
        assert drawn.get_absolute_url() not in listed


def test_a_draft_is_found_under_its_own_community_only(client, town, drawn, officer):
    client.force_login(officer)
    wrong = reverse("grids:division", args=[town.communities[1].code, drawn.pk])
    assert client.get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("name", "more", "sent"),
    [
        ("division_draw", (), {"simple": "undo"}),
        ("division_draw", (), {"verb": "merge", "pieces": [1, 2]}),
        ("division_piece", (1,), {"piece1-name": "改", "piece1-kind": "basic"}),
        ("division_plan", (), {"reason": "改"}),
        ("division_principles", (), {"near": "yes"}),
        ("division_act", ("submit",), {}),
    ],
)
def test_who_only_reads_changes_nothing(client, drawn, head, name, more, sent):
    client.force_login(head)
    assert client.get(drawn.get_absolute_url()).status_code == 200
    assert client.post(at(name, drawn, *more), sent).status_code == 403
    drawn.refresh_from_db()
    assert (drawn.step, drawn.reason, drawn.state) == (0, "", "drafted")


def test_a_piece_is_split_by_points_that_are_typed(client, drawn, officer):
    client.force_login(officer)
    sent = {"verb": "split", "pieces": [1], "points": lines(upright(111.003))}
    assert client.post(at("division_draw", drawn), sent).status_code == 302
    drawn.refresh_from_db()
    assert Piece.objects.shown(drawn).count() == 3
    assert client.post(at("division_draw", drawn), {"simple": "undo"}).status_code == 302
    drawn.refresh_from_db()
    assert Piece.objects.shown(drawn).count() == 2


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"verb": "split", "pieces": [1], "points": "111.003 30"}, 409, "two points"),
        (
            {"verb": "split", "pieces": [1], "points": "111.003, 30\nhere"},
            400,
            "Line 2 is no point",
        ),
        ({"verb": "split", "pieces": [1], "points": "111.003，nan\n1,2"}, 400, "does not lie on"),
        ({"verb": "split", "pieces": [1], "points": ""}, 400, "Set the points first"),
        ({"verb": "merge", "pieces": [1]}, 400, "two pieces or more"),
        ({"verb": "merge", "pieces": [1, 9]}, 400, "9 is not one of the available choices"),
        ({"verb": "melt", "pieces": [1]}, 400, "melt is not one of the available choices"),
        ({"simple": "redo"}, 409, "no further step"),
    ],
)
def test_what_cannot_be_drawn_keeps_what_was_typed(client, drawn, officer, sent, status, words):
    client.force_login(officer)
    answer = client.post(at("division_draw", drawn), sent)
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page
    assert sent.get("points", "").split("\n")[0] in page


def test_what_is_missing_is_listed_at_the_button(client, drawn, officer):
    client.force_login(officer)
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert 'aria-disabled="true" aria-describedby="lack-submit"' in page
    assert "The vote of the residents is not recorded." in page
    assert client.post(at("division_act", drawn, "submit")).status_code == 409


def test_a_draft_is_described_planned_answered_and_submitted(client, drawn, officer, head):
    client.force_login(officer)
    described = {
        "piece1-name": "东风苑",
        "piece1-code": "",
        "piece1-kind": "basic",
        "piece1-household_count": "310",
        "piece1-keeps": str(Piece.objects.get(division=drawn, number=1).keeps_id),
    }
    assert client.post(at("division_piece", drawn, 1), described).status_code == 302
    drawn.refresh_from_db()
    piece = Piece.objects.shown(drawn).get(number=1)
    assert (piece.name, piece.household_count) == ("东风苑", 310)
    client.post(at("division_excuse", drawn), {"key": "size:1:310", "reason": "一栋楼不宜分开"})
    client.post(at("division_principles", drawn), dict.fromkeys(PRINCIPLES, "yes"))
    plan = {
        "reason": "新小区入住",
        "effective_on": "2026-03-10",
        "vote_form": "assembly",
        "voted_on": "2026-02-20",
        "voters": "120",
        "votes_for": "101",
        "votes_against": "7",
    }
    assert client.post(at("division_plan", drawn), plan).status_code == 302
    assert client.post(at("division_act", drawn, "submit")).status_code == 302
    client.force_login(head)
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "一栋楼不宜分开" in page
    assert "120 took part, 101 for it, 7 against it" in page
    assert client.post(at("division_act", drawn, "approve")).status_code == 302
    drawn.refresh_from_db()
    assert (drawn.state, drawn.effective_on) == ("approved", date(2026, 3, 10))


@pytest.mark.parametrize(
    "change", [{"votes_for": ""}, {"votes_for": "119", "votes_against": "7"}, {"voted_on": "never"}]
)
def test_a_vote_is_whole_or_none(client, drawn, officer, change):
    client.force_login(officer)
    vote = {"voted_on": "2026-02-20", "voters": "120", "votes_for": "101", "votes_against": "7"}
    assert client.post(at("division_plan", drawn), {**vote, **change}).status_code == 400
    drawn.refresh_from_db()
    assert drawn.voters is None


def test_an_ending_is_said(client, town, drawn, officer):
    actions.merge(drawn, [1, 2], by=officer)
    client.force_login(officer)
    page = client.get(drawn.get_absolute_url()).content.decode()
    assert "Grids that end" in page
    client.post(
        at("division_ending", drawn),
        {"area": town.grids[1].pk, "heir": "1", "carries_posts": "on"},
    )
    assert drawn.endings.get().carries_posts


def test_the_map_gets_pieces_and_places_of_findings(client, drawn, officer):
    Piece.objects.filter(division=drawn, number=1).update(household_count=90)
    client.force_login(officer)
    answer = client.get(at("division_shapes", drawn)).json()
    numbers = [one["properties"]["number"] for one in answer["pieces"]["features"]]
    assert numbers == [1, 2]
    assert answer["findings"]["features"][0]["properties"]["key"] == "size:1:90"


def test_sizes_are_set_on_the_page_of_the_community(client, town, officer, head):
    address = reverse("grids:division_size", args=[town.communities[0].code])
    sent = {"kind": "basic", "least": "150", "most": "350"}
    client.force_login(officer)
    assert client.post(address, sent).status_code == 403
    client.force_login(head)
    assert client.post(address, sent).status_code == 302
    page = client.get(reverse("grids:divisions", args=[town.communities[0].code]))
    assert "150 to 350" in page.content.decode()


HOMES = "编号,经度,纬度,户数\n甲,111.003,30.004,120\n乙,111.016,30.006,130\n"


def uploaded(text, name="homes.csv"):
    return SimpleUploadedFile(name, text.encode())


def test_homes_are_brought_in_and_a_proposal_is_asked_for(client, drawn, officer, woken):
    client.force_login(officer)
    answer = client.post(at("division_homes", drawn), {"file": uploaded(HOMES)}, follow=True)
    assert "2 points with 250 households are there." in answer.content.decode()
    assert client.post(at("division_propose", drawn), {"grids": "2"}).status_code == 302
    proposal = drawn.proposals.get()
    assert woken == [("grids.tasks.propose", (proposal.pk,))]
    page = client.get(at("division_proposal", drawn)).content.decode()
    assert "every 2s" in page
    propose(proposal.pk)
    page = client.get(at("division_proposal", drawn)).content.decode()
    assert "every 2s" not in page
    assert "2 grids of 120 to 130 households" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("编号,经度,纬度,户数,姓名\n", "姓名"),
        ("编号,经度\n", "missing: lat, households"),
        ("编号,经度,纬度,户数\n甲,111,30,120,9\n", "more cells"),
        ("编号,经度,纬度,户数\n甲,東,30,120\n", "Line 2: Longitude, latitude and households"),
    ],
)
def test_homes_that_cannot_be_taken_are_told(client, drawn, officer, text, words):
    client.force_login(officer)
    answer = client.post(at("division_homes", drawn), {"file": uploaded(text)}, follow=True)
    assert words in answer.content.decode()
    assert drawn.blocks.count() == 0


def test_who_only_reads_asks_for_no_proposal(client, drawn, head):
    client.force_login(head)
    assert client.post(at("division_homes", drawn), {"file": uploaded(HOMES)}).status_code == 403
    assert client.post(at("division_propose", drawn), {}).status_code == 403


def test_the_list_costs_the_same_for_one_and_three(
    client, town, officer, django_assert_max_num_queries
):
    desk = holder("street_desk", area=town.streets[0])
    client.force_login(desk)
    begin(town, by=officer)
    client.get(reverse("grids:division_list"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("grids:division_list"))
    for _n in range(2):
        begin(town, by=officer)
    with django_assert_max_num_queries(12) as three:
        assert client.get(reverse("grids:division_list")).status_code == 200
    assert cost(one) == cost(three)


def test_the_page_costs_the_same_for_two_and_five_pieces(
    client, drawn, officer, django_assert_max_num_queries
):
    client.force_login(officer)
    client.get(drawn.get_absolute_url())
    with django_assert_max_num_queries(50) as two:
        client.get(drawn.get_absolute_url())
    for x in (111.003, 111.005, 111.007):
        actions.split(drawn, 1, upright(x), by=officer)
    with django_assert_max_num_queries(50) as five:
        client.get(drawn.get_absolute_url())
    # What is new asks whether its code was had once; grids that end are none here.
    assert cost(five) - cost(two) <= 1


def test_pages_of_the_list_go_on(client, town, officer, monkeypatch):
    monkeypatch.setattr("grids.views.division_lists.A_PAGE", 2)
    made = [begin(town, by=officer) for _n in range(3)]
    client.force_login(officer)
    first = client.get(reverse("grids:division_list")).content.decode()
    assert f"?before={made[1].pk}" in first
    second = client.get(reverse("grids:division_list"), {"before": made[1].pk}).content.decode()
    assert made[0].get_absolute_url() in second
    assert made[2].get_absolute_url() not in second
