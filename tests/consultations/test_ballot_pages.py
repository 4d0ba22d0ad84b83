"""Pages of ballots and covenants: who may open what, what is told, and what never is."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from consultations import actions, inbox, voters
from consultations.models import Ballot, Covenant, Elector, Residency, Vote
from consultations.workflow import envelopes
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import holder


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def voter(town, people, officer):
    made.living(town.grids[0], "1-1-101", by=officer, user=people["resident"])
    return people["resident"]


@pytest.fixture
def sign_in(client, people):
    def as_(who):
        client.force_login(people[who] if isinstance(who, str) else who)
        return client

    return as_


def at(name, *args):
    return reverse(f"consultations:{name}", args=args)


def text(response):
    return response.content.decode()


def form_of(**changed):
    begins = timezone.localtime(clock.now()) + timedelta(hours=2)
    return {
        "question": "同意装护栏吗", "options": "同意\n不同意", "kind": "proposal", "max_choices": "1",
        "basis": "residents", "count_by": "head", "quorum": "none", "pass_share": "over_half",
        "opens_at": f"{begins:%Y-%m-%dT%H:%M}",
        "closes_at": f"{begins + timedelta(days=3):%Y-%m-%dT%H:%M}", **changed,
    }  # fmt: skip


def test_a_draft_is_seen_at_its_table_alone(client, sign_in, platform, people):
    one = made.ballot(platform, by=people["convenor"], question="还没公布的问题")
    for name in ("ballot", "ballot-desk"):
        expected = {200} if name == "ballot" else {200, 302}
        for who in ("resident", "other_convenor", "clerk"):
            assert sign_in(who).get(at(name, one.pk)).status_code == 404
        assert sign_in("member").get(at(name, one.pk)).status_code in expected
        client.logout()
    assert client.get(at("ballot", one.pk)).status_code == 404
    assert one.question not in text(client.get(platform.get_absolute_url()))
    assert one.question in text(sign_in("member").get(platform.get_absolute_url()))


def test_lists_and_rows_agree(platform, other_platform, people):
    hidden = made.raised(platform, by=people["resident"])
    Ballot.objects.bulk_create([
        Ballot(
            platform=where, topic=topic, question="x", options=["a", "b"], kind="proposal",
            area=where.area, basis="residents", count_by="head", asked_by=people["convenor"],
            opens_at=clock.now(), closes_at=clock.now() + timedelta(days=1), state=state,
        )
        for where in (platform, other_platform)
        for topic in (None, hidden)
        for state in ("draft", "announced")
    ])  # fmt: skip
    for who, person in people.items():
        seen = set(voters.visible(person).values_list("pk", flat=True))
        allowed = {
            one.pk
            for one in Ballot.objects.select_related("platform__area", "topic__platform__area")
            if person.has_perm("consultations.see_ballot", one)
        }
        assert seen == allowed, who


def test_a_question_is_asked_on_a_page(sign_in, platform, voter):
    client = sign_in("convenor")
    new = at("ballot-new", platform.code)
    assert client.get(new).status_code == 200
    backwards = client.post(new, form_of(closes_at="2020-01-01T00:00"))
    assert "It closes after it opens." in text(backwards)
    area = client.post(new, form_of(count_by="area", is_secret="on"))
    assert area.status_code == 409
    assert "an area tells the flat" in text(area)
    done = client.post(new, form_of())
    one = Ballot.objects.get()
    assert done.url == at("ballot-desk", one.pk)
    reworded = client.post(at("ballot-act", one.pk, "reword"), form_of(question="换个问法"))
    assert reworded.status_code == 302
    assert client.post(at("ballot-act", one.pk, "announce")).status_code == 302
    one.refresh_from_db()
    assert (one.question, one.state) == ("换个问法", "announced")
    again = client.post(at("ballot-act", one.pk, "reword"), form_of())
    assert again.status_code == 409
    assert sign_in("recorder").get(new).status_code == 403
    assert client.post(at("ballot-act", one.pk, "void"), {"reason": "x"}).status_code == 403


def test_voting_and_the_receipt(client, sign_in, platform, people, voter, shift_clock):
    one = made.announced(platform, by=people["convenor"], is_secret=True)
    one = made.opened(one, shift_clock)
    page = text(client.get(at("ballot", one.pk)))
    assert "Sign in to vote" in page
    assert "What an administrator could do" in page
    assert "your residency in this area is not verified" in text(
        sign_in("neighbour").get(at("ballot", one.pk))
    )
    assert sign_in("neighbour").post(at("ballot-vote", one.pk), {"choices": "1"}).status_code == 409
    browser = sign_in(voter)
    assert 'name="choices"' in text(browser.get(at("ballot", one.pk)))
    assert "Choose something." in text(browser.post(at("ballot-vote", one.pk), {}))
    assert browser.post(at("ballot-vote", one.pk), {"choices": "9"}).status_code == 400
    done = browser.post(at("ballot-vote", one.pk), {"choices": "1"})
    receipt = done.context["receipt"]
    assert receipt in text(done)
    assert "no-store" in done["Cache-Control"]
    # Told once: neither the page nor the session has it any more.
    assert receipt not in text(browser.get(at("ballot", one.pk)))
    assert receipt not in str(dict(browser.session))
    twice = browser.post(at("ballot-vote", one.pk), {"choices": "2"})
    assert twice.status_code == 409
    assert "This vote was cast already." in text(twice)
    made.closed(one, shift_clock)
    desk = sign_in("recorder").get(at("ballot-desk", one.pk))
    assert "Count and publish" in text(desk)
    assert sign_in("recorder").post(at("ballot-act", one.pk, "count")).status_code == 302
    client.logout()
    public = text(client.get(at("ballot", one.pk), {"receipt": receipt.lower()}))
    assert "Your slip was counted." in public
    assert "kept back" in public
    assert voter.name not in public


def test_no_number_before_the_count(client, sign_in, platform, people, voter, shift_clock):
    one = made.opened(made.announced(platform, by=people["convenor"]), shift_clock)
    actions.vote(one, [1], by=voter)
    for who in ("resident", "convenor", "recorder", "head"):
        for name in ("ballot", "ballot-desk"):
            page = text(sign_in(who).get(at(name, one.pk)))
            assert "took part" not in page
            assert "ballot__bars" not in page


def test_a_letter_votes_without_a_login(client, sign_in, platform, people, shift_clock):
    one = made.ballot(
        platform, by=people["convenor"], basis="list", count_by="area", quorum="two_thirds"
    )
    upload = SimpleUploadedFile("业主.csv", "户号,面积\n1-1,90\n1-2,80.5\n".encode())
    done = sign_in("convenor").post(at("ballot-act", one.pk, "list"), {"file": upload})
    assert done["Content-Type"].startswith("text/csv")
    rows = text(done).lstrip("\ufeff").splitlines()
    assert rows[0] == "household,code,address"
    code = rows[1].split(",")[1]
    bad = SimpleUploadedFile("坏.csv", "户号,身份证号\n1,2\n".encode())
    page = client.post(at("ballot-act", one.pk, "list"), {"file": bad})
    assert "is not accepted" in text(page)
    assert Elector.objects.count() == 2
    odd = SimpleUploadedFile("坏.xlsx", io.BytesIO(b"PK").getvalue())
    assert client.post(at("ballot-act", one.pk, "list"), {"file": odd}).status_code == 400
    actions.announce_ballot(one, by=people["convenor"])
    made.opened(one, shift_clock)
    client.logout()
    assert "The code in your letter" in text(client.get(at("ballot", one.pk)))
    wrong = client.post(at("ballot-vote", one.pk), {"choices": "1", "code": "AAAAA-AAAAA"})
    assert "This code is not one of this ballot." in text(wrong)
    voted = client.post(at("ballot-vote", one.pk), {"choices": "1", "code": code.lower()})
    assert "Your vote is in." in text(voted)
    assert Vote.objects.get().floor_area == 9000


def test_paper_at_the_desk(sign_in, platform, people, town, officer, voter, shift_clock):
    made.living(town.grids[0], "1-1-101", by=officer)
    one = made.opened(made.announced(platform, by=people["convenor"]), shift_clock)
    client = sign_in("recorder")
    enter = at("ballot-act", one.pk, "enter")
    given = {"household": "1-1-999", "channel": "paper", "choices": ["2"]}
    assert "Nobody of this household may vote here." in text(client.post(enter, given))
    given["household"] = "1-1-101"
    several = text(client.post(enter, given))
    assert "Who of this household?" in several
    other = Residency.objects.get(user=None)
    assert client.post(enter, given | {"person": other.pk}).status_code == 302
    row = Vote.objects.get()
    assert (row.channel, row.recorded_by, row.choices) == ("paper", people["recorder"], [2])
    assert sign_in("convenor").post(enter, given).status_code == 403


def test_scrutineers_hand_in_their_keys(sign_in, platform, people):
    one = made.ballot(platform, by=people["convenor"], is_secret=True, by_scrutineers=True)
    shown = sign_in("member").post(at("ballot-act", one.pk, "key"), {})
    assert shown.context["private"] in text(shown)
    assert one.keys.get().made == "server"
    assert "ballot_key.js" in text(sign_in("member").get(at("ballot-desk", one.pk)))
    bad = sign_in("screener").post(at("ballot-act", one.pk, "key"), {"public": "no key"})
    assert bad.status_code == 409
    pair = envelopes.new_pair()
    done = sign_in("screener").post(at("ballot-act", one.pk, "key"), {"public": pair.public})
    assert done.status_code == 302
    assert one.keys.get(holder=people["screener"]).made == "browser"
    assert sign_in("convenor").post(at("ballot-act", one.pk, "announce")).status_code == 409


def test_the_desk_of_residents(sign_in, town, people, officer):
    code = town.communities[0].code
    for who in ("resident", "convenor", "recorder", "other_head"):
        assert sign_in(who).get(at("residencies", code)).status_code == 403
    client = sign_in(officer)
    nobody = client.post(at("residencies", code), {"household": "1-1", "username": "nobody"})
    assert "Nobody has this user name." in text(nobody)
    given = {"household": "1-1-101", "username": people["resident"].username}
    assert client.post(at("residencies", code), given).status_code == 302
    page = text(client.get(at("residencies", code)))
    assert people["resident"].name in page
    assert "1-1-101" not in page
    row = Residency.objects.get()
    assert client.post(at("residency-end", code, row.pk)).status_code == 302
    row.refresh_from_db()
    assert row.ended_on is not None


def test_a_covenant_from_page_to_page(client, sign_in, platform, people, town, voter, shift_clock):
    desk = holder("street_desk", area=town.streets[0])
    new = at("covenant-new", platform.code)
    given = {
        "kind": "residents",
        "title": "居民公约",
        "clauses": "晚十点后不得喧哗\n<script>x</script>",
    }
    assert sign_in("convenor").post(new, given).status_code == 302
    one = Covenant.objects.get()
    page = text(client.get(at("covenant", one.pk)))
    assert "<script>x" not in page

    def act(name, **said):
        return client.post(at("covenant-act", one.pk, name), said)

    sign_in("neighbour")
    assert act("comment", position=1, body="十点太晚").status_code == 302
    assert act("comment", position=1, body=" ").status_code == 400
    assert act("check", legal_check="x").status_code == 403
    sign_in(desk)
    assert act("check", legal_check="未违反法律法规").status_code == 302
    sign_in("convenor")
    asked = {
        name: value
        for name, value in form_of(count_by="household", quorum="none").items()
        if name not in {"question", "options", "kind", "max_choices"}
    }
    loose = client.post(at("covenant-vote", one.pk), asked)
    assert (loose.status_code, "half take part" in text(loose)) == (409, True)
    assert client.post(at("covenant-vote", one.pk), asked | {"quorum": "half"}).status_code == 302
    ballot = Ballot.objects.get()
    actions.announce_ballot(ballot, by=people["convenor"])
    made.opened(ballot, shift_clock)
    actions.vote(ballot, [1], by=voter)
    early = act("enact")
    assert (early.status_code, "not counted yet" in text(early)) == (409, True)
    actions.count_ballot(made.closed(ballot, shift_clock), by=people["recorder"])
    assert act("enact").status_code == 302
    client.logout()
    public = text(client.get(at("covenant", one.pk)))
    assert "未违反法律法规" in public
    assert "十点太晚" in public
    assert people["neighbour"].name not in public
    assert one.title in text(client.get(at("covenants")))


def test_pages_take_the_same_however_many(
    client, platform, people, town, officer, django_assert_max_num_queries, shift_clock
):
    for n in range(6):
        made.living(town.grids[0], f"1-{n}", by=officer, user=UserFactory())
        made.announced(platform, by=people["convenor"])
    one = made.opened(Ballot.objects.first(), shift_clock)
    with django_assert_max_num_queries(6):
        client.get(at("ballot", one.pk))


def test_a_covenant_takes_the_same_however_much_is_said_of_it(
    client, platform, people, django_assert_max_num_queries
):
    draft = made.covenant(platform, by=people["convenor"], clauses=[f"第{n}条" for n in range(20)])
    for n in range(10):
        actions.comment_clause(draft, n + 1, by=people["resident"], body="好")
    with django_assert_max_num_queries(8):
        client.get(at("covenant", draft.pk))


@pytest.mark.parametrize(
    "model", ["ballot", "vote", "elector", "residency", "ballotkey", "covenant"]
)
def test_the_back_office_reads_and_names_no_choice(
    client, platform, people, voter, shift_clock, model
):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    one = made.opened(made.announced(platform, by=people["convenor"]), shift_clock)
    actions.vote(one, [2], by=voter)
    made.covenant(platform, by=people["convenor"])
    page = client.get(f"/admin/consultations/{model}/")
    assert page.status_code == 200
    assert client.get(f"/admin/consultations/{model}/add/").status_code == 403
    if model == "vote":
        row = client.get(f"/admin/consultations/vote/{Vote.objects.get().pk}/change/")
        assert row.status_code == 200
        assert voter.name not in text(row)
        assert "choices" not in text(row)


def test_what_is_to_be_counted_waits_for_who_counts(platform, people, voter, shift_clock):
    one = made.closed(made.announced(platform, by=people["convenor"]), shift_clock)
    (group,) = [group for group in inbox.waiting(people["recorder"]) if group.slug == "count"]
    assert [row.title for row in group.rows] == [one.question]
    for who in ("convenor", "member", "resident", "other_convenor"):
        assert not any(group.slug == "count" for group in inbox.waiting(people[who])), who


def test_the_area_leads_its_desk_to_the_residents(sign_in, town, people, officer):
    area = town.communities[0]
    link = at("residencies", area.code)
    assert link in text(sign_in(officer).get(area.get_absolute_url()))
    assert link not in text(sign_in("convenor").get(area.get_absolute_url()))
