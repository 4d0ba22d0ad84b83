"""The back office changes the calendar through the actions, and shows what an upload would do."""

from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from govgrid.worktime.models import CalendarDay, Edition, Hours
from tests.factories.accounts import UserFactory

DAYS, IMPORT = "admin:worktime_calendarday_changelist", "admin:worktime_calendarday_import"
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def office(client, shipped):
    client.user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(client.user)
    return client


def text(response):
    return unescape(response.content.decode())


def upload(office, content, **more):
    file = SimpleUploadedFile("2027.csv", content.encode())
    return office.post(reverse(IMPORT), {"file": file, **more})


def test_the_list_sums_up_the_years_and_shows_what_is_in_force(office):
    page = office.get(reverse(DAYS))
    assert page.status_code == 200
    years = [tuple(one) for one in page.context["years"]]
    assert years[-2:] == [(2026, 33, 6, True), (2027, 19, 0, False)]
    assert "Import a list" in text(page)
    assert len(page.context["cl"].queryset) == CalendarDay.objects.count()


def test_the_list_filters_by_year_and_shows_what_is_over_on_request(office):
    office.post(reverse("admin:worktime_calendarday_add"), {"date": SUNDAY, "kind": "holiday"})
    office.post(reverse("admin:worktime_calendarday_add"), {"date": SUNDAY, "kind": "makeup_workday"})  # fmt: skip
    assert len(office.get(reverse(DAYS), {"year": 2026}).context["cl"].queryset) == 40
    both = office.get(reverse(DAYS), {"year": 2026, "over": "1"})
    assert len(both.context["cl"].queryset) == 41
    assert office.get(reverse(DAYS), {"year": "x"}).status_code in (200, 302)


def test_a_list_of_any_length_costs_the_same(office, django_assert_num_queries):
    office.get(reverse(DAYS))
    CalendarDay.objects.exclude(date__year=2026).delete()
    one = CalendarDay.objects.first()
    CalendarDay.objects.exclude(pk=one.pk).delete()
    with django_assert_num_queries(6) as few:
        office.get(reverse(DAYS))
    CalendarDay.objects.create(date=date(2026, 3, 7), kind="holiday", since=one.since)
    CalendarDay.objects.create(date=date(2026, 3, 8), kind="holiday", since=one.since)
    with django_assert_num_queries(len(few)):
        office.get(reverse(DAYS))


def test_a_day_is_added_and_takes_the_place_of_another(office):
    for kind in ("makeup_workday", "holiday"):
        said = {"date": SUNDAY, "kind": kind, "name": "加班", "source": "order 7"}
        response = office.post(reverse("admin:worktime_calendarday_add"), said)
        assert response.status_code == 302, text(response)
    row = CalendarDay.objects.in_force().get(date=SUNDAY)
    assert (row.kind, row.source, row.since.made_by) == ("holiday", "order 7", office.user)
    assert CalendarDay.objects.filter(date=SUNDAY).count() == 2
    page = office.get(reverse("admin:worktime_calendarday_change", args=[row.pk]))
    assert "Sunday" in text(page)
    assert 'type="submit"' not in text(page).partition('id="content-main"')[2]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"date": "2026-11-23", "kind": "makeup_workday"}, "is a weekday"),
        ({"date": "1990-01-01", "kind": "holiday"}, "between 2000 and 2199"),
        ({"date": "soon", "kind": "holiday"}, "valid date"),
        ({"date": "2026-11-22", "kind": "feast"}, "valid choice"),
        ({"date": "2026-11-22", "kind": "holiday", "name": "元" * 41}, "at most 40"),
    ],
)
def test_a_day_that_cannot_be_keeps_what_was_typed(office, said, sentence):
    response = office.post(reverse("admin:worktime_calendarday_add"), said)
    assert response.status_code == 200
    assert sentence in text(response)
    assert Edition.objects.count() == 1


