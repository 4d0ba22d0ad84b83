"""The parts every page is built from. A tag picks words and classes; the HTML is in components/."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from govgrid.core import sayings
from govgrid.core.clock import local, now, today

register = template.Library()

# slug of a state: (colour class, glyph, word). Glyphs differ in shape, so that a state reads
# without its colour. The word is used where the page has none of its own.
STATES: dict[str, tuple[str, str, Any]] = {
    "awaiting_approval": ("is-new", "s-new", _("Awaiting approval")),
    "filed": ("is-new", "s-new", _("Filed")),
    "triage": ("is-offered", "s-triage", _("To be assigned")),
    "dispatched": ("is-offered", "s-offered", _("To be signed for")),
    "offered": ("is-offered", "s-offered", pgettext_lazy("assignment", "To be signed for")),
    "signed": ("is-signed", "s-signed", pgettext_lazy("assignment", "Signed for")),
    "reported_in": ("is-onsite", "s-onsite", pgettext_lazy("assignment", "Reported in")),
    "handling": ("is-onsite", "s-onsite", _("Being handled")),
    "handled": ("is-signed", "s-check", _("To be verified")),
    "done": ("is-done", "s-done", pgettext_lazy("assignment", "Done")),
    "verified": ("is-done", "s-done", _("Verified")),
    "closed": ("is-done", "s-done", _("Closed")),
    "returned": ("is-back", "return", pgettext_lazy("assignment", "Returned")),
    "declined": ("is-quiet", "s-declined", _("Declined")),
    "merged": ("is-quiet", "merge", _("Merged")),
    "suspended": ("is-quiet", "s-paused", _("Suspended")),
    "withdrawn": ("is-quiet", "s-declined", pgettext_lazy("assignment", "Withdrawn")),
}


def name_states(looks: Mapping[str, tuple[str, str, Any]]) -> None:
    """Call from ``AppConfig.ready``: the states of an upper app, as ``topic:raised``."""
    STATES.update(looks)


UNKNOWN = ("is-quiet", "s-new", "")
# A day, or a moment, as copies of what is held write it.
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?)?", re.ASCII)
DAY_ONLY = 10
MANY = 1000  # nobody counts on from there
NOTICES = {"over": "alert", "near": "alert", "done": "check", "info": "info"}


def _look(state: Any) -> tuple[str, str, Any]:
    return STATES.get(str(getattr(state, "value", state)), UNKNOWN)


@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def icon(name: str, size: str = "") -> SafeString:
    """{% icon "whistle" %} or {% icon "camera" "lg" %}; always beside a word, so always hidden."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        f" icon--{size}" if size else "",
        static("core/icons.svg"),
        name,
    )


@register.filter
def state_class(state: Any) -> str:
    """Colour class of a state: <li class="{{ ticket.state|state_class }}">."""
    return _look(state)[0]


@register.filter
def state_icon(state: Any) -> str:
    return _look(state)[1]


@register.filter
def state_word(state: Any) -> str:
    return str(_look(state)[2])


@register.simple_tag
def chip(state: Any, word: str = "") -> SafeString:
    """A state as ring, word and colour: {% chip ticket.state %}, {% chip "signed" "Signed 09:10" %}."""
    colour, glyph, default = _look(state)
    return _drawn(
        "components/chip.html", colour=colour, glyph=glyph, word=word or str(default) or str(state)
    )


@register.simple_tag
def tag(word: str, icon: str = "", kind: str = "") -> SafeString:
    """A kind or a department: {% tag "Lead" icon="lead" kind="lead" %}; kind is "", lead or line."""
    return _drawn("components/tag.html", word=str(word), glyph=icon, kind=kind)


# By type as well: a word that is safe as it is must not answer for one that is to be escaped.
@lru_cache(maxsize=2048, typed=True)
def _drawn(template_name: str, **words: str) -> SafeString:
    """A list draws the same few of these two hundred times; a template takes 60 µs for each."""
    return render_to_string(template_name, words)


@register.inclusion_tag("components/notice.html")
def notice(text: str, kind: str = "info", strong: str = "") -> dict[str, str]:
    """A line with a thick left rule: kind is info, near, over or done."""
    return {
        "text": text,
        "strong": strong,
        "colour": "" if kind == "info" else f"is-{kind}",
        "glyph": NOTICES[kind],
        "role": "alert" if kind == "over" else "",
    }


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox") -> dict[str, str]:
    """What would be here and what to do."""
    return {"title": title, "text": text, "glyph": icon}


