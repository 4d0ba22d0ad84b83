"""Whoever is outside reads nothing that is not out yet, on no page and over no resource; and nonsense
in an address, in a form or in a body is answered in words."""

from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import URLPattern

from consultations import actions, urls
from consultations.actions.bookkeeping import Line as Entry
from consultations.actions.planning import Line
from consultations.actions.pooling import Item
from consultations.rows import Line as Elector
from govgrid.api.consulting import ROUTES
from govgrid.core import clock
from tests.consultations.test_cases import PARTS, closed
from tests.factories import consultations as made
from tests.factories.grids import holder
from tests.factories.tickets import whistled

SECRET = "榕树下的话"
OUTSIDE = (None, "neighbour", "other_convenor", "urban")


@pytest.fixture
def world(town, platform, people, clock_at):
    """Of everything one that is not out yet, each with the words that nobody outside may read."""
    convenor, officer = people["convenor"], holder("community_officer", area=town.communities[0])
    topic = made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=convenor
    )
    hidden = made.raised(platform, by=people["resident"], title=SECRET, body=SECRET * 3)
    sessions = [
        made.session(hidden, by=convenor, title=SECRET),
        made.called(topic, by=convenor),
        made.survey(topic, by=convenor),
    ]
    later = made.called(topic, by=convenor)
    actions.add_paper(later, by=convenor, title=SECRET, text=SECRET)
    sessions.append(later)
    made.begun(sessions[1])
    actions.write_minutes(sessions[1], by=people["recorder"], minutes=SECRET)
    actions.enter(sessions[1], by=people["recorder"], guest=SECRET, capacity="resident")
    sheet = {1: [1], 3: 4, 4: SECRET}
    actions.answer(sessions[2], sheet, by=people["resident"])
    said = made.said(topic, by=people["resident"], body=SECRET)
    made.said(topic, by=people["resident"], kind="amendment", on=said.serial, body=f"{SECRET}。")
    actions.flag(topic, said.serial, by=people["member"], reason="other", note=SECRET)
    actions.hide(topic, said.serial, by=people["recorder"], reason=SECRET)
    made.living(town.grids[0], SECRET, by=officer, user=people["resident"])
    ballots = [
        made.ballot(platform, by=convenor, question=SECRET, about=SECRET, topic=topic),
        made.announced(platform, by=convenor, topic=topic),
        made.ballot(platform, by=convenor, basis="list"),
    ]
    actions.bring_electors(ballots[2], [Elector(SECRET, 9_000, "CODE-0001")], by=convenor)
    actions.announce_ballot(ballots[2], by=convenor)
    covenant = made.covenant(platform, by=convenor)
    comment = actions.comment_clause(covenant, 1, by=people["resident"], body=SECRET)
    actions.hide_comment(comment, by=people["recorder"], reason=SECRET)
    year = clock.today().year
    plan = actions.begin_plan(platform, year, by=convenor)
    actions.set_lines(plan, [Line(1, SECRET, "meeting", SECRET)], by=convenor)
    secretary = people["area_convenor"]
    pool = actions.begin_pool(town.streets[0], SECRET, by=secretary, about=SECRET)
    actions.set_items(pool, [Item(SECRET, SECRET)], by=secretary)
    entry = Entry("money", "given", Decimal(5), "yuan", clock.today(), "护栏", giver=SECRET)
    actions.enter_line(topic, entry, by=people["recorder"])
    case = actions.write_case(
        closed(platform, people), by=convenor, title=SECRET, **dict.fromkeys(PARTS, SECRET)
    )
    ticket = whistled(town, by=officer, kind="consultation", description=SECRET)
    actions.call_seats(by=None)
    call = ticket.seat_calls.get(seat__user=people["member"])
    actions.answer_call(call, by=people["member"], answer="cannot", reason=SECRET)
    theme, _new = actions.put_theme(
        town.streets[0], [platform], by=people["head"], title="共同的问题", body="怎么停车",
        client_id=uuid4(),
    )  # fmt: skip
    return SimpleNamespace(
        numbers=[topic.number, hidden.number], sessions=sessions, ballots=ballots,
        covenants=[covenant], pools=[pool], cases=[case], calls=[call], themes=[theme],
        comments=[comment], year=year, platform=platform, town=town,
    )  # fmt: skip


