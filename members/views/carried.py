"""What goes from one page to the next through the browser: sealed, so that nothing lies about here.

A list that was only looked at leaves no trace in the database; the person who looked carries it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import crypto

HOUR = 3600


def seal(what: str, user_id: int, content: Any) -> str:
    """For this person, this use, this hour."""
    text = json.dumps([clock.now().timestamp(), content], ensure_ascii=False)
    packed = base64.b85encode(zlib.compress(text.encode())).decode()
    return base64.urlsafe_b64encode(crypto.seal(packed, _aad(what, user_id))).decode()


def unseal(what: str, user_id: int, carried: str) -> Any:
    """What :func:`seal` packed, or refused where it is another's, another page's, or old."""
    words = _("This page is out of date. Please begin again.")
    try:
        packed = crypto.unseal(base64.urlsafe_b64decode(carried), _aad(what, user_id))
    except (crypto.SealBroken, binascii.Error, ValueError, IndexError) as error:
        raise Refused("out_of_date", words) from error
    at, content = json.loads(zlib.decompress(base64.b85decode(packed)))
    if not 0 <= clock.now().timestamp() - at <= HOUR:
        raise Refused("out_of_date", words)
    return content


def _aad(what: str, user_id: int) -> str:
    return f"members.carried.{what}.{user_id}"
