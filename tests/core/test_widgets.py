"""A select that is drawn quickly says what Django's own says."""

import pytest
from django import forms
from django.test.html import parse_html

from govgrid.core.widgets import QuickSelect

CHOICES = [("", "Any"), ("Group", [("a", "A & b"), ("c", "<C>")]), ("d", "D")]


@pytest.mark.parametrize("value", ["", "a", "d", None, "nobody"])
@pytest.mark.parametrize("attrs", [None, {"id": "id_x", "required": True, "class": "input"}])
def test_it_draws_what_a_select_draws(value, attrs):
    plain, quick = forms.Select(choices=CHOICES), QuickSelect(choices=CHOICES)

    drawn = [parse_html(one.render("x", value, attrs)) for one in (plain, quick)]

    assert drawn[0] == drawn[1]
