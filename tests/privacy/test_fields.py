"""A sealed column: written as text, read as dots, asked for nothing."""

import copy
import json

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F, Q
from django.forms import modelform_factory
from rest_framework.serializers import ModelSerializer

from govgrid.privacy.fields import DOTS, Sealed


def test_the_text_is_nowhere_but_under_the_seal(letter):
    row = letter.objects.create(title="a", sender="李四", text="13812345678")

    for one in (row, letter.objects.get(), letter.objects.defer("text").get()):
        assert isinstance(one.text, Sealed)
        assert str(one.text) == repr(one.text) == f"{one.text}" == DOTS
        assert "138" not in repr(vars(one))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM {letter._meta.db_table}")  # noqa: S608
        assert b"138" not in bytes(cursor.fetchone()[0])


def test_an_instance_never_holds_the_plain_text(letter):
    row = letter(text="13812345678")
    row.text = "13900000000"

    held = repr(vars(row))
    assert "13812345678" not in held
    assert "13900000000" not in held
    assert copy.copy(row.text) == row.text


def test_bulk_create_and_update_seal_as_well(letter):
    letter.objects.bulk_create([letter(title="a", text="13812345678")])
    letter.objects.update(sender="13900000000", text=F("text"))

    row = letter.objects.get()
    assert isinstance(row.text, Sealed)
    assert isinstance(row.sender, Sealed)


def test_nothing_and_an_empty_text_are_nothing(letter):
    letter.objects.create(title="a", sender=None, text="x")
    letter.objects.create(title="b", sender="", text="x")

    assert letter.objects.filter(sender=None).count() == 2
    assert letter.objects.filter(sender__isnull=True).count() == 2
    assert letter.objects.filter(~Q(text=None)).count() == 2
    assert letter.objects.first().sender is None


@pytest.mark.parametrize(
    "lookup", ["sender", "sender__exact", "sender__iexact", "sender__contains", "sender__in",
               "sender__gt", "sender__startswith", "sender__regex", "sender__length", "sender__range"]
)  # fmt: skip
def test_it_can_be_asked_for_nothing_else(letter, lookup):
    value = ["a", "b"] if lookup.endswith(("in", "range")) else "李四"

    with pytest.raises(FieldError, match="sealed"):
        letter.objects.filter(**{lookup: value})


@pytest.mark.parametrize("value", [b"bytes", 13812345678, ["x"]])
def test_only_text_is_sealed(letter, value):
    with pytest.raises(TypeError, match="takes a str"):
        letter(text=value)


@pytest.mark.parametrize("form", ["json", "python", "xml", "jsonl"])
def test_it_is_never_serialised(letter, form):
    row = letter.objects.create(title="a", sender="李四", text="x")

    with pytest.raises(TypeError, match="never serialised"):
        serializers.serialize(form, [row])


def test_it_is_in_no_form(letter):
    assert list(modelform_factory(letter, fields="__all__").base_fields) == ["title"]


def test_the_api_cannot_show_it(letter):
    class LetterSerializer(ModelSerializer):
        class Meta:
            model = letter
            fields = "__all__"

    row = letter.objects.create(title="a", sender="李四", text="x")

    with pytest.raises(TypeError, match="never serialised"):
        json.dumps(LetterSerializer(row).data)
