"""How often somebody who has not signed in may ask, and by which address that is counted."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse

from govgrid.core import throttle
from govgrid.core.addresses import client_address, network_of
from govgrid.core.throttle import limited, seconds_to_wait
from tests.factories.accounts import UserFactory


@pytest.fixture
def at(monkeypatch):
    """``at(61)`` is one second into the second minute."""
    return lambda moment: monkeypatch.setattr(throttle.time, "time", lambda: float(moment))


def test_one_more_than_allowed_waits_for_the_next_minute(at):
    at(130)
    assert [seconds_to_wait("x", "192.0.2.1", 2) for _n in range(3)] == [0, 0, 50]
    assert seconds_to_wait("x", "192.0.2.2", 2) == 0
    assert seconds_to_wait("y", "192.0.2.1", 2) == 0
    at(180)
    assert seconds_to_wait("x", "192.0.2.1", 2) == 0


def test_nobodys_address_is_kept(at):
    seconds_to_wait("x", "192.0.2.77", 2)

    assert cache._cache
    assert not any("192.0.2.77" in key for key in cache._cache)


def test_without_the_cache_nobody_is_held_up(monkeypatch):
    def gone(_key):
        raise ValueError

    monkeypatch.setattr(throttle.cache, "incr", gone)

    assert seconds_to_wait("x", "192.0.2.1", 0) == 0


@limited("view", 1)
def view(_request):
    return HttpResponse("here")


@pytest.mark.django_db
def test_whoever_is_signed_in_is_not_held_up(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    assert [view(request).status_code for _n in range(3)] == [200, 429, 429]

    request.user = UserFactory()
    assert view(request).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "said", "believed"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),  # the first is what the caller wrote
        (2, "10.9.9.9, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),  # not by way of both of ours
        (1, "<script>", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(rf, settings, proxies, said, believed):
    settings.PROXIES = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": said})) == believed


def test_a_network_of_the_new_kind_is_one_caller(rf):
    one, same, other = (
        network_of(rf.get("/", REMOTE_ADDR=address))
        for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1")
    )
    assert one == same == "2001:db8::/64"
    assert other != one
    assert network_of(rf.get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"
