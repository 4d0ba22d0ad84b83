"""Sealing text: AES-256-GCM under keys that are never in the database. Fails closed.

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
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
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


def seal(text: str, aad: str) -> bytes:
    """``text`` under the newest key, for the one place that ``aad`` names."""
    key_id = newest_key_id()
    header = bytes([VERSION, len(key_id)]) + key_id.encode()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(keys()[key_id]).encrypt(nonce, text.encode(), header + aad.encode())
    return header + nonce + sealed


def unseal(data: bytes, aad: str) -> str:
    """The text, or SealBroken; never a part of it and never the ciphertext."""
    header, key_id, rest = _split(bytes(data))
    key = keys().get(key_id)
    if key is None:
        raise SealBroken("sealed under a key that is not in PRIVACY_KEYS")
    try:
        text = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + aad.encode())
        return text.decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the sealed text was changed or moved") from error


def key_id_of(data: bytes) -> str:
    """Which key ``data`` was sealed under, for turning old keys out."""
    return _split(bytes(data))[1]


def _split(data: bytes) -> tuple[bytes, str, bytes]:
    if len(data) < 2 or data[0] != VERSION:
        raise SealBroken("not a sealed text")
    end = 2 + data[1]
    try:
        return data[:end], data[2:end].decode("ascii"), data[end:]
    except UnicodeDecodeError as error:
        raise SealBroken("not a sealed text") from error


def fingerprint(data: bytes) -> str:
    """A keyed digest: equal for equal data, and nobody without the key can try out guesses.

    Derived from the OLDEST key, so that adding a key changes no fingerprint. Taking the oldest
    key out of PRIVACY_KEYS does change them all: rows compared by fingerprint must go first.
    """
    return hmac.new(_fingerprint_key(list(keys().values())[-1]), data, hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _fingerprint_key(key: bytes) -> bytes:
    # A key of its own: one key never serves two purposes.
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"govgrid fingerprint 1").derive(key)


def check_value(key_id: str) -> str:
    """By which a key is recognised and nothing is opened: for files that must not hold the key."""
    derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"govgrid check 1")
    return derived.derive(keys()[key_id]).hex()