def _keys(world, path):
    """The keys of rows that an address of this kind names."""
    for kind in ("sessions", "ballots", "covenants", "pools", "cases", "calls", "themes"):
        if f"{kind}/" in path:
            return [one.pk for one in getattr(world, kind)]
    return [1]


NAMED = {
    "serial": [1, 2], "year": None, "row": [1], "date": [1], "paper": [1], "answer": [1],
    "token": ["x"], "kind": ["docx"], "position": [1],
}  # fmt: skip


def _addresses(pattern, world, root):
    """Each address of a pattern, with every row that it may name."""
    route = str(pattern.pattern)
    found = [route]
    for name in pattern.pattern.converters:
        if name in {"pk", "id"}:
            values = _keys(world, route)
        elif name == "number":
            values = world.numbers
        elif name == "year":
            values = [world.year]
        elif name == "code":
            areas = ("residents/" in route, "ledger/" in route, "areas/" in route)
            values = [world.town.communities[0].code if any(areas) else world.platform.code]
        elif name in {"name", "act"}:
            values = ["problems"] if "lists/" in route else ["x"]
        else:
            values = NAMED[name]
        found = [_filled(one, name, value) for one in found for value in values]
    return [root + one for one in found]


def _filled(route, name, value):
    for kind in ("int", "str", "slug", "uuid"):
        route = route.replace(f"<{kind}:{name}>", str(value))
    return route


PAGES = [one for one in urls.urlpatterns if isinstance(one, URLPattern)]
FAULT = 500


def test_no_page_tells_whoever_is_outside(world, client, people):
    seen = 0
    for who in OUTSIDE:
        if who:
            client.force_login(people[who])
        for pattern in PAGES:
            for at in _addresses(pattern, world, "/consultations/"):
                answer = client.get(at)
                body = b"".join(answer) if answer.streaming else answer.content
                assert answer.status_code < FAULT, (who, at)
                assert SECRET not in body.decode(errors="replace"), (who, at)
                seen += answer.status_code == 200
    assert seen > 120


@pytest.mark.parametrize("who", ["other_convenor", "convenor"])
def test_nonsense_is_answered_in_words(world, client, people, who):
    """Sent to every address by who may much and by who may nothing."""
    client.force_login(people[who])
    junk = dict.fromkeys(("title", "body", "note", "reason", "text", "words", "said"), "\u200b")
    junk |= dict.fromkeys(("entry", "serial", "key", "item", "link", "position"), "9" * 30)
    junk |= dict.fromkeys(("on", "until", "opens_at", "starts_at", "day"), "9999-99-99T99:99")
    for pattern in PAGES:
        for at in _addresses(pattern, world, "/consultations/"):
            for sent in ({}, junk, {"\u0000": "\u0000", "form-TOTAL_FORMS": "-1"}):
                assert client.post(at, sent).status_code < FAULT, (at, sent)


def test_addresses_that_name_nothing(world, client, people):
    client.force_login(people["convenor"])
    for odd in ("9" * 30, "0", "\u200b", "%00", "-1", "2026-99999", "%F0%9F%98%80"):
        for pattern in PAGES:
            at = str(pattern.pattern)
            for name in pattern.pattern.converters:
                at = _filled(at, name, odd)
            assert client.get(f"/consultations/{at}").status_code < FAULT, at


def test_no_resource_tells_whoever_is_outside(world, api, people):
    seen = 0
    for who in OUTSIDE[1:]:
        api.force_authenticate(people[who])
        for pattern in ROUTES:
            if "get" not in pattern.callback.actions:
                continue
            for at in _addresses(pattern, world, "/api/v1/"):
                answer = api.get(at)
                assert answer.status_code < FAULT, (who, at)
                assert SECRET not in answer.content.decode(), (who, at)
                seen += answer.status_code == 200
    assert seen > 60


def test_signed_out_no_resource_says_anything(world, api):
    for pattern in ROUTES:
        for at in _addresses(pattern, world, "/api/v1/"):
            for method in list(pattern.callback.actions):
                assert getattr(api, method)(at).status_code == 401, (method, at)
