from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from govgrid.core import clock
from govgrid.core.templatetags import gg

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 9, 24, 12, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    for module in (clock, gg):
        monkeypatch.setattr(module, "now", lambda: NOON)


def render(source, **context):
    return Template("{% load gg %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON.replace(hour=9, minute=5), "today 09:05"),
        (NOON - timedelta(days=1), "23 September 12:00"),
        (NOON.replace(year=2025), "24 September 2025 12:00"),
        # Yesterday in London, today in the district.
        (datetime(2026, 9, 23, 17, 30, tzinfo=ZoneInfo("UTC")), "today 01:30"),
        (None, ""),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment, said):
    assert gg.when(moment) == said


def test_a_day_has_its_year_only_when_it_is_not_this_one():
    assert gg.day(date(2026, 1, 2)) == "2 January"
    assert gg.day(date(2027, 1, 2)) == "2 January 2027"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "just now"), (12, "12 min ago"), (180, "3 h ago"), (3 * 1440, "21 September 12:00")],
)
def test_ago(minutes, said):
    assert gg.ago(NOON - timedelta(minutes=minutes)) == said


def test_a_time_element_carries_the_machine_readable_moment():
    html = render("{% moment at %}", at=NOON)

    assert html == '<time datetime="2026-09-24T12:00:00+08:00">today 12:00</time>'


def test_every_glyph_of_a_state_is_drawn(settings):
    sprite = (settings.BASE_DIR / "static" / "core" / "icons.svg").read_text()

    for _colour, glyph, _word in gg.STATES.values():
        assert f'id="i-{glyph}"' in sprite


def test_a_chip_has_word_and_icon_and_colour():
    html = render('{% chip "triage" %}')

    assert "is-offered" in html
    assert "#i-s-triage" in html
    assert "To be assigned" in html


def test_what_comes_from_people_is_escaped():
    nasty = "<script>alert(1)</script>"

    parts = "{% chip n n %}{% tag n %}{% notice n %}{% empty n n %}{% crumbs c %}"
    html = render(parts, n=nasty, c=[(nasty, "/")])

    assert "<script>" not in html


class _Form(forms.Form):
    name = forms.CharField(help_text="As in the register.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I am sure")
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_field_ties_hint_and_error_to_its_input():
    form = _Form({})

    html = render("{% field f.name %}", f=form)

    assert '<label for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="input"' in html


def test_what_may_be_left_out_says_so():
    assert "(optional)" in render("{% field f.note rows='3' %}", f=_Form())
    assert 'rows="3"' in render("{% field f.note rows='3' %}", f=_Form())
    assert "(optional)" not in render("{% field f.name %}", f=_Form())


def test_choices_are_a_group_with_a_name():
    html = render("{% field f.kind %}", f=_Form({}))

    assert "<fieldset" in html
    assert "<legend>Kind" in html
    assert html.count('type="radio"') == 2
    assert 'aria-describedby="id_kind_error"' in html


def test_a_box_stands_before_its_words():
    html = render("{% field f.sure %}", f=_Form())

    assert html.index('type="checkbox"') < html.index("I am sure")


def test_the_summary_names_all_that_is_wrong_and_leads_there():
    html = render("{% error_summary f %}", f=_Form({"name": "x"}))

    assert 'role="alert"' in html
    assert 'href="#id_sure"' in html
    assert "id_name" not in html
    assert render("{% error_summary f %}", f=_Form()) == ""


def test_crumbs_lead_from_large_to_small():
    district = SimpleNamespace(name="Yiling", get_absolute_url=lambda: "/grids/1/")

    html = render("{% crumbs areas %}", areas=[district, ("Here", "")])

    assert html.index("Yiling") < html.index("Here")
    assert '<a href="/grids/1/">Yiling</a>' in html


def test_a_line_of_the_rail_vanishes_without_its_page():
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name="home:desk"))

    here = render('{% nav_item "home:desk" "inbox" "To do" count=2 %}', request=request)
    many = render('{% nav_item "home:desk" "inbox" "To do" count=1000 %}', request=request)
    assert ">999+<" in many

    assert 'aria-current="page"' in here
    assert ">2</b>" in here
    assert render('{% nav_item "nowhere:at-all" "inbox" "To do" %}', request=request) == ""


def test_dates_follow_the_language():
    with translation.override("en"):
        assert gg.day(date(2026, 9, 24)) == "24 September"


def test_what_is_drawn_for_a_safe_word_does_not_answer_for_an_unsafe_one():
    word = "<b>x</b>"

    safe = render("{% tag n %}", n=mark_safe(word))  # noqa: S308 that is what is tried
    plain = render("{% tag n %}", n=word)

    assert word in safe
    assert "&lt;b&gt;x&lt;/b&gt;" in plain


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-09-24", "24 September 2026"),
        ("2026-09-24 09:05", "24 September 2026 09:05"),
        ("2026-09-24T09:05+08:00", "24 September 2026 09:05"),
        ("2026-09-24T09:05:07+08:00", "24 September 2026 09:05"),
        ("2026-99-99", "2026-99-99"),
        ("since 2026-09-24", "since 2026-09-24"),
        ("", ""),
        (7, 7),
        (True, "yes"),
        (False, "no"),
    ],
)
def test_what_a_copy_writes_for_programs_a_page_says_for_people(written, said):
    with translation.override("en"):
        assert gg.in_words(written) == said


def test_a_quarter_is_said_one_way():
    with translation.override("en"):
        assert gg.quarter(2026, 4) == "2026 Q4"
