"""R21: two suites, one key; numbers that are found without being read."""

import base64
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from govgrid.privacy import blinds, crypto
from govgrid.privacy.crypto import SealBroken, blind, phone_digits, seal, unseal
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed
from tickets.models import Contact

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
PHONE = "13812345678"
PLACE = "members.Sealed.phone"


@pytest.fixture(params=["intl", "gm"])
def suite(request, settings):
    settings.CRYPTO_SUITE = request.param
    return request.param


def test_r21_either_suite_seals_and_opens(suite):
    data = seal("王阿姨 13812345678", PLACE)

    assert data[0] == crypto.SUITES[suite].version
    assert unseal(data, PLACE) == "王阿姨 13812345678"
    assert PHONE.encode() not in data


def test_r21_what_was_moved_or_changed_does_not_open(suite):
    data = seal(PHONE, PLACE)

    with pytest.raises(SealBroken):
        unseal(data, "tickets.Contact.phone")
    for i in range(len(data)):
        with pytest.raises(SealBroken):
            unseal(data[:i] + bytes([data[i] ^ 3]) + data[i + 1 :], PLACE)
        with pytest.raises(SealBroken):
            unseal(data[:i], PLACE)


def test_r21_a_wrong_key_raises_and_gives_nothing_back(suite, settings):
    settings.PRIVACY_KEYS = [OLD]
    data = seal(PHONE, PLACE)

    settings.PRIVACY_KEYS = ["old:" + NEW.partition(":")[2]]
    with pytest.raises(SealBroken) as broken:
        unseal(data, PLACE)
    assert PHONE not in str(broken.value)
    settings.PRIVACY_KEYS = [NEW]
    with pytest.raises(SealBroken, match="not in PRIVACY_KEYS"):
        unseal(data, PLACE)


def test_r21_what_one_suite_sealed_is_read_under_the_other(settings):
    texts = {}
    for name in crypto.SUITES:
        settings.CRYPTO_SUITE = name
        texts[name] = seal(PHONE, PLACE)
    for name in crypto.SUITES:
        settings.CRYPTO_SUITE = name
        assert [unseal(data, PLACE) for data in texts.values()] == [PHONE, PHONE]
    # Told to be of the other suite it does not open.
    forged = bytes([2]) + texts["intl"][1:]
    with pytest.raises(SealBroken):
        unseal(forged, PLACE)


def test_r21_an_unknown_suite_stops_the_boot(settings):
    settings.CRYPTO_SUITE = "rot13"

    with pytest.raises(ImproperlyConfigured, match="CRYPTO_SUITE"):
        crypto.suite()


@pytest.mark.parametrize(
    "written",
    ["13812345678", " 138 1234 5678", "138-1234-5678", "+86 13812345678", "8613812345678",
     "008613812345678", "１３８１２３４５６７８", "13812345678.0", "+86-138.1234.5678", "(138)12345678"],
)  # fmt: skip
def test_r21_every_spelling_of_a_number_is_found(written):
    assert phone_digits(written) == PHONE
    assert blind(written, PLACE) == blind(PHONE, PLACE)


@pytest.mark.parametrize(
    ("written", "digits"),
    [("0717-7824001", "07177824001"), ("+867177824001", "7177824001"), ("", ""), ("none", ""),
     ("861234567", "861234567"), ("+1 202 555 0100", "12025550100")],
)  # fmt: skip
def test_r21_other_numbers_stay_what_they_are(written, digits):
    assert phone_digits(written) == digits


def test_r21_a_number_in_two_places_cannot_be_joined(suite):
    one, other = blind(PHONE, PLACE), blind(PHONE, "members.Invitation.phone")

    assert len(one) == 64
    assert one != other
    assert one != blind("13812345679", PLACE)
    assert one not in {crypto.fingerprint(PHONE.encode()), PHONE}
    assert blind("", PLACE) == blind("nobody", PLACE) == ""
    # Where the domain ends is part of it.
    assert blind("12", "a1") != blind("112", "a")


def test_r21_rows_are_found_while_keys_and_suites_change(settings):
    settings.PRIVACY_KEYS, settings.CRYPTO_SUITE = [OLD], "intl"
    before = blind(PHONE, PLACE)
    settings.PRIVACY_KEYS, settings.CRYPTO_SUITE = [NEW, OLD], "gm"

    assert blind(PHONE, PLACE) != before
    assert {before, blind(PHONE, PLACE)} < set(crypto.blinds(PHONE, PLACE))
    assert crypto.blinds("", PLACE) == []


def test_r21_raw_sql_shows_no_plain_text(suite, letter):
    letter.objects.create(title="a", sender="李四海", text=PHONE)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sender, text FROM {letter._meta.db_table}")  # noqa: S608
        raw = b"".join(bytes(one) for one in cursor.fetchone())
        cursor.execute(f"SELECT {letter._meta.db_table}::text FROM {letter._meta.db_table}")  # noqa: S608
        whole = cursor.fetchone()[0]
    for plain in (PHONE.encode(), "李四海".encode(), PHONE.encode().hex().encode()):
        assert plain not in raw
        assert plain not in whole.encode()


@pytest.fixture
def blinded(letter, monkeypatch):
    """Letters whose title is what their text is found by."""
    monkeypatch.setattr(blinds, "_known", {})
    monkeypatch.setattr(
        blinds, "known",
        lambda: [blinds.Blind(letter, "title", letter._meta.get_field("text"), "a.B.text")],
    )  # fmt: skip
    letter._meta.get_field("title").max_length = 64
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {letter._meta.db_table} ALTER title TYPE varchar(64)")
    return letter


def test_r21_the_command_counts_anew_what_numbers_are_found_by(blinded, settings):
    settings.PRIVACY_KEYS = [OLD]
    blinded.objects.create(title=blind(PHONE, "a.B.text"), text=PHONE)
    settings.PRIVACY_KEYS, settings.CRYPTO_SUITE = [NEW, OLD], "gm"

    said = StringIO()
    call_command("reseal", dry_run=True, verbosity=0, stdout=said)
    assert "Letter.title: 1 would be counted anew" in said.getvalue()
    assert blinded.objects.get().title != blind(PHONE, "a.B.text")
    call_command("reseal", verbosity=0, stdout=said)
    assert "Letter.title: 1 counted anew" in said.getvalue()
    assert blinded.objects.get().title == blind(PHONE, "a.B.text")


def test_r21_the_command_turns_one_suite_into_the_other(settings, one_contact):
    settings.CRYPTO_SUITE = "gm"
    said = StringIO()

    call_command("reseal", verbosity=0, stdout=said)
    call_command("reseal", verbosity=0, stdout=said)

    assert "tickets.Contact.phone: 1 sealed anew" in said.getvalue()
    assert "tickets.Contact.phone: 0 sealed anew" in said.getvalue()
    contact = Contact.objects.get()
    assert contact.phone.data[0] == 2
    assert unseal(contact.phone.data, "tickets.Contact.phone") == PHONE


@pytest.fixture
def one_contact(db):
    town = build_town()
    ticket = filed(
        town,
        by=holder("grid_worker", area=town.grids[0]),
        contact={"name": "王阿姨", "phone": PHONE},
    )
    return ticket.contact
