"""Covenants: in force by a passed ballot of the right people alone, one of a kind, kept as voted."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from consultations import actions, covenants
from consultations.actions import Drafting
from consultations.models import Ballot, Clause, Covenant
from consultations.rows import Line
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.grids import CompoundFactory, holder

CLAUSES = ("晚十点后不得喧哗", "楼道不得堆放杂物", "遛狗须牵绳")


@pytest.fixture
def desk(town):
    return holder("street_desk", area=town.streets[0])


@pytest.fixture
def draft(platform, people):
    return made.covenant(platform, by=people["convenor"], clauses=CLAUSES)


def refused(code, act, /, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


def asking(**changed):
    return made.asking(**{"quorum": "half", "count_by": "household", **changed})


def put_to_vote(covenant, people, desk, town, shift_clock, choice=1):
    """Checked, voted on by two households, and counted."""
    actions.check_covenant(covenant, by=desk, legal_check="未违反法律法规")
    officer = holder("community_officer", area=town.communities[0])
    voters = [people["resident"], people["neighbour"]]
    for n, one in enumerate(voters):
        made.living(town.grids[0], f"1-{n}", by=officer, user=one)
    ballot = actions.vote_on_covenant(covenant, asking(), by=people["convenor"])
    ballot = made.opened(actions.announce_ballot(ballot, by=people["convenor"]), shift_clock)
    for one in voters:
        actions.vote(ballot, [choice], by=one)
    ballot = made.closed(ballot, shift_clock)
    actions.count_ballot(ballot, by=people["recorder"])
    covenant.refresh_from_db()
    return covenant


def test_from_draft_to_in_force_to_replaced(draft, people, desk, town, shift_clock, platform):
    refused("not_checked", actions.vote_on_covenant, draft, asking(), by=people["convenor"])
    one = put_to_vote(draft, people, desk, town, shift_clock)
    one = actions.enact_covenant(one, by=people["convenor"])
    assert (one.state, one.in_force_from) == ("in_force", clock.today())
    actions.file_covenant(one, by=desk, note="街道备案 2026-7 号")
    two = made.covenant(platform, by=people["convenor"], clauses=("晚九点后不得喧哗", *CLAUSES[1:]))
    assert two.number == 2
    (first, *rest) = covenants.changes(two, one)
    assert [(piece.how, piece.text) for piece in first if piece.how != "same"] == [
        ("gone", "十"), ("new", "九"),
    ]  # fmt: skip
    assert all(piece.how == "same" for row in rest for piece in row)
    two = put_to_vote(two, people, desk, town, shift_clock)
    actions.enact_covenant(two, by=people["convenor"])
    one.refresh_from_db()
    assert (one.state, one.ended_on) == ("replaced", clock.today())
    assert [row.number for row in covenants.versions(two)] == [2, 1]


def test_without_a_passed_ballot_it_does_not_come_into_force(
    draft, people, desk, town, shift_clock
):
    refused("no_ballot", actions.enact_covenant, draft, by=people["convenor"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Covenant.objects.update(
            state="in_force", legal_check="x", in_force_from=clock.today(),
        )  # fmt: skip
    lost = put_to_vote(draft, people, desk, town, shift_clock, choice=2)
    refused("not_passed", actions.enact_covenant, lost, by=people["convenor"])
    with pytest.raises(DatabaseError) as broken, transaction.atomic():
        Covenant.objects.update(state="in_force", in_force_from=clock.today())
    assert "ballot of its own that has passed" in str(broken.value)
    actions.drop_covenant(lost, by=people["convenor"])
    assert made.covenant(lost.platform, by=people["convenor"]).number == 2


def test_another_ballot_that_passed_is_not_its_own(
    draft, platform, other_platform, people, desk, town, shift_clock
):
    """One of another place, or counted otherwise than the law asks, does not bind here."""
    one = put_to_vote(draft, people, desk, town, shift_clock)
    other = Covenant.objects.create(
        platform=other_platform, area=other_platform.area, kind="residents", number=1, title="别处",
        drafted_by=people["other_convenor"], legal_check="x",
    )  # fmt: skip
    Covenant.objects.filter(pk=one.pk)  # its ballot is taken: one covenant a ballot
    with pytest.raises(DatabaseError), transaction.atomic():
        Covenant.objects.filter(pk=other.pk).update(ballot=one.ballot)
    loose = made.opened(
        made.announced(platform, by=people["convenor"], quorum="none", area=town.communities[0]),
        shift_clock,
    )
    actions.vote(loose, [1], by=people["resident"])
    loose = actions.count_ballot(made.closed(loose, shift_clock), by=people["recorder"])
    assert loose.is_passed
    village = Covenant.objects.create(
        platform=platform, area=platform.area, kind="village", number=1, title="村规",
        drafted_by=people["convenor"], legal_check="x", ballot=loose,
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Covenant.objects.filter(pk=village.pk).update(state="in_force", in_force_from=clock.today())


def test_owners_vote_by_head_and_floor_area(platform, people, desk, town, shift_clock):
    platform.compound = CompoundFactory(community=town.communities[0])
    platform.save()
    one = made.covenant(platform, by=people["convenor"], kind="compound")
    actions.check_covenant(one, by=desk, legal_check="合法")
    for wrong in (
        {"count_by": "household"},
        {"count_by": "area", "basis": "list", "quorum": "half"},
        {"count_by": "area", "basis": "list", "quorum": "two_thirds", "pass_share": "none"},
    ):
        refused(
            "wrong_formula", actions.vote_on_covenant, one, asking(**wrong), by=people["convenor"]
        )
    right = asking(count_by="area", basis="list", quorum="two_thirds")
    ballot = actions.vote_on_covenant(one, right, by=people["convenor"])
    assert ballot.compound == platform.compound
    lines = [Line(f"1-{n}", 10_000, f"CODE-{n:04}") for n in range(3)]
    actions.bring_electors(ballot, lines, by=people["convenor"])
    ballot = made.opened(actions.announce_ballot(ballot, by=people["convenor"]), shift_clock)
    for n in range(2):
        actions.vote(ballot, [1], by=None, code=f"CODE-{n:04}")
    actions.count_ballot(made.closed(ballot, shift_clock), by=people["recorder"])
    assert actions.enact_covenant(one, by=people["convenor"]).state == "in_force"


def test_one_of_a_kind_in_the_making_and_one_in_force(
    draft, platform, people, town, desk, shift_clock
):
    refused("in_the_making", made.covenant, platform, by=people["convenor"])
    one = put_to_vote(draft, people, desk, town, shift_clock)
    actions.enact_covenant(one, by=people["convenor"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Covenant.objects.create(
            platform=platform, area=platform.area, kind="residents", number=9, title="又一个",
            drafted_by=people["convenor"], ballot=None, state="in_force", legal_check="x",
            in_force_from=clock.today(),
        )  # fmt: skip


def test_what_is_put_to_the_vote_is_what_comes_into_force(draft, people, desk, town, shift_clock):
    one = put_to_vote(draft, people, desk, town, shift_clock)
    for act, given in (
        (actions.reword_covenant, {"title": "别的", "clauses": ["x"]}),
        (actions.check_covenant, {"legal_check": "x"}),
    ):
        by = desk if act is actions.check_covenant else people["convenor"]
        refused("put_to_the_vote", act, one, by=by, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        Clause.objects.update(text="悄悄改")
    with pytest.raises(DatabaseError), transaction.atomic():
        Clause.objects.create(covenant=one, position=9, text="悄悄加")
    with pytest.raises(DatabaseError), transaction.atomic():
        Covenant.objects.update(title="悄悄改")
    refused("ballot_goes_on", actions.unvote_covenant, one, by=people["convenor"])


def test_a_ballot_that_was_called_off_leaves_a_draft(draft, people, desk, town):
    actions.check_covenant(draft, by=desk, legal_check="合法")
    ballot = actions.vote_on_covenant(draft, asking(), by=people["convenor"])
    again = actions.unvote_covenant(draft, by=people["convenor"])
    assert (again.state, Ballot.objects.filter(pk=ballot.pk).exists()) == ("draft", False)
    officer = holder("community_officer", area=town.communities[0])
    made.living(town.grids[0], "1", by=officer)
    ballot = actions.vote_on_covenant(draft, asking(), by=people["convenor"])
    actions.announce_ballot(ballot, by=people["convenor"])
    refused("ballot_goes_on", actions.unvote_covenant, draft, by=people["convenor"])
    actions.void_ballot(ballot, by=people["convenor"], reason="时间冲突")
    assert actions.unvote_covenant(draft, by=people["convenor"]).ballot is None


def test_who_may(draft, people, desk, other_platform):
    for who in ("resident", "member", "recorder", "other_convenor", "clerk"):
        with pytest.raises(PermissionDenied):
            made.covenant(draft.platform, by=people[who])
        with pytest.raises(PermissionDenied):
            actions.reword_covenant(draft, by=people[who], title="x", clauses=["x"])
    for who in ("resident", "convenor", "recorder", "other_head"):
        with pytest.raises(PermissionDenied):
            actions.check_covenant(draft, by=people[who], legal_check="x")
        with pytest.raises(PermissionDenied):
            actions.file_covenant(draft, by=people[who])
    refused("not_in_force", actions.file_covenant, draft, by=desk)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("title_needed", {"title": "\u3000"}),
        ("clauses_needed", {"clauses": [" ", ""]}),
        ("too_many_clauses", {"clauses": ["x"] * 61}),
        ("clause_too_long", {"clauses": ["议" * 1_000_000]}),
        ("no_compound", {"kind": "compound"}),
    ],
)
def test_drafts_that_are_not_taken(platform, people, code, changed):
    refused(code, made.covenant, platform, by=people["convenor"], **changed)
    assert not Covenant.objects.exists()


def test_comments_are_of_the_words_they_were_said_of(draft, people, desk):
    actions.check_covenant(draft, by=desk, legal_check="合法")
    actions.comment_clause(draft, 1, by=people["resident"], body="十点太晚")
    refused("no_such_clause", actions.comment_clause, draft, 9, by=people["resident"], body="x")
    refused("words_needed", actions.comment_clause, draft, 1, by=people["resident"], body="\u200b")
    one = actions.reword_covenant(
        draft, by=people["convenor"], title=draft.title, clauses=["晚九点后不得喧哗"]
    )
    # Other words were not checked.
    assert (one.legal_check, one.checked_at) == ("", None)
    (clause,) = covenants.clauses(one)
    (said,) = clause.comments
    assert said.said_of == CLAUSES[0] != clause.text
    actions.hide_comment(said, by=people["recorder"], reason="人身攻击")
    assert covenants.clauses(one)[0].comments == []
    refused("hidden_already", actions.hide_comment, said, by=people["convenor"], reason="别的原因")
    told = Message.objects.get(kind="comment_hidden", channel="inapp")
    assert (told.recipient, told.params["reason"]) == (people["resident"], "人身攻击")
    assert "十点太晚" not in str(told.params)


def test_a_comment_is_hidden_and_a_draft_dropped_over_rest(api, draft, people):
    root = f"/api/v1/consultations/covenants/{draft.pk}/"
    said = actions.comment_clause(draft, 1, by=people["resident"], body="十点太晚")
    hide, reason = f"{root}comments/{said.pk}/hide/", {"reason": "广告"}
    assert api.post(hide, reason, format="json").status_code == 401
    for who, status in (("resident", 403), ("other_convenor", 403), ("recorder", 200)):
        api.force_authenticate(people[who])
        assert api.post(hide, reason, format="json").status_code == status, who
    assert "十点太晚" not in api.get(root).content.decode()
    assert api.post(hide, reason, format="json").status_code == 404
    assert api.post(f"{root}comments/{said.pk + 1}/hide/", reason).status_code == 404
    for who, status in (("other_convenor", 403), ("recorder", 403), ("convenor", 204)):
        api.force_authenticate(people[who])
        assert api.post(f"{root}drop/").status_code == status, who
    assert api.post(f"{root}drop/").status_code == 404
    draft.refresh_from_db()
    assert draft.state == "dropped"


def test_the_day_it_begins(draft, people, desk, town, shift_clock):
    one = put_to_vote(draft, people, desk, town, shift_clock)
    yesterday = clock.today() - timedelta(days=1)
    refused("wrong_day", actions.enact_covenant, one, by=people["convenor"], on=yesterday)
    far = clock.today() + timedelta(days=500)
    refused("wrong_day", actions.enact_covenant, one, by=people["convenor"], on=far)
    later = clock.today() + timedelta(days=10)
    assert actions.enact_covenant(one, by=people["convenor"], on=later).state == "voting"
    assert actions.begin_covenants(by=None) == 0
    made.moved_to(clock.midnight(later + timedelta(days=1)), shift_clock)
    assert actions.begin_covenants(by=None) == 1
    one.refresh_from_db()
    assert (one.state, one.in_force_from) == ("in_force", later)


def test_drafting_asks_for_its_parts():
    with pytest.raises(TypeError):
        Drafting(kind="residents", title="x")
