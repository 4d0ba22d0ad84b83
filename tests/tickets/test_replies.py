"""Words ready to hand for the notes of moves."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions, replies
from tickets.models import ReplyTemplate

URL = "/tickets/templates/"


@pytest.fixture
def boss(town):
    return holder("department_head", department=town.housing)


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def waiting(town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    ticket.refresh_from_db()
    return ticket


def write(owner, *, by, move="decline", title="不属实", text="{number} 经核查不属实", **more):
    return actions.set_template(owner, by=by, move=move, title=title, text=text, **more)


# ── plain words ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "<b>x</b>", "a < b", "<script>", "&lt;b&gt;", "&#60;", "{{ ticket }}", "{% now %}", "{nonsense}",
        "{number.__class__}", "{0}", "{}", "{number", "number}", "{number!r}",
    ],
)  # fmt: skip
def test_markup_and_other_languages_are_refused_with_a_sentence(town, cast, text, sign_in):
    with pytest.raises(Refused) as refusal:
        write(town.streets[0], by=cast["street"], text=text)
    answer = sign_in("street").post(
        URL, {"owner_key": f"area:{town.streets[0].code}", "title": "x", "text": text}
    )

    assert refusal.value.code == "markup"
    assert refusal.value.message
    assert answer.status_code == 200
    assert "field__error" in answer.content.decode()
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize("words", [{"text": "<b>"}, {"title": "<b>"}, {"text": "{{ x }}"}])
def test_the_database_refuses_markup_too(town, cast, words):
    one = write(town.streets[0], by=cast["street"])

    with pytest.raises(IntegrityError), transaction.atomic():
        ReplyTemplate.objects.filter(pk=one.pk).update(**words)


def test_placeholders_become_plain_words_of_the_ticket(town, cast, waiting):
    one = write(
        town.streets[0], by=cast["street"],
        text="{number} {category} {grid} {community} {street} {department}.",
    )  # fmt: skip
    waiting.description = "{street}"

    said = replies.filled(one, waiting)

    assert said == (
        f"{waiting.number} {waiting.category.name} {waiting.grid.name}"
        f" {waiting.community.name} {waiting.street.name} ."
    )


def test_personal_numbers_are_covered(town, cast):
    one = write(town.streets[0], by=cast["street"], text="请拨 13812345678")

    assert "13812345678" not in one.text


# ── who keeps them ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("street", True), ("head", True), ("command", True), ("community", False),
        ("worker", False), ("clerk", False), ("other_street", False), ("auditor", False),
        ("nobody", False),
    ],
)  # fmt: skip
def test_over_an_area_the_desk_the_head_and_the_command(town, cast, who, may):
    if may:
        assert write(town.streets[0], by=cast[who]).created_by == cast[who]
        return
    with pytest.raises(PermissionDenied):
        write(town.streets[0], by=cast[who])


def test_a_department_has_its_head(town, cast, boss):
    assert write(town.housing, by=boss, move="finish").department == town.housing
    for owner, by in ((town.urban, boss), (town.housing, cast["clerk"]), (town.streets[0], boss)):
        with pytest.raises(PermissionDenied):
            write(owner, by=by)


def test_a_street_sets_none_for_the_district(town, cast):
    with pytest.raises(PermissionDenied):
        write(town.district, by=cast["street"])
    assert write(town.district, by=cast["command"]).area == town.district


@pytest.mark.parametrize(
    ("who", "status"), [("street", 200), ("clerk", 403), ("community", 403), ("auditor", 403)]
)
def test_the_page_is_for_who_keeps_them(sign_in, who, status):
    assert sign_in(who).get(URL).status_code == status


def test_one_of_another_place_does_not_exist(town, cast, sign_in):
    one = write(town.streets[0], by=cast["street"], text="只给一街")
    client = sign_in("other_street")

    assert "只给一街" not in client.get(URL).content.decode()
    assert client.get(f"{URL}{one.pk}/").status_code == 404
    assert client.post(f"{URL}{one.pk}/end/").status_code == 404


# ── changed by succession ─────────────────────────────────────────────────────────────────────


def test_a_changed_one_succeeds_the_one_that_was(town, cast, sign_in):
    one = write(town.streets[0], by=cast["street"])
    client = sign_in("street")
    key = f"area:{town.streets[0].code}"

    answer = client.post(
        f"{URL}{one.pk}/", {"owner_key": key, "move": "decline", "title": "不属实", "text": "新话"}
    )

    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.text, one.ended_by) == ("{number} 经核查不属实", cast["street"])
    assert ReplyTemplate.objects.in_force().get().text == "新话"
    page = client.get(URL).content.decode()
    assert "新话" in page
    assert "经核查不属实" in page


def test_two_who_change_it_at_once_the_second_is_told(town, cast):
    one = write(town.streets[0], by=cast["street"])
    write(town.streets[0], by=cast["head"], text="新话", instead=one)

    with pytest.raises(Refused) as refusal:
        write(town.streets[0], by=cast["street"], text="另一句", instead=one)

    assert refusal.value.code == "ended_already"
    assert ReplyTemplate.objects.in_force().get().text == "新话"


def test_two_of_one_title_are_refused_and_the_words_kept(town, cast, sign_in):
    write(town.streets[0], by=cast["street"])

    answer = sign_in("street").post(
        URL,
        {
            "owner_key": f"area:{town.streets[0].code}",
            "move": "decline",
            "title": "不属实",
            "text": "写了很久的话",
        },
    )

    assert answer.status_code == 409
    assert "写了很久的话" in answer.content.decode()


def test_ended_twice_it_ended_once(town, cast, sign_in):
    one = write(town.streets[0], by=cast["street"])
    actions.end_template(one, by=cast["head"])
    actions.end_template(one, by=cast["street"])

    one.refresh_from_db()
    assert one.ended_by == cast["head"]
    assert one.valid_to <= clock.now()


def test_the_page_asks_as_much_for_three_as_for_one(town, cast, sign_in):
    client, asked = sign_in("street"), []
    client.get(URL)
    for n in range(3):
        ended = write(town.streets[0], by=cast["street"], title=f"旧{n}")
        actions.end_template(ended, by=cast["street"])
        write(town.streets[0], by=cast["street"], title=f"新{n}")
        if n != 1:
            with CaptureQueriesContext(connection) as queries:
                client.get(URL)
            asked.append(len(queries))

    assert asked[0] == asked[1]
    assert asked[0] <= 9


# ── in a note ─────────────────────────────────────────────────────────────────────────────────


def test_without_script_the_button_puts_them_in_and_takes_no_move(town, cast, waiting, sign_in):
    one = write(town.streets[0], by=cast["street"])
    client = sign_in("street")
    url = reverse("tickets:act", args=[waiting.number, "decline"])

    assert "不属实" in client.get(waiting.get_absolute_url()).content.decode()
    page = client.post(url, {"insert": "1", "template": one.pk, "note": "先写的话"})

    body = page.content.decode()
    assert page.status_code == 200
    assert f"先写的话\n{waiting.number} 经核查不属实" in body
    waiting.refresh_from_db()
    assert waiting.state == "triage"


def test_with_script_the_field_alone_comes_back(town, cast, waiting, sign_in):
    one = write(town.streets[0], by=cast["street"])
    url = reverse("tickets:act", args=[waiting.number, "decline"])

    page = sign_in("street").post(
        url, {"insert": "1", "template": one.pk}, HTTP_HX_REQUEST="true"
    ).content.decode()  # fmt: skip

    assert f"{waiting.number} 经核查不属实" in page
    assert "<html" not in page
    assert "<textarea" in page


def test_every_field_that_was_written_stays(town, cast, waiting, sign_in):
    one = write(town.streets[0], by=cast["street"], move="assign", title="派")
    url = reverse("tickets:act", args=[waiting.number, "assign"])

    page = sign_in("street").post(
        url, {"insert": "1", "template": one.pk, "department": town.urban.pk}
    ).content.decode()  # fmt: skip

    assert f'<option value="{town.urban.pk}" selected>' in page


def test_a_department_is_offered_its_own_and_the_places(town, cast, boss, sign_in):
    ticket = routed(town, by=cast["worker"])
    urban_head = holder("department_head", department=town.urban)
    write(town.housing, by=boss, move="return", title="住建自己的")
    write(town.urban, by=urban_head, move="return", title="城管的")
    write(town.streets[0], by=cast["street"], move="", title="街道的")
    write(town.streets[1], by=cast["other_street"], move="", title="二街的")

    page = sign_in("clerk").get(ticket.get_absolute_url()).content.decode()

    assert "住建自己的" in page
    assert "街道的" in page
    assert "城管的" not in page
    assert "二街的" not in page


@pytest.mark.parametrize("template", ["", "x", "999999", "\x00"])
def test_no_template_leaves_the_note_as_it_was(cast, waiting, sign_in, template):
    url = reverse("tickets:act", args=[waiting.number, "decline"])

    page = sign_in("street").post(url, {"insert": "1", "template": template, "note": "我的话"})

    assert page.status_code == 200
    assert "我的话" in page.content.decode()


def test_a_hand_made_template_is_escaped(town, cast, waiting, sign_in):
    """Were there ever one with markup, the page would still show words."""
    write(town.streets[0], by=cast["street"], title='"x" & y', text='"a" & b')

    page = sign_in("street").get(waiting.get_absolute_url()).content.decode()

    assert "&quot;x&quot; &amp; y" in page
