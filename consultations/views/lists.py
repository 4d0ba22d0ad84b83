"""The lists: pages, and as official documents in Word and Excel."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultations import papers, seats
from consultations.forms.lists import ListForm, PaperListForm
from consultations.lists import LISTS, Asked, Listed
from consultations.models import Platform
from consultations.views.topics import base_of
from govgrid.core import clock
from govgrid.core.throttle import limited

PAGE = 30
# A document of more rows is asked for by period.
MOST_ROWS = 2000
PAPERS_A_MINUTE = 10
FORMATS = {"docx": (papers.word, papers.WORD), "xlsx": (papers.excel, papers.EXCEL)}


def _inner(request: HttpRequest) -> Any:
    """The platforms whose inner lists one may read, where these are asked for; else None."""
    if "inner" not in request.GET:
        return None
    platforms = seats.platforms(request.user, "consultations.view")
    if not request.user.is_authenticated or not platforms.exists():
        raise PermissionDenied
    return platforms


def _listed(name: str) -> Listed:
    if name not in LISTS:
        raise Http404
    return LISTS[name]


@require_safe
@never_cache
def rows(request: HttpRequest, name: str) -> HttpResponse:
    one, inner = _listed(name), _inner(request)
    form = ListForm(request.GET)
    page = _page_number(request)
    found: list[Any] = []
    asked = form.asked(inner) if form.is_valid() else Asked(platforms=inner)
    if form.is_valid():
        found = list(one.rows(asked, (page - 1) * PAGE, PAGE + 1))
    columns = one.columns_for(asked)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "base": base_of(request),
        "one": one,
        "lists": LISTS.values(),
        "form": form,
        "columns": columns,
        "rows": [
            (row, [(c, papers.said(row.get(c.name))) for c in columns]) for row in found[:PAGE]
        ],
        "page": page,
        "is_more": len(found) > PAGE,
        "is_inner": inner is not None,
        "may_inner": seats.platforms(request.user, "consultations.view").exists(),
        "query": query.urlencode(),
    }
    return render(
        request, "consultations/list.html", context, status=200 if form.is_valid() else 400
    )


def _page_number(request: HttpRequest) -> int:
    said = request.GET.get("page", "1")
    if not (said.isascii() and said.isdecimal() and 0 < len(said) < 6 and int(said)):
        raise Http404
    return int(said)


@require_safe
@limited("list", PAPERS_A_MINUTE)
@never_cache
def paper(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The list as a document; the public one holds no name."""
    if kind not in FORMATS:
        raise Http404
    one, inner = _listed(name), _inner(request)
    form = PaperListForm(request.GET)
    if not form.is_valid():
        return rows(request, name)
    number, body = form.cleaned_data.pop("number"), form.cleaned_data.pop("body")
    asked = form.asked(inner)
    found = one.rows(asked, 0, MOST_ROWS)
    issue = papers.Issue(
        title=_title(one, asked),
        body=body or _body(asked),
        number=number,
        on=clock.today(),
        scope=_scope(asked),
        columns=one.columns_for(asked),
        rows=found,
    )
    write, content_type = FORMATS[kind]
    response = HttpResponse(write(issue), content_type=content_type)
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'{issue.title}.{kind}')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _title(one: Listed, asked: Asked) -> str:
    where = asked.platform or asked.area
    return (
        _("%(place)s: %(list)s") % {"place": where, "list": one.title} if where else str(one.title)
    )


def _body(asked: Asked) -> str:
    """Which body issues it: the one that runs the platform, else the place."""
    if asked.platform is not None:
        host = Platform.objects.filter(pk=asked.platform.pk).values_list("host__name", flat=True)
        return host.first() or asked.platform.name
    return asked.area.name if asked.area else ""


def _scope(asked: Asked) -> str:
    day = {
        name: date_format(value, "Y-m-d") if value else ""
        for name, value in (("since", asked.since), ("until", asked.until))
    }
    if asked.since and asked.until:
        return _("%(since)s to %(until)s") % day
    if asked.since:
        return _("since %(since)s") % day
    return _("until %(until)s") % day if asked.until else ""
