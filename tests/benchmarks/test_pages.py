"""Which pages are measured, and what the late list is held against."""

from benchmarks import pages


def test_every_page_has_a_name_and_the_late_list_its_limit():
    found = pages.pages("A-1")
    assert len({one.name for one in found}) == len(found)
    assert {one.path for one in found} == {"/tickets/late/", "/desk/", "/tickets/A-1/"}
    (late,) = (one for one in found if one.goal)
    assert (late.path, late.goal.most) == ("/tickets/late/", 60)


def test_a_town_without_tickets_has_no_page_of_one():
    assert {one.path for one in pages.pages("")} == {"/tickets/late/", "/desk/"}
