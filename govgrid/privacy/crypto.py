"""Sealing text: AES-256-GCM or SM4-GCM under keys that are never in the database. Fails closed.

``CRYPTO_SUITE`` says by which of the two what is new is sealed; the version says it of each text, so
both are read at any time and ``manage.py reseal`` turns the one into the other.

Layout: version (1) | length of key id (1) | key id | nonce (12) | ciphertext and tag. All before
the nonce, and the place the text belongs to, is authenticated: a sealed text copied into another
column does not open there.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
SM4_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class SealBroken(Exception):
    """The text does not open: another key, another place, or somebody changed it."""


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...]) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in entries:
        key_id, colon, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not colon or not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES or key_id in keys:
            # Without the value: it may be a good key with a bad name.
            raise ImproperlyConfigured(
                "PRIVACY_KEYS must be a list of id:base64 of 32 bytes, newest first, every id "
                f"once; entry {len(keys) + 1} is not."
            )
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("PRIVACY_KEYS is empty: nothing could be sealed.")
    return keys


def keys() -> dict[str, bytes]:
    """The keys by id, newest first; ImproperlyConfigured stops the boot."""
    return _parsed(tuple(settings.PRIVACY_KEYS))


def newest_key_id() -> str:
    return next(iter(keys()))


# ── the two suites ────────────────────────────────────────────────────────────────────────────
def _aes_seal(key: bytes, nonce: bytes, text: bytes, about: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, text, about)


def _aes_open(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, sealed, about)


def _sm4_seal(key: bytes, nonce: bytes, text: bytes, about: bytes) -> bytes:
    work = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce)).encryptor()
    work.authenticate_additional_data(about)
    return work.update(text) + work.finalize() + work.tag


def _sm4_open(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    text, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    work = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce, tag)).decryptor()
    work.authenticate_additional_data(about)
    # Nothing is handed out before the tag is found right.
    return work.update(text) + work.finalize()


class Suite(NamedTuple):
    """One way of sealing, by the byte that a sealed text begins with."""

    version: int
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    unseal: Callable[[bytes, bytes, bytes, bytes], bytes]
    digest: Callable[[], hashes.HashAlgorithm]


SUITES = {
    "intl": Suite(1, _aes_seal, _aes_open, hashes.SHA256),
    "gm": Suite(2, _sm4_seal, _sm4_open, hashes.SM3),
}
_BY_VERSION = {suite.version: suite for suite in SUITES.values()}


def suite() -> Suite:
    """By which what is new is sealed; ImproperlyConfigured stops the boot."""
    try:
        return SUITES[settings.CRYPTO_SUITE]
    except KeyError:
        raise ImproperlyConfigured(
            f"CRYPTO_SUITE is one of {', '.join(SUITES)}, not {settings.CRYPTO_SUITE!r}."
        ) from None


@lru_cache(maxsize=16)
def _derived(key: bytes, what_for: bytes, length: int = KEY_BYTES) -> bytes:
    """A key of its own: one key never serves two purposes."""
    return HKDF(hashes.SHA256(), length, salt=None, info=what_for).derive(key)


def _sm4_key(key: bytes) -> bytes:
    return _derived(key, b"govgrid sm4 1", SM4_BYTES)


# ── sealing ───────────────────────────────────────────────────────────────────────────────────
def seal(text: str, aad: str) -> bytes:
    """``text`` under the newest key, for the one place that ``aad`` names."""
    key_id = newest_key_id()
    used = suite()
    header = bytes([used.version, len(key_id)]) + key_id.encode()
    nonce = os.urandom(NONCE_BYTES)
    sealed = used.seal(keys()[key_id], nonce, text.encode(), header + aad.encode())
    return header + nonce + sealed


def unseal(data: bytes, aad: str) -> str:
    """The text, or SealBroken; never a part of it and never the ciphertext."""
    header, key_id, rest = _split(bytes(data))
    key = keys().get(key_id)
    if key is None:
        raise SealBroken("sealed under a key that is not in PRIVACY_KEYS")
    nonce, sealed = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    try:
        text = _BY_VERSION[header[0]].unseal(key, nonce, sealed, header + aad.encode())
        return text.decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the sealed text was changed or moved") from error


def is_newest(data: bytes) -> bool:
    """Whether it would be sealed alike today: by the newest key and the suite in use."""
    return data[0] == suite().version and key_id_of(data) == newest_key_id()


def key_id_of(data: bytes) -> str:
    """Which key ``data`` was sealed under, for turning old keys out."""
    return _split(bytes(data))[1]


def _split(data: bytes) -> tuple[bytes, str, bytes]:
    if len(data) < 2 or data[0] not in _BY_VERSION:
        raise SealBroken("not a sealed text")
    end = 2 + data[1]
    try:
        return data[:end], data[2:end].decode("ascii"), data[end:]
    except UnicodeDecodeError as error:
        raise SealBroken("not a sealed text") from error


# ── digests ───────────────────────────────────────────────────────────────────────────────────
def fingerprint(data: bytes) -> str:
    """A keyed digest: equal for equal data, and nobody without the key can try out guesses.

    Derived from the OLDEST key, so that adding a key changes no fingerprint. Taking the oldest
    key out of PRIVACY_KEYS does change them all: rows compared by fingerprint must go first. The
    suite changes none: whoever changes it would else forget who has voted and what was sent.
    """
    key = _derived(list(keys().values())[-1], b"govgrid fingerprint 1")
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def link(data: bytes, key_id: str) -> str:
    """The digest of a day of readings, under a key of that name."""
    key = _derived(keys()[key_id], b"govgrid chain 1")
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def blind(text: str, domain: str) -> str:
    """By which a telephone number is found without being read: equal for equal numbers.

    Under a key of its own, the newest, and by the suite in use. ``domain`` is the column, as
    "members.Sealed.phone": the same number in two places has two digests, which nobody can join.
    Look rows up by :func:`blinds`, so that those which ``manage.py reseal`` has yet to reach are
    found as well. Nothing is equal to an empty text.
    """
    return _blind(text, domain, newest_key_id(), suite())


def blinds(text: str, domain: str) -> list[str]:
    """``text`` as any row may have it, under each key and suite: for ``filter(phone_blind__in=…)``."""
    known = [_blind(text, domain, key_id, used) for key_id in keys() for used in SUITES.values()]
    return [one for one in known if one]


def _blind(text: str, domain: str, key_id: str, used: Suite) -> str:
    number = phone_digits(text)
    if not number:
        return ""
    work = HMAC(_derived(keys()[key_id], b"govgrid blind 1"), used.digest())
    # The length in front, so that no domain runs on into a number.
    work.update(f"{len(domain)}:{domain}{number}".encode())
    return work.finalize().hex()


_LAND = re.compile(r"^(?:(?:00|\+)86|86(?=1\d{10}$))")


def phone_digits(text: str) -> str:
    """One spelling for each number: ＋86 138-1234 5678, 008613812345678 and 13812345678.0 are one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    # A sheet gives a number back as a float.
    plain = re.sub(r"^(\d+)\.0+$", r"\1", plain)
    plus = "+" if plain.startswith("+") else ""
    digits = "".join(str(unicodedata.digit(one)) for one in plain if one.isdigit())
    return _LAND.sub("", plus + digits).lstrip("+")


def check_value(key_id: str) -> str:
    """By which a key is recognised and nothing is opened: for files that must not hold the key."""
    return _derived(keys()[key_id], b"govgrid check 1").hex()
