"""Where a request may be sent on to, and where it comes from."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

# A household or an office has as many addresses of the new kind as it likes.
ONE_CALLER = 64


def ours(target: str, request: HttpRequest) -> str:
    """``target`` if it is a page of ours, else nothing: an address elsewhere is an open door."""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""


def client_address(request: HttpRequest) -> str:
    """Who calls, as the connection or the outermost proxy of ours says; never the caller himself.

    Each proxy adds whom it heard at the end of ``X-Forwarded-For``. As many as there are of ours
    (``PROXIES``) are believed; what stands before them is whatever the caller wrote.
    """
    heard = request.META.get("REMOTE_ADDR", "")
    if not settings.PROXIES:
        return heard
    said = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    told = said[-settings.PROXIES] if len(said) >= settings.PROXIES else ""
    return told if _is_address(told) else heard


def network_of(request: HttpRequest) -> str:
    """The address that counts as one caller."""
    address = client_address(request)
    if not _is_address(address) or ip_address(address).version == 4:
        return address
    return str(ip_network((address, ONE_CALLER), strict=False))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
