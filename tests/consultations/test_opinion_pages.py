"""Pages of opinions: who sees what, forms that keep what was typed, nothing hidden anywhere."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from consultations import actions, tasks
from consultations.models import Opinion, Stance
from tests.consultations.test_opinion_map import crowd
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

SECRET = "张三丰欠钱不还"


@pytest.fixture
def topic(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


@pytest.fixture
def said(topic, people):
    return made.said(topic, by=people["neighbour"], body=f"装护栏。{SECRET}")


@pytest.fixture
def sign_in(client, people):
    def as_(who):
        client.force_login(people[who] if isinstance(who, str) else who)
        return client

    return as_


def at(name, topic, *args):
    return reverse(f"consultations:{name}", args=[topic.number, *args])


def saying(**changed):
    return {"client_id": str(uuid4()), "kind": "suggestion", "body": "装护栏", **changed}


def test_everybody_reads_and_nobody_is_named(client, topic, people, said):
    people["neighbour"].name = "李四光"
    people["neighbour"].save()
    for url in (topic.get_absolute_url(), at("opinions", topic), at("opinion", topic, 1)):
        page = client.get(url)
        assert page.status_code == 200
        assert SECRET in page.text
        assert "李四光" not in page.text
    assert client.get(at("opinion-new", topic)).status_code == 302


def test_who_wants_to_be_named_is_named(client, topic, people):
    people["resident"].name = "李四光"
    people["resident"].save()
    one = made.said(topic, by=people["resident"], is_named=True)
    assert "李四光" in client.get(one.get_absolute_url()).text


def test_a_suggestion_is_made_on_the_page(sign_in, topic):
    client = sign_in("resident")
    new = at("opinion-new", topic)
    assert 'name="on_behalf"' not in client.get(new).text
    empty = client.post(new, saying(body="\u200b"))
    assert empty.status_code == 400
    sent = saying()
    assert client.post(new, sent).status_code == 302
    assert client.post(new, sent).status_code == 302
    assert Opinion.objects.count() == 1
    again = client.post(new, sent | {"body": "别的话"})
    assert again.status_code == 409
    assert "别的话" in again.text
    assert client.post(new, saying(kind="answer")).status_code == 400
    assert client.post(new, saying(client_id="x", session="nowhere", on="-1")).status_code == 400
    assert 'name="on_behalf"' in sign_in("recorder").get(new).text


def test_the_recorder_writes_down_what_was_said_in_a_session(sign_in, topic):
    visit = topic.sessions.get()
    sent = saying(on_behalf="on", session=visit.pk)
    assert sign_in("recorder").post(at("opinion-new", topic), sent).status_code == 302
    one = Opinion.objects.get()
    assert (one.author, one.session) == (None, visit)


def test_an_amendment_begins_with_the_words_that_stand_there(sign_in, topic, said):
    client = sign_in("resident")
    new = at("opinion-new", topic)
    assert topic.body in client.get(new, {"kind": "amendment"}).text
    page = client.get(new, {"kind": "amendment", "on": said.serial})
    assert said.body in page.text
    assert client.get(new, {"kind": "amendment", "on": "99"}).status_code == 404
    assert client.get(new, {"kind": "amendment", "on": "x" * 30}).status_code == 404
    sent = saying(kind="amendment", on=said.serial, body="装护栏。", why="不该点名")
    where = client.post(new, sent).url
    shown = client.get(where).text
    assert f"<del>{SECRET}</del>" in shown
    same = client.post(new, saying(kind="amendment", on=said.serial, body=said.body))
    assert same.status_code == 409


def test_scripts_are_shown_as_text(client, topic, people):
    body = "<script>alert(1)</script> 装"
    one = made.said(topic, by=people["resident"], body=body)
    made.said(topic, by=people["member"], kind="amendment", on=one.serial, body=f"{body}<b>")
    for url in (at("opinions", topic), one.get_absolute_url(), at("opinion", topic, 2)):
        page = client.get(url).text
        assert "<script>alert(1)" not in page
        assert "<b>" not in page.replace('<b class="faint">', "")


def test_stances_are_taken_with_one_press(sign_in, client, topic, said):
    sign_in("resident")
    back = at("opinions", topic)
    sent = {"value": "for", "on": said.serial, "back": back}
    assert client.post(at("stance", topic), sent).url == back
    assert Stance.objects.get().value == 1
    assert 'aria-pressed="true"' in client.get(back).text
    client.post(at("stance", topic), {"value": "none", "on": said.serial})
    assert not Stance.objects.exists()
    for back in ("https://evil.test/", "//evil.test", "javascript:alert(1)"):
        sent = {"value": "for", "seen": 1, "back": back}
        assert client.post(at("stance", topic), sent).url.startswith(topic.get_absolute_url())
    for bad in ({"value": "much"}, {"value": "for", "on": "x"}, {"value": "for", "on": "1" * 40}):
        assert client.post(at("stance", topic), bad).status_code == 404
    client.logout()
    assert "login" in client.post(at("stance", topic), {"value": "for"}).url


def test_hidden_words_are_on_no_page(client, sign_in, topic, people, said):
    made.said(topic, by=people["member"], kind="comment", body=f"{SECRET}，对", on=said.serial)
    made.said(topic, by=people["member"], kind="amendment", body=f"护栏。{SECRET}", on=said.serial)
    actions.hide(topic, said.serial, by=people["recorder"], reason="点了名")
    stranger = UserFactory()
    urls = [topic.get_absolute_url(), at("opinions", topic), reverse("consultations:list")]
    for who in (None, "resident", "expert", "clerk", "other_convenor", stranger):
        if who is None:
            client.logout()
        else:
            sign_in(who)
        for url in urls:
            assert SECRET not in client.get(url).text, (who, url)
        for serial in (1, 2 if who != "expert" else 1, 3):
            assert client.get(at("opinion", topic, serial)).status_code == 404, (who, serial)
            answer = client.post(at("opinion-act", topic, serial, "reply"), {"body": "x"})
            assert answer.status_code in {302, 404}
        new = client.get(at("opinion-new", topic), {"kind": "amendment", "on": 1})
        assert new.status_code in {302, 404}
    assert SECRET in sign_in("neighbour").get(at("opinion", topic, 1)).text
    assert "点了名" in sign_in("neighbour").get(at("opinion", topic, 1)).text
    assert SECRET in sign_in("screener").get(at("opinion", topic, 1)).text


def test_the_convenor_answers_and_a_refused_form_keeps_what_was_typed(sign_in, topic, said):
    client = sign_in("convenor")
    act = at("opinion-act", topic, said.serial, "judge")
    sent = {"fate": "not_adopted", "verdict_code": "unlawful", "verdict_reason": "消防通道"}
    refused = client.post(act, sent)
    assert refused.status_code == 409
    assert "消防通道" in refused.text
    assert client.post(act, sent | {"revisit_on": "不知道"}).status_code == 400
    assert client.post(act, sent | {"legal_basis": "消防法"}).status_code == 302
    page = sign_in("resident").get(at("opinion", topic, said.serial)).text
    assert "消防法" in page
    assert client.post(act, sent).status_code == 403


def test_answers_flags_hiding_and_appeal_on_the_pages(sign_in, topic, people):
    made.said(topic, by=people["neighbour"], kind="question", body="挡不挡消防车？")
    one = at("opinion", topic, 1)

    def press(who, name, **sent):
        return sign_in(who).post(at("opinion-act", topic, 1, name), sent).status_code

    assert press("expert", "reply", client_id=uuid4(), body="不挡") == 302
    assert Opinion.objects.get(serial=2).kind == "answer"
    assert press("resident", "reply", client_id=uuid4(), body="谢谢") == 302
    assert Opinion.objects.get(serial=3).kind == "comment"
    assert press("resident", "flag", reason="other", note="") == 409
    assert press("resident", "flag", reason="beside") == 302
    listed = sign_in("convenor").get(reverse("consultations:moderation"))
    assert "挡不挡消防车" in listed.text
    assert "挡不挡消防车" not in sign_in("other_convenor").get(listed.request["PATH_INFO"]).text
    assert sign_in("resident").get(listed.request["PATH_INFO"]).status_code == 403
    assert press("resident", "hide", reason="x") == 403
    assert press("recorder", "hide", reason="") == 400
    assert press("recorder", "hide", reason="跑题") == 302
    assert press("neighbour", "appeal", words="没跑题") == 302
    assert 'id="decide"' not in sign_in("recorder").get(one).text
    assert 'id="decide"' in sign_in("convenor").get(one).text
    assert press("convenor", "decide", answer="是在题内", is_shown="yes") == 302
    assert sign_in("resident").get(one).status_code == 200
    assert press("resident", "nothing") == 404


def test_an_amendment_is_taken_over_on_the_page(sign_in, topic, people, said):
    one = made.said(topic, by=people["member"], kind="amendment", on=said.serial, body="装护栏。")
    act = at("opinion-act", topic, one.serial, "take")
    assert sign_in("resident").post(act).status_code == 403
    assert sign_in("neighbour").post(act).status_code == 302
    assert Opinion.objects.latest("pk").body == "装护栏。"
    old = sign_in("resident").get(said.get_absolute_url())
    assert Opinion.objects.latest("pk").get_absolute_url() in old.text


def test_the_map_is_drawn_and_its_table_says_the_same(client, topic, people):
    assert client.get(at("opinion-map", topic)).status_code == 404
    crowd(topic, people)
    tasks.draw_maps()
    page = client.get(at("opinion-map", topic))
    assert page.status_code == 200
    assert page.text.count("opmap__group") == 2
    assert page.text.count("opmap__dot") == 6
    assert len(re.findall(r"<tr><td>", page.text)) == 6
    # Coordinates are numbers of SVG in every language.
    assert not re.search(r'c[xy]="[^"]*[,，]', page.text)


def test_what_is_flagged_waits_on_the_desk_without_its_words(sign_in, topic, people, said):
    actions.flag(topic, said.serial, by=people["resident"], reason="insult")
    desk = sign_in("convenor").get("/desk/")
    assert at("opinion", topic, said.serial) in desk.text
    assert SECRET not in desk.text
    assert at("opinion", topic, said.serial) not in sign_in("other_convenor").get("/desk/").text


def test_no_number_is_a_fault(client, sign_in, topic):
    sign_in("resident")
    for serial in (9, 40000, 10**30):
        assert client.get(f"{at('opinions', topic)}{serial}/").status_code == 404
    for query in ("kind=x", "after=x", "after=" + "9" * 40, "after=٣", "kind=%00"):
        assert client.get(f"{at('opinions', topic)}?{query}").status_code == 200


def test_pages_take_the_same_however_many(sign_in, topic, people, django_assert_max_num_queries):
    client = sign_in("resident")

    def asked(url):
        with django_assert_max_num_queries(40) as found:
            assert client.get(url).status_code == 200
        return len(found)

    def some(many):
        for n in range(many):
            one = made.said(topic, by=people["neighbour"], body=f"建议 {n}")
            made.said(topic, by=people["member"], kind="comment", body="同意", on=one.serial)
            made.said(topic, by=people["member"], kind="amendment", body=f"改{n}", on=one.serial)
            actions.take_stance(topic, 1, by=people["expert"], serial=one.serial)

    some(2)
    urls = [topic.get_absolute_url(), at("opinions", topic), at("opinion", topic, 1)]
    few = [asked(url) for url in urls]
    some(3)
    assert [asked(url) for url in urls] == few