@register.inclusion_tag("components/field.html")
def field(bound: Any, label: str = "", **attrs: str) -> dict[str, Any]:
    """One form field with its label, hint and error, each tied to the input by id.

    Further words become attributes of the input: {% field form.q autocomplete="off" rows="3" %}.
    """
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    if kind not in {"checkbox", "radio"}:
        attrs["class"] = " ".join(filter(None, [widget.attrs.get("class"), "input"]))
    choices = bound.subwidgets if widget.use_fieldset else []
    return {
        "bound": bound,
        "label": label or bound.label,
        "choices": choices,
        "is_choice": kind == "checkbox" and not choices,
        "is_hidden": bound.is_hidden,
        "input": bound.as_widget(attrs=attrs),
        "optional": _is_optional(bound.field) and kind != "checkbox",
        "described_by": _described_by(bound),
    }


def _is_optional(field: Any) -> bool:
    """What a form leaves to a table to ask for is not called optional."""
    return not field.required and not getattr(field, "is_asked", False)


def _described_by(bound: Any) -> str:
    said = [("helptext", bound.help_text), ("error", bound.errors)]
    return " ".join(f"{bound.auto_id}_{part}" for part, is_said in said if is_said)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """All that is wrong, on top, with links to the fields. Nothing when nothing is."""
    return {
        "general": form.non_field_errors(),
        "wrong": [bound for bound in form if bound.errors and not bound.is_hidden],
        "hidden": [bound for bound in form.hidden_fields() if bound.errors],
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(areas: Any) -> dict[str, Any]:
    """From large to small. An item is an area (name, get_absolute_url) or a pair (name, address)."""
    return {"crumbs": [_crumb(area) for area in areas]}


def _crumb(area: Any) -> tuple[str, str]:
    if isinstance(area, tuple):
        return area
    address = getattr(area, "get_absolute_url", None)
    return str(area.name), address() if address else ""


@register.simple_tag(takes_context=True)
def nav_item(context: Any, name: str, icon: str, word: str, count: int = 0) -> SafeString:
    """A line of the rail; left out where the address does not exist."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_here = match is not None and match.view_name == name
    try:
        address = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    return _drawn(
        "components/nav_item.html",
        address=address,
        glyph=icon,
        word=word,
        count=str(count or "") if count < MANY else f"{MANY - 1}+",
        here="page" if is_here else "",
    )


def _clock(value: datetime) -> str:
    return f"{value:%H:%M}"


@register.filter(expects_localtime=False)
def day(value: date | None) -> str:
    """As in 24 September, with the year only when it is not this one."""
    if value is None:
        return ""
    there = local(value).date() if isinstance(value, datetime) else value
    if there.year == today().year:
        return date_format(there, pgettext("date format, this year", "j F"))
    return date_format(there, pgettext("date format, another year", "j F Y"))


@register.filter(expects_localtime=False)
def when(value: datetime | None) -> str:
    """As in today 09:05, 24 September 09:05, 24 September 2025 09:05."""
    if value is None:
        return ""
    there = local(value)
    if there.date() == today():
        return gettext("today %(time)s") % {"time": _clock(there)}
    return gettext("%(day)s %(time)s") % {"day": day(value), "time": _clock(there)}


@register.filter
def in_words(value: Any) -> Any:
    """What is held, as a person reads it: copies write days as 2026-09-24, for programs too."""
    if isinstance(value, bool):
        return pgettext("is it so", "yes") if value else pgettext("is it so", "no")
    if not isinstance(value, str) or not WRITTEN.fullmatch(value):
        return value
    try:
        there = datetime.fromisoformat(value)
    except ValueError:
        return value
    said = date_format(there, pgettext("date format, another year", "j F Y"))
    if len(value) == DAY_ONLY:
        return said
    return gettext("%(day)s %(time)s") % {"day": said, "time": _clock(there)}


@register.simple_tag
def quarter(year: int, number: int) -> str:
    """As in 2026 Q4; in Chinese 2026年第4季度."""
    return sayings.quarter(year, number)


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """<time datetime="…">today 09:05</time>."""
    if value is None:
        return ""
    there = local(value).replace(microsecond=0)
    return format_html('<time datetime="{}">{}</time>', there.isoformat(), when(value))


@register.filter
def ago(value: datetime | None) -> str:
    """As in just now, 12 min ago, 3 h ago, then the date: for lists that change as they are read."""
    if value is None:
        return ""
    minutes = int((now() - value).total_seconds() // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return gettext("%(count)s min ago") % {"count": minutes}
    if minutes < 24 * 60:
        return gettext("%(count)s h ago") % {"count": minutes // 60}
    return when(value)
