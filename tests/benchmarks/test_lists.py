"""Which lists are measured, and how one that grows is told."""

from benchmarks import lists
from benchmarks.report import Figure

AREAS = {level: level for level in ("city", "district", "street", "community", "grid")}


def test_every_scope_and_every_filter_has_a_name_of_its_own():
    found = lists.cases(AREAS, "0101")
    assert len({one.name for one in found}) == len(found)
    assert {"city", "district", "street", "community", "grid", "department"} <= {
        one.name for one in found
    }
    asked = {name for one in found for name in one.asked}
    assert asked == {"area", "state", "category", "overdue", "ordering"}


def test_growth_is_the_largest_beside_the_smallest():
    figures = [
        Figure("lists", "API, city, p95", value, "ms", at=at)
        for at, value in [(10_000, 8.0), (100_000, 9.0), (1_000_000, 24.0)]
    ]
    (one,) = lists.growth([*figures, Figure("lists", "API, city, statements", 3, "", at=1_000_000)])
    assert (one.value, one.limit, one.ratio, one.reached) == (24.0, 8.0, 3.0, False)
    assert one.limit_name == "ms at 10,000"


def test_one_size_does_not_grow():
    assert list(lists.growth([Figure("lists", "API, city, p95", 8.0, "ms", at=10_000)])) == []
