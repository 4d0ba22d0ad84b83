"""The ledger: added and never changed, vouchers for what is spent, sums without what was taken back."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from consultations import actions, ledger
from consultations.actions.bookkeeping import Line
from consultations.models import Entry
from govgrid.core import clock
from tests.consultations.test_founding import refused
from tests.consultations.test_sessions import PDF
from tests.factories import consultations as made


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def line(**changed):
    return Line(
        **{
            "kind": "money", "direction": "given", "amount": Decimal("500.00"), "unit": "yuan",
            "on": clock.today(), "text": "护栏", "giver": "张老板", **changed,
        }
    )  # fmt: skip


SPENT = {"direction": "spent", "giver": "", "amount": Decimal(120), "text": "买水泥"}


def enter(topic, by, **changed):
    return actions.enter_line(topic, line(**changed), by=by)[0]


def test_sums_by_kind_without_what_was_taken_back(topic, people):
    recorder = people["recorder"]
    enter(topic, recorder)
    wrong = enter(topic, recorder, amount=Decimal(9000))
    enter(topic, recorder, **SPENT, voucher="2026-17")
    enter(topic, recorder, kind="labour", unit="person", amount=Decimal(200), text="清沟")
    enter(topic, recorder, kind="goods", unit="吨", amount=Decimal("1.5"), text="沙")
    back = actions.take_back(wrong, by=people["convenor"], reason="多写一个零")
    assert (back.serial, back.reverses) == (6, wrong)
    found = {
        (one.kind, one.unit): (one.given, one.spent, one.left) for one in ledger.of_topic(topic)
    }
    assert found == {
        ("labour", "person"): (Decimal(200), Decimal(0), Decimal(200)),
        ("money", "yuan"): (Decimal(500), Decimal(120), Decimal(380)),
        ("goods", "吨"): (Decimal("1.5"), Decimal(0), Decimal("1.5")),
    }
    assert ledger.of_area(topic.area) == ledger.of_topic(topic)
    assert ledger.by_topic(topic.area, 5) == [(topic, ledger.of_topic(topic))]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": Decimal(0)}, "no_amount"),
        ({"amount": Decimal("-5")}, "no_amount"),
        ({"amount": Decimal("1.005")}, "no_amount"),
        ({"amount": Decimal(10) ** 11}, "no_amount"),
        ({"unit": "person"}, "wrong_unit"),
        ({"kind": "goods", "unit": " "}, "wrong_unit"),
        ({"kind": "labour", "unit": "person", "direction": "spent", "voucher": "1"}, "labour_is_given"),
        (SPENT, "voucher_needed"),
        ({"text": "　"}, "no_words"),
        ({"on": date(1999, 1, 1)}, "wrong_day"),
        ({"giver": "", "giver_is_public": True}, "name_needed"),
    ],
)  # fmt: skip
def test_entries_that_cannot_be(topic, people, changed, code):
    refused(code, enter, topic, people["recorder"], **changed)
    tomorrow = clock.today() + timedelta(days=1)
    refused("wrong_day", enter, topic, people["recorder"], on=tomorrow)
    assert not Entry.objects.exists()


def test_a_voucher_is_a_pdf(topic, people):
    bad = SimpleUploadedFile("x.pdf", b"<script>")
    refused("not_a_pdf", enter, topic, people["recorder"], **SPENT, file=bad)
    good = SimpleUploadedFile("张老板的发票.pdf", PDF)
    entry = enter(topic, people["recorder"], **SPENT, file=good)
    assert "张老板" not in entry.voucher_file.name
    entry.voucher_file.storage.delete(entry.voucher_file.name)


def test_who_keeps_the_books(topic, platform, people):
    for who in ("resident", "member", "screener", "other_convenor", "head"):
        with pytest.raises(PermissionDenied):
            enter(topic, people[who])
    hidden = made.raised(platform, by=people["resident"])
    refused("not_public_yet", enter, hidden, people["recorder"])


def test_sent_twice_is_written_once(topic, people):
    key = uuid4()
    first, is_new = actions.enter_line(topic, line(client_id=key), by=people["recorder"])
    again, once_more = actions.enter_line(topic, line(client_id=key), by=people["recorder"])
    assert (is_new, once_more, again) == (True, False, first)
    refused("client_id_reused", enter, topic, people["recorder"], client_id=key, amount=Decimal(7))


def test_an_entry_is_taken_back_once_and_whole(topic, people):
    recorder = people["recorder"]
    entry = enter(topic, recorder)
    refused("reason_needed", actions.take_back, entry, by=recorder, reason="")
    back = actions.take_back(entry, by=recorder, reason="重复")
    refused("taken_back_already", actions.take_back, entry, by=recorder, reason="再来")
    refused("is_a_reversal", actions.take_back, back, by=recorder, reason="再来")


def test_the_database_keeps_the_books(topic, people):
    entry = enter(topic, people["recorder"])
    other = enter(topic, people["recorder"], amount=Decimal(30))
    row = {
        "topic": topic, "kind": "money", "unit": "yuan", "on": clock.today(), "text": "x",
        "entered_by": people["recorder"], "amount": Decimal(1),
    }  # fmt: skip
    for change in (
        lambda: Entry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: Entry.objects.filter(pk=entry.pk).update(giver="李四"),
        lambda: Entry.objects.filter(pk=entry.pk).update(giver_is_public=True),
        lambda: Entry.objects.filter(pk=entry.pk).delete(),
        lambda: Entry.objects.create(**row, serial=8, direction="spent"),
        lambda: Entry.objects.create(
            **row, serial=8, direction="given", reverses=other, reason="x"
        ),
        lambda: Entry.objects.create(**row | {"amount": 0}, serial=8, direction="given"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_name_may_go(topic, people):
    entry = enter(topic, people["recorder"], giver_is_public=True)
    assert entry.giver_shown == "张老板"
    actions.forget_giver(entry, by=people["recorder"])
    entry.refresh_from_db()
    assert (entry.giver, entry.giver_shown) == ("—", "")
    refused("nobody_named", actions.forget_giver, entry, by=people["recorder"])
