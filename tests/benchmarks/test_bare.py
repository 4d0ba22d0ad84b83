"""The bare view: behind the very same middleware, and nothing else."""

from importlib import import_module

import pytest
from django.conf import settings


@pytest.mark.django_db
def test_it_asks_nobody_who_he_is_and_the_database_nothing(
    client, settings, django_assert_num_queries
):
    settings.ROOT_URLCONF = "benchmarks.urls"
    with django_assert_num_queries(0):
        answer = client.get("/bench/bare/")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "Content-Security-Policy" in answer


@pytest.mark.django_db
def test_the_platform_itself_has_no_such_address(client):
    assert client.get("/bench/bare/").status_code in {302, 404}


def test_the_settings_differ_in_the_addresses_alone():
    ours = import_module("benchmarks.settings")
    assert ours.ROOT_URLCONF == "benchmarks.urls"
    assert ours.MIDDLEWARE == settings.MIDDLEWARE
    assert ours.INSTALLED_APPS == settings.INSTALLED_APPS
