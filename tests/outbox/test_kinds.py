"""Words are chosen when they are read."""

import pytest
from django.utils.translation import gettext_lazy, override

from govgrid.outbox import kinds
from govgrid.outbox.models import Message

PARAMS = {"number": "YL-1", "place": "5%(number)s {x}"}


def test_a_message_is_put_in_words():
    told = kinds.render(Message(kind="test_moved", params=PARAMS))

    assert told == ("Moved: YL-1", "YL-1 went to 5%(number)s {x}.")


def test_the_readers_language_counts_and_not_the_writers():
    # A word of Django's own, so that the test needs no catalogue.
    kinds.register("test_yes", gettext_lazy("Yes"), gettext_lazy("No"))

    with override("en"):
        assert kinds.render(Message(kind="test_yes"), "zh-hans") == ("是", "否")
    with override("zh-hans"):
        assert kinds.render(Message(kind="test_yes"), "en") == ("Yes", "No")
        assert kinds.render(Message(kind="test_yes")) == ("是", "否")


def test_a_kind_that_is_gone_is_still_shown():
    assert kinds.render(Message(kind="test_gone", params={})) == ("test_gone", "")


@pytest.mark.parametrize(("kind", "params"), [("test_gone", {}), ("test_moved", {"number": "1"})])
def test_what_cannot_be_said_is_found_early(kind, params):
    with pytest.raises(KeyError):
        kinds.words(kind, params)


@pytest.mark.parametrize(
    ("language", "body"),
    [("en", "Manhole"), ("zh-hans", "井盖"), ("zh-hant", "井盖"), (None, "Manhole")],
)
def test_a_value_given_by_language_is_read_in_the_readers(language, body):
    kinds.register("by_language", "x", "%(what)s")

    told = kinds.words("by_language", {"what": {"zh-hans": "井盖", "en": "Manhole"}}, language)

    assert told.body == body
