"""Where a request may be sent on to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def ours(target: str, request: HttpRequest) -> str:
    """``target`` if it is a page of ours, else nothing: an address elsewhere is an open door."""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""
