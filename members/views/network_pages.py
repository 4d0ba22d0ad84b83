"""What the pages of the network share: the page itself, a form that asks for one act, a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from consultations.views.topics import base_of
from govgrid.core.errors import Refused
from grids import scoping, serving
from grids.spatial.writing import Table

CONFLICT = 409
PAGE = 50
STORY = 20


def page(
    request: HttpRequest, part: str, title: Any, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For everybody the public page, at the desk the one with the rail. Search engines are kept out."""
    whole = {"part": part, "title": title, "base": base_of(request), **context}
    response = render(request, "members/network_page.html", whole, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def ask(
    request: HttpRequest, form: Any, take: Callable[[Any], Any], *, title: Any, back: Any, done: Any,
    button: Any, about: Any = "", crumbs: Sequence[tuple[Any, str]] = (), is_last: bool = False,
) -> HttpResponse:  # fmt: skip
    """Ask for one act by a form: taken, the reader goes ``back``; refused, the page says why."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = take(form)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = CONFLICT
            else:
                messages.success(request, done)
                return redirect(back(made) if callable(back) else back)
    context = {
        "form": form, "back": "" if callable(back) else back, "button": button, "about": about,
        "crumbs": crumbs, "is_last": is_last, "has_map": "lon" in form.fields,
    }  # fmt: skip
    return page(request, "members/_network_form.html", title, context, status=status)


def data_of(request: HttpRequest) -> Any:
    """What was sent; an empty form that was sent is not a fresh one."""
    return request.POST if request.method == "POST" else None


def must(request: HttpRequest, right: str, obj: Any) -> None:
    if not request.user.has_perm(right, obj):
        raise PermissionDenied


def must_somewhere(request: HttpRequest, right: str = "members.keep_network") -> None:
    """For a page on which one first chooses where."""
    if not scoping.prefixes(request.user, right):
        raise PermissionDenied


def keeps_somewhere(request: HttpRequest, right: str = "members.keep_network") -> bool:
    return bool(scoping.prefixes(request.user, right))


def after(request: HttpRequest) -> int | None:
    """The row after which a list goes on."""
    said = request.GET.get("after", "")
    return int(said) if said.isascii() and said.isdecimal() and 0 < len(said) < 19 else None


def cut(request: HttpRequest, rows: Any, *, most: int = PAGE) -> tuple[list[Any], dict[str, Any]]:
    """One page of ``rows`` by key, and what the template needs to lead on. Nothing is counted."""
    start = after(request)
    found = list((rows.filter(pk__gt=start) if start else rows).order_by("pk")[: most + 1])
    asked = request.GET.copy()
    asked.pop("after", None)
    more = found[most - 1].pk if len(found) > most else None
    return found[:most], {"more": more, "asked": asked.urlencode(), "is_further": bool(start)}


def found_code(rows: Any, code: str) -> Any:
    """A row by its code; the database cannot even compare with a NUL."""
    one = None if "\x00" in code else rows.filter(code=code).first()
    if one is None:
        raise Http404
    return one


def workbook(name: str, columns: Iterable[Any], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """An Excel file of texts: what looks like a formula is none."""
    cells = (([str(cell) for cell in row], None) for row in rows)
    response = serving.answer(Table(name, [str(one) for one in columns], cells), "excel")
    response["X-Robots-Tag"] = "noindex"
    response["X-Content-Type-Options"] = "nosniff"
    return response
