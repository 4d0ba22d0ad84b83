"""Files in and out: choose, look at what it would change, import; and what is shown as a file."""

from __future__ import annotations

import json

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import queries, scoping, serving
from grids.actions import uploads
from grids.actions.kinds import KINDS
from grids.forms import AreaSearchForm
from grids.forms.bringing import AgainForm, BringForm, DayForm, EndingsForm
from grids.models import Area, Upload
from grids.spatial.reading import CRS_CHOICES, Asked
from grids.spatial.writing import FORMATS, Table

MOST_SHOWN = 20


def _must_bring(user) -> None:
    if not (user.is_superuser or scoping.reach(user, "grids.bring")):
        raise PermissionDenied


def _own(request, pk) -> Upload:
    return get_object_or_404(Upload.objects.of(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request):
    """What may be brought, and what was."""
    _must_bring(request.user)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        upload = uploads.receive(
            said["file"],
            by=request.user,
            kind=said["kind"],
            asked=Asked(said["crs"], said["encoding"]),
            code_system=said["code_system"],
            on=said["on"],
        )
        return redirect(upload)
    context = {
        "form": form,
        "kinds": KINDS.values(),
        "formats": FORMATS.items(),
        "uploads": Upload.objects.of(request.user)[:MOST_SHOWN],
    }
    return render(request, "grids/bring.html", context, status=400 if form.errors else 200)


@require_GET
def upload_detail(request, pk):
    """How far the reading is, what the file would change, or why it was not imported."""
    _must_bring(request.user)
    upload = _own(request, pk)
    kind = KINDS[upload.kind]
    is_ready = upload.state == Upload.State.READY
    absent = queries.absent(upload) if is_ready and upload.kind == "areas" else []
    drawn = queries.drawn(upload) if is_ready and kind.has_outlines else None
    context = {
        "upload": upload,
        "kind": kind,
        "said": upload.summary,
        "again": AgainForm(upload=upload),
        "offered": dict(CRS_CHOICES).get(upload.offered_crs, ""),
        "fine": _fine(upload),
        "absent": absent,
        "today": clock.today(),
        "shape": json.dumps(drawn[0]) if drawn else "",
        "extent": drawn[1] if drawn else None,
    }
    return render(request, "grids/upload.html", context)


def _fine(upload: Upload) -> int:
    """How many rows have nothing wrong, where others have."""
    lines = {line for line, _reason in upload.problems}
    return max(0, upload.row_count - len(lines)) if lines else 0


@require_POST
def upload_confirm(request, pk):
    upload = _own(request, pk)
    form = EndingsForm(request.POST)
    if not form.is_valid():
        raise Refused("endings", _("Say on which day the areas end, not after today."))
    uploads.confirm(upload, by=request.user, endings=form.endings())
    return redirect(upload)


@require_POST
def upload_again(request, pk):
    upload = _own(request, pk)
    form = AgainForm(request.POST, upload=upload)
    if form.is_valid():
        said = form.cleaned_data
        asked = Asked(said["crs"], said["encoding"], said["layer"])
        uploads.read_again(upload, by=request.user, asked=asked)
    return redirect(upload)


@require_POST
def upload_discard(request, pk):
    uploads.discard(_own(request, pk), by=request.user)
    return redirect("grids:bring")


@require_GET
def upload_errors(request, pk):
    """The wrong rows as they came, each with its line and the reason in front."""
    upload = _own(request, pk)
    if not upload.problems:
        raise Http404
    lines = [line for line, _reason in upload.problems]
    kept = dict(upload.rows.filter(line__in=lines).values_list("line", "cells"))
    # In the order of the file: the database keeps cells in one of its own.
    named = {name for cells in kept.values() for name in cells}
    names = [*(one for one in upload.headings if one in named), *sorted(named - {*upload.headings})]
    rows = (
        ([str(line), reason, *(kept.get(line, {}).get(name, "") for name in names)], None)
        for line, reason in upload.problems
    )
    return serving.answer(Table(f"errors-{upload.pk}", ["line", "reason", *names], rows), "csv")


@require_GET
def area_export(request, slug):
    """The areas that the list shows, with the same words behind the question mark."""
    if slug not in FORMATS:
        raise Http404
    on = DayForm(request.GET).day()
    return serving.answer(serving.area_table(_shown(request.GET, on), on), slug)


def _shown(given: QueryDict, on) -> object:
    """What was searched for, else an area and all beneath it, else all there is."""
    search = AreaSearchForm(given)
    if given.get("q"):
        return search.filter(Area.objects.all())
    if within := given.get("within", "").replace("\x00", ""):
        area = queries.area_of(within) or Area.objects.in_force(on).filter(code=within).first()
        if area is None:
            raise Http404
        return Area.objects.beneath(area)
    return Area.objects.all()
