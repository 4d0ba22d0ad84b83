"""Searches that somebody keeps for himself."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from govgrid.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.tickets import CategoryFactory
from tickets.models import SavedSearch

URL = "/tickets/searches/"
BACKEND = "govgrid.accounts.backends.NameOrPhone"
pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who])
        return client

    return as_


def kept(owner, n=1, name=None, query="state=triage"):
    return SavedSearch.objects.create(
        owner=owner, place=n, name=name or f"搜索{n}", query=query, saved_at=clock.now()
    )


def test_the_list_offers_to_save_what_is_narrowed(sign_in):
    client = sign_in("street")

    plain = client.get("/tickets/").content.decode()
    narrow = client.get("/tickets/?state=triage&overdue=on&before=9").content.decode()

    assert "Save this search" not in plain
    assert 'name="query" value="state=triage&amp;overdue=on"' in narrow


def test_saved_it_is_a_chip_with_its_filters(sign_in, cast):
    CategoryFactory(code="0101")
    client = sign_in("street")
    # In the order of the form, whatever the order of the address.
    asked = "overdue=on&state=triage&q=%E4%BA%95%E7%9B%96&category=0101&before=7&ordering=due"

    answer = client.post(URL, {"name": "我的井盖", "query": asked})

    one = SavedSearch.objects.get()
    assert one.query == "q=%E4%BA%95%E7%9B%96&state=triage&category=0101&ordering=due&overdue=on"
    assert answer["Location"] == f"/tickets/?{one.query}"
    page = client.get("/tickets/").content.decode()
    assert "我的井盖" in page
    assert client.get(f"/tickets/?{one.query}").status_code == 200


def test_it_is_private_to_the_person(sign_in, cast):
    other = kept(cast["head"], name="头的搜索")
    client = sign_in("street")

    assert "头的搜索" not in client.get("/tickets/").content.decode()
    assert client.post(f"{URL}{other.pk}/delete/").status_code == 404
    assert SavedSearch.objects.filter(pk=other.pk).exists()


def test_deleted_it_is_gone(sign_in, cast):
    mine = kept(cast["street"])

    assert sign_in("street").post(f"{URL}{mine.pk}/delete/").status_code == 302
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""}, {"name": " \u200b"}, {"name": "x" * 41}, {"name": "\x00"}, {"query": ""},
        {"query": "nonsense=1"}, {"query": "state=nowhere"}, {"query": "filed_after=31.12.2026"},
        {"query": "&".join(f"a{n}=1" for n in range(99))}, {"query": "q=" + "x" * 2001},
        {"query": "before=7"}, {"query": "q=%00%00"}, {"query": "%%%"},
    ],
)  # fmt: skip
def test_bad_input_is_said_and_the_name_is_kept(sign_in, given):
    answer = sign_in("street").post(URL, {"name": "我的", "query": "state=triage"} | given)

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "data-gg-summary" in page
    if "name" not in given:
        assert 'value="我的"' in page
    assert not SavedSearch.objects.exists()


def test_a_name_is_given_once(sign_in, cast):
    kept(cast["street"], name="我的")

    answer = sign_in("street").post(URL, {"name": "我的", "query": "state=triage"})

    assert answer.status_code == 409
    assert "You have a search of this name." in answer.content.decode()


def test_twenty_and_no_more(sign_in, cast):
    for n in range(1, 21):
        kept(cast["street"], n)

    answer = sign_in("street").post(URL, {"name": "一个多", "query": "state=triage"})

    assert answer.status_code == 409
    assert "Twenty searches" in answer.content.decode()
    for place in (0, 21):
        with pytest.raises(IntegrityError), transaction.atomic():
            kept(cast["street"], place)


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_keep_no_twenty_first(town, cast):
    for n in range(1, 20):
        kept(cast["street"], n)
    together, codes = Barrier(2), []

    def save(name):
        browser = Client(HTTP_ACCEPT_LANGUAGE="en")
        browser.force_login(cast["street"], BACKEND)
        together.wait()
        try:
            codes.append(browser.post(URL, {"name": name, "query": "state=triage"}).status_code)
        finally:
            connection.close()

    threads = [Thread(target=save, args=[name]) for name in ("甲", "乙")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert sorted(codes) == [302, 409]
    assert SavedSearch.objects.count() == 20


def test_the_list_asks_as_much_for_twenty_as_for_one(sign_in, cast, django_assert_num_queries):
    client = sign_in("street")
    client.get("/tickets/")
    kept(cast["street"])
    kept(UserFactory(), 2)
    client.get("/tickets/")
    with django_assert_num_queries(5) as asked:
        client.get("/tickets/")
    for n in range(2, 20):
        kept(cast["street"], n)
    with django_assert_num_queries(len(asked)):
        client.get("/tickets/")


# ── called otherwise ──────────────────────────────────────────────────────────────────────────


def test_it_is_renamed_on_a_page_of_its_own(sign_in, cast):
    mine = kept(cast["street"], name="旧名")
    client = sign_in("street")

    assert f"{URL}{mine.pk}/rename/" in client.get("/tickets/").content.decode()
    assert 'value="旧名"' in client.get(f"{URL}{mine.pk}/rename/").content.decode()
    answer = client.post(f"{URL}{mine.pk}/rename/", {"name": "新名"})

    assert answer["Location"] == f"/tickets/?{mine.query}"
    mine.refresh_from_db()
    assert mine.name == "新名"


def test_a_name_that_is_taken_or_none_is_refused(sign_in, cast):
    mine, other = kept(cast["street"], 1, name="甲"), kept(cast["street"], 2, name="乙")
    client = sign_in("street")

    taken = client.post(f"{URL}{mine.pk}/rename/", {"name": other.name})
    empty = client.post(f"{URL}{mine.pk}/rename/", {"name": " "})

    assert (taken.status_code, empty.status_code) == (409, 200)
    assert "You have a search of this name." in taken.content.decode()
    assert "Give it a name." in empty.content.decode()
    mine.refresh_from_db()
    assert mine.name == "甲"


def test_nobody_renames_what_is_anothers(sign_in, cast):
    other = kept(cast["head"], name="头的搜索")
    client = sign_in("street")

    assert client.get(f"{URL}{other.pk}/rename/").status_code == 404
    assert client.post(f"{URL}{other.pk}/rename/", {"name": "我的"}).status_code == 404
