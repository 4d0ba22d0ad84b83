"""Sealing fails closed."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from govgrid.privacy import crypto
from govgrid.privacy.crypto import SealBroken, fingerprint, key_id_of, seal, unseal

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(text):
    assert unseal(seal(text, "a.B.c"), "a.B.c") == text


def test_the_sealed_text_shows_nothing_and_never_repeats():
    one, other = seal("13812345678", "a.B.c"), seal("13812345678", "a.B.c")

    assert b"138" not in one
    assert one != other


def test_a_text_moved_to_another_column_does_not_open():
    with pytest.raises(SealBroken):
        unseal(seal("13812345678", "a.B.c"), "a.B.d")


def test_no_byte_can_be_changed():
    data = seal("13812345678", "a.B.c")

    for i in range(len(data)):
        changed = data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]
        with pytest.raises(SealBroken):
            unseal(changed, "a.B.c")


@pytest.mark.parametrize("cut", [0, 1, 2, 5, 14, 20, -1])
def test_a_part_of_it_does_not_open(cut):
    with pytest.raises(SealBroken):
        unseal(seal("13812345678", "a.B.c")[:cut], "a.B.c")


@given(st.binary(max_size=80))
def test_noise_does_not_open(data):
    with pytest.raises(SealBroken):
        unseal(data, "a.B.c")


def test_a_new_key_seals_and_the_old_one_still_opens(settings):
    settings.PRIVACY_KEYS = [OLD]
    before = seal("text", "a.B.c")
    settings.PRIVACY_KEYS = [NEW, OLD]
    after = seal("text", "a.B.c")

    assert (key_id_of(before), key_id_of(after)) == ("old", "new")
    assert unseal(before, "a.B.c") == unseal(after, "a.B.c") == "text"


def test_without_its_key_nothing_opens(settings):
    settings.PRIVACY_KEYS = [OLD]
    data = seal("text", "a.B.c")
    settings.PRIVACY_KEYS = [NEW]

    with pytest.raises(SealBroken, match="not in PRIVACY_KEYS"):
        unseal(data, "a.B.c")


def test_another_key_under_the_same_name_does_not_open(settings):
    settings.PRIVACY_KEYS = [OLD]
    data = seal("text", "a.B.c")
    settings.PRIVACY_KEYS = ["old:" + NEW.partition(":")[2]]

    with pytest.raises(SealBroken):
        unseal(data, "a.B.c")


def test_fingerprints_are_equal_for_equal_data_and_survive_a_new_key(settings):
    settings.PRIVACY_KEYS = [OLD]
    before = fingerprint(b"13812345678")
    settings.PRIVACY_KEYS = [NEW, OLD]

    assert fingerprint(b"13812345678") == before
    assert fingerprint(b"13812345679") != before
    settings.PRIVACY_KEYS = [NEW]
    assert fingerprint(b"13812345678") != before


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [""],
        ["k1"],
        ["k1:"],
        ["k1:not base64!"],
        ["k1:" + base64.b64encode(b"short").decode()],
        ["k1:" + base64.b64encode(b"x" * 33).decode()],
        [":" + base64.b64encode(b"x" * 32).decode()],
        ["k 1:" + base64.b64encode(b"x" * 32).decode()],
        [OLD, OLD],
        [OLD, "bad"],
    ],
)
def test_bad_keys_stop_the_boot_and_are_not_printed(settings, keys):
    settings.PRIVACY_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="PRIVACY_KEYS") as stopped:
        crypto.keys()
    assert not any(key and key in str(stopped.value) for key in keys)