def test_chosen_dates_become_ordinary_again(office):
    row = CalendarDay.objects.get(date=date(2026, 10, 10))
    chosen = {"action": "make_ordinary", "_selected_action": [row.pk]}
    page = office.post(reverse(DAYS), chosen, follow=True)
    assert "1 date is an ordinary day again." in text(page)
    assert not CalendarDay.objects.in_force().filter(date=row.date).exists()


def test_an_upload_is_looked_at_first_and_done_on_the_second_click(office):
    content = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,makeup_workday,元旦\n"
    page = upload(office, content, source="notice 7")
    assert "2027-01-03 Make-up workday 元旦" in text(page)
    assert "2027-02-05 is a holiday by law" in text(page)
    assert Edition.objects.count() == 1
    done = office.post(reverse(IMPORT), {"rows": page.context["preview"]["sealed"]}, follow=True)
    assert "1 added, 7 changed, 0 as before." in text(done)
    edition = Edition.objects.first()
    assert (edition.source, edition.made_by) == ("notice 7", office.user)
    assert "All is as before." in text(upload(office, content))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "empty"),
        ("date,kind\n", "names no day"),
        ("date,kind\n2027-01-01,feast\n2027-13-01,holiday\n", "“2027-13-01” is no date"),
        ("date,kind\n2027-01-01,holiday\n2027-01-01,holiday\n", "stands in line 2 already"),
        ("PK\x03\x04", "Excel file cannot be read"),
    ],
)
def test_an_upload_that_is_wrong_says_where(office, content, sentence):
    page = upload(office, content)
    assert page.status_code == 200
    assert sentence in text(page)
    assert Edition.objects.count() == 1


def test_a_guess_about_a_published_year_is_refused(office):
    page = upload(office, "date,kind\n2026-01-01,holiday\n", is_provisional="on")
    assert "2026 is published" in text(page)


def test_a_second_click_with_other_rows_is_refused(office):
    page = office.post(reverse(IMPORT), {"rows": "made:up:rows"})
    assert "choose the file again" in text(page)
    assert Edition.objects.count() == 1


def test_hours_are_set_and_may_go_back_to_those_of_everywhere(office):
    address = reverse("admin:worktime_hours_add")
    said = {
        "district": "420506",
        "first_on": "2027-05-01",
        "last_on": "2027-09-30",
        "source": "夏令",
    }
    assert office.post(address, said | {"sessions": "08:00-12:00,15:00-18:30"}).status_code == 302
    own = Hours.objects.in_force().get(district="420506")
    assert (own.sessions, own.since.source) == ("08:00-12:00,15:00-18:30", "夏令")
    assert office.get(reverse("admin:worktime_hours_changelist")).status_code == 200
    assert office.get(reverse("admin:worktime_hours_change", args=[own.pk])).status_code == 200
    assert office.post(address, said | {"sessions": ""}).status_code == 302
    assert not Hours.objects.in_force().filter(district="420506").exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sessions": "8-12"}, "Write sessions as"),
        ({"last_on": "2027-01-01"}, "lies before the first"),
        ({"first_on": "1990-01-01"}, "between 2000 and 2199"),
    ],
)
def test_hours_that_cannot_be_keep_what_was_typed(office, wrong, sentence):
    said = {"first_on": "2027-05-01", "last_on": "2027-09-30", "sessions": "08:00-12:00"}
    response = office.post(reverse("admin:worktime_hours_add"), said | wrong)
    assert response.status_code == 200
    assert sentence in text(response)


def test_editions_are_read_only(office):
    edition = Edition.objects.get()
    assert office.get(reverse("admin:worktime_edition_changelist")).status_code == 200
    assert (
        office.get(reverse("admin:worktime_edition_change", args=[edition.pk])).status_code == 200
    )
    assert office.get(reverse("admin:worktime_edition_add")).status_code == 403


def test_staff_without_the_platform_see_none_of_it(client, shipped):
    client.force_login(UserFactory(is_staff=True))
    for name in (DAYS, IMPORT, "admin:worktime_hours_add", "admin:worktime_edition_changelist"):
        assert client.get(reverse(name)).status_code == 403
