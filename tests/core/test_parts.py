"""What hangs on a row, told with the row: flags, and what is not known."""

import pytest
from django.db.models import OuterRef

from govgrid.core.parts import carrying, may_have
from grids.models import Area
from tests.factories.grids import build_town

BENEATH = {"children": Area.objects.filter(parent=OuterRef("pk"))}


@pytest.fixture
def town(db):
    return build_town()


def test_each_row_says_whether_there_is_any(town, django_assert_num_queries):
    rows = carrying(Area.objects.filter(pk__in=[town.district.pk, town.grids[0].pk]), BENEATH)

    with django_assert_num_queries(1):
        found = {one.pk: one for one in rows}

    assert may_have(found[town.district.pk], "children")
    assert not may_have(found[town.grids[0].pk], "children")


def test_what_was_not_asked_with_the_row_may_be_there(town):
    assert may_have(town.grids[0], "children")
