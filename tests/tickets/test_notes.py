"""Words among those who handle a ticket, and nobody else."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core.errors import Refused
from tests.factories.accounts import bearer
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions
from tickets.models import Note

WORDS = "业主电话 13812345678，家里有狗"


@pytest.fixture
def ticket(town, cast):
    """Reported by a worker of another street, given to 住建局."""
    return routed(town, by=cast["other_worker"])


@pytest.fixture
def note(cast, ticket):
    return actions.write_note(ticket, WORDS, by=cast["community"], client_id=uuid4())


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who])
        return client

    return as_


def post(client, ticket, **given):
    url = reverse("tickets:notes", args=[ticket.number])
    return client.post(url, {"client_id": str(uuid4()), "text": "家里有狗"} | given)


def test_personal_numbers_are_covered(note):
    assert "13812345678" not in note.text
    assert "家里有狗" in note.text


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_note_stays_as_it_is(note, change):
    row = Note.objects.filter(pk=note.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(text="x") if change == "update" else row._raw_delete("default")


@pytest.mark.parametrize("who", ["community", "worker", "street", "head", "command", "clerk"])
def test_who_answers_for_the_place_and_who_has_a_part_reads_it(ticket, note, sign_in, who):
    page = sign_in(who).get(ticket.get_absolute_url()).content.decode()

    assert "家里有狗" in page
    assert "Write the note" in page


def test_an_auditor_reads_and_does_not_write(ticket, note, sign_in):
    client = sign_in("auditor")

    page = client.get(ticket.get_absolute_url()).content.decode()

    assert "家里有狗" in page
    assert "Write the note" not in page
    assert post(client, ticket).status_code == 403


def test_the_reporter_as_such_never_sees_one(api, cast, ticket, note, sign_in):
    client = sign_in("other_worker")
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["other_worker"]))
    url = f"/api/v1/tickets/{ticket.number}/"

    page = client.get(ticket.get_absolute_url()).content.decode()

    assert "家里有狗" not in page
    assert "Internal notes" not in page
    assert post(client, ticket).status_code == 404
    assert api.get(f"{url}notes/").status_code == 404
    for answer in (api.get(url), api.get(f"{url}events/")):
        assert "家里有狗" not in answer.content.decode()
    with pytest.raises(PermissionDenied):
        actions.write_note(ticket, "x", by=cast["other_worker"], client_id=uuid4())


def test_a_department_that_gave_it_back_reads_no_more(cast, ticket, note, sign_in):
    actions.move(
        ticket,
        "return",
        by=cast["clerk"],
        note="不是",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    page = sign_in("clerk").get(ticket.get_absolute_url()).content.decode()

    assert "家里有狗" not in page


def test_sent_twice_it_is_one_and_with_other_words_refused(cast, ticket):
    same = uuid4()
    first = actions.write_note(ticket, "x", by=cast["street"], client_id=same)
    again = actions.write_note(ticket, "x", by=cast["street"], client_id=same)

    assert first == again
    with pytest.raises(Refused) as refusal:
        actions.write_note(ticket, "y", by=cast["street"], client_id=same)
    assert refusal.value.code == "client_id_reused"


@pytest.mark.parametrize(
    "given",
    [{"text": ""}, {"text": " \u200b"}, {"text": "x" * 2001}, {"text": "\x00"}],
)
def test_bad_input_is_said_and_what_was_written_is_kept(ticket, sign_in, given):
    answer = post(sign_in("street"), ticket, **given)

    assert answer.status_code == 200
    assert "field__error" in answer.content.decode()
    assert not Note.objects.exists()


def test_an_id_that_was_spoilt_on_the_way_loses_no_note(ticket, sign_in):
    assert post(sign_in("street"), ticket, client_id="?").status_code == 302
    assert Note.objects.count() == 1


def test_the_page_writes_one(ticket, cast, sign_in):
    answer = post(sign_in("clerk"), ticket)

    assert answer["Location"] == f"{ticket.get_absolute_url()}#notes"
    assert Note.objects.get().by == cast["clerk"]


def test_three_notes_ask_as_much_as_one(cast, ticket, sign_in):
    client, asked = sign_in("street"), []
    client.get(ticket.get_absolute_url())
    for n in range(3):
        actions.write_note(ticket, f"第{n}条", by=cast["community"], client_id=uuid4())
        with CaptureQueriesContext(connection) as queries:
            client.get(ticket.get_absolute_url())
        asked.append(len(queries))

    assert asked[0] == asked[2]


def test_a_program_writes_and_reads_oldest_first(api, cast, ticket):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    url = f"/api/v1/tickets/{ticket.number}/notes/"

    for words in ("一", "二"):
        assert api.post(url, {"text": words}, format="json").status_code == 201
    assert api.post(url, {"text": ""}, format="json").status_code == 400
    assert api.post(url, {"text": "\u200b"}, format="json").status_code == 400
    assert api.post(url, {"text": "x", "by": 1}, format="json").status_code == 400

    assert [row["text"] for row in api.get(url).json()["results"]] == ["一", "二"]


def test_a_stranger_finds_no_ticket(api, town, cast):
    far = filed(town, by=cast["other_worker"], grid=4, category=CategoryFactory(code="0999"))
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))

    assert api.get(f"/api/v1/tickets/{far.number}/notes/").status_code == 404
