"""The inner envelope of a secret ballot: X25519, HKDF and AES-GCM, all slips of equal length. Pure.

A slip is sealed to every key of its ballot at once: with two scrutineers neither opens it alone.
Layout: one ephemeral public key (32) | ciphertext and tag. No nonce: each key serves one slip.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
RECEIPT_BYTES = 10
MOST_OPTIONS = 12
# Read aloud and copied by hand: no I, L, O, U.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NONCE = bytes(12)


class EnvelopeBroken(Exception):
    """It does not open: another key, another ballot, or somebody changed it."""


class Opened(NamedTuple):
    choices: list[int]
    receipt: str


class Pair(NamedTuple):
    """A key of a ballot in two halves, as text: what opens, and what seals."""

    private: str
    public: str


def new_pair() -> Pair:
    key = X25519PrivateKey.generate()
    return Pair(_text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw()))


def public_of(private: str) -> str:
    """The other half of a key; EnvelopeBroken where it is none."""
    return _text(_private(private).public_key().public_bytes_raw())


def is_public(said: str) -> bool:
    """Whether this is a key that can seal: 32 bytes, and none of those that open for everybody."""
    try:
        key = X25519PublicKey.from_public_bytes(_bytes(said))
        X25519PrivateKey.generate().exchange(key)
    except (EnvelopeBroken, ValueError):
        return False
    return True


def new_receipt() -> str:
    """16 letters in groups of four, known to the voter alone until they are published."""
    number = int.from_bytes(secrets.token_bytes(RECEIPT_BYTES))
    letters = "".join(_LETTERS[number >> (5 * n) & 31] for n in range(16))
    return "-".join(letters[n : n + 4] for n in range(0, 16, 4))


def seal(ballot: int, publics: Sequence[str], choices: Sequence[int], receipt: str) -> bytes:
    """The slip of ``choices``, to be opened with all the private halves together."""
    plain = bytes(n in choices for n in range(1, MOST_OPTIONS + 1)) + receipt.encode("ascii")
    one = X25519PrivateKey.generate()
    public = one.public_key().public_bytes_raw()
    shared = b"".join(
        one.exchange(X25519PublicKey.from_public_bytes(_bytes(key))) for key in publics
    )
    return public + _cipher(shared, ballot, public, publics).encrypt(_NONCE, plain, None)


def unseal(ballot: int, privates: Sequence[str], data: bytes) -> Opened:
    """What stands on the slip; ``privates`` in the order of the keys it was sealed to."""
    public, sealed = data[:KEY_BYTES], data[KEY_BYTES:]
    keys = [_private(one) for one in privates]
    publics = [_text(one.public_key().public_bytes_raw()) for one in keys]
    try:
        outer = X25519PublicKey.from_public_bytes(public)
        shared = b"".join(one.exchange(outer) for one in keys)
        plain = _cipher(shared, ballot, public, publics).decrypt(_NONCE, sealed, None)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeBroken("it was sealed to another key or changed") from error
    choices = [n for n in range(1, MOST_OPTIONS + 1) if plain[n - 1]]
    return Opened(choices, plain[MOST_OPTIONS:].decode("ascii"))


def _cipher(shared: bytes, ballot: int, public: bytes, publics: Sequence[str]) -> AESGCM:
    info = f"govgrid ballot {ballot} {' '.join(publics)}".encode()
    return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, salt=public, info=info).derive(shared))


def _private(said: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_bytes(said))


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _bytes(said: str) -> bytes:
    try:
        key = base64.b64decode("".join(said.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EnvelopeBroken("this is no key") from error
    if len(key) != KEY_BYTES:
        raise EnvelopeBroken("this is no key")
    return key
