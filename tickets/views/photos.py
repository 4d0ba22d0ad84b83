"""Photos: sent in while a report is written, added to a ticket, and handed out to who may see them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.gis.db.models.functions import Distance
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core.errors import Refused
from govgrid.core.parts import may_have
from grids import scoping
from grids.roles import ROLES
from tickets import gallery, rules
from tickets.forms.photos import DraftPhotoForm, PhotoForm, after_photo_id, sent_with
from tickets.models import Assignment, Photo, Ticket
from tickets.photos import Unusable
from tickets.serving import photo_response
from tickets.views.reach import ticket_in_reach
from tickets.workflow import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.gis.measure import D

    from tickets.forms.filing import FilingForm
    from tickets.models import TicketEvent

STATUS = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


# ── while a report is written ─────────────────────────────────────────────────────────────────


@require_POST
@never_cache
def draft(request: HttpRequest) -> HttpResponse:
    """One photo of a report that is not sent yet, from the page's script."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    form = DraftPhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _wrong(form)
    try:
        report = form.cleaned_data["draft"]
        added = gallery.add_to_draft(report, form.sending(), by=request.user)
    except (Unusable, Refused) as refusal:
        return _refused(refusal)
    return _kept(added, reverse("tickets:draft-thumb", args=[added.photo.public_id]))


@require_http_methods(["DELETE"])
def draft_photo(request: HttpRequest, photo: UUID) -> HttpResponse:
    """Take it back before the report is sent."""
    if not gallery.remove_draft(photo, by=request.user):
        raise Http404
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_safe
def draft_thumb(request: HttpRequest, photo: UUID) -> HttpResponse:
    """For the sender alone, also once the report is sent."""
    found = Photo.objects.filter(public_id=photo, by=request.user).first()
    if found is None:
        raise Http404
    return photo_response(request, found, small=True)


class Failure(NamedTuple):
    """A photo that was not kept: its name on the phone, and why."""

    name: str
    why: str


def keep_sent(request: HttpRequest, form: FilingForm) -> list[Failure]:
    """Keep what came in one piece with a report; whatever fails is named, the rest is kept."""
    failures = []
    report = form.fields["client_id"].clean(form["client_id"].value())
    for sending in sent_with(form, request.FILES):
        try:
            gallery.add_to_draft(report, sending, by=request.user)
        except (Unusable, Refused) as refusal:
            failures.append(Failure(str(sending.file.name), str(refusal.message)))
    return failures


def keep_after_photo(request: HttpRequest, ticket: Ticket) -> str:
    """The photo that came with a finish, kept first: refused or not, it need not be taken again.

    Gives what is wrong with it. Its id follows from ticket and content: a second send adds nothing.
    """
    file = request.FILES.get("after_photo")
    if file is None:
        return ""
    sending = gallery.Sending(after_photo_id(ticket, file), file, phase=Photo.Phase.AFTER)
    try:
        gallery.add(ticket, sending, by=request.user)
    except (Unusable, Refused) as refusal:
        return str(refusal.message)
    return ""


# ── of a ticket ───────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    """One photo for a ticket: from its page with or without script."""
    ticket = ticket_in_reach(request, number)
    if request.method != "POST":
        return HttpResponseRedirect(_place_of_photos(ticket))
    is_script = request.headers.get("Accept", "").startswith("application/json")
    form = PhotoForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            if is_script:
                return _wrong(form)
            messages.error(request, _first_error(form))
        else:
            added = gallery.add(ticket, form.sending(), by=request.user)
            if is_script:
                id_ = added.photo.public_id
                return _kept(added, reverse("tickets:thumb", args=[ticket.number, id_]))
            messages.success(request, _("The photo was added."))
    except (Unusable, Refused) as refusal:
        if is_script:
            return _refused(refusal)
        messages.error(request, str(refusal.message))
    return HttpResponseRedirect(_place_of_photos(ticket))


@require_safe
def photo(request: HttpRequest, number: str, photo: UUID) -> HttpResponse:
    return photo_response(request, _photo(request, number, photo), small=False)


@require_safe
def thumb(request: HttpRequest, number: str, photo: UUID) -> HttpResponse:
    return photo_response(request, _photo(request, number, photo), small=True)


def _photo(request: HttpRequest, number: str, public_id: UUID) -> Photo:
    found = ticket_in_reach(request, number).photos.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _place_of_photos(ticket: Ticket) -> str:
    return f"{ticket.get_absolute_url()}#add-photo"


# ── answers to a script ───────────────────────────────────────────────────────────────────────


def _kept(added: gallery.Added, thumb_url: str) -> JsonResponse:
    body = {"id": str(added.photo.public_id), "thumb": thumb_url, "size": added.photo.size}
    return JsonResponse(body, status=HTTPStatus.CREATED if added.created else HTTPStatus.OK)


def _wrong(form: PhotoForm) -> JsonResponse:
    body = {"code": "invalid", "detail": _first_error(form)}
    return JsonResponse(body, status=HTTPStatus.BAD_REQUEST)


def _first_error(form: PhotoForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


def _refused(refusal: Unusable | Refused) -> JsonResponse:
    usual = HTTPStatus.CONFLICT if isinstance(refusal, Refused) else HTTPStatus.BAD_REQUEST
    body = {"code": refusal.code, "detail": str(refusal.message)}
    return JsonResponse(body, status=STATUS.get(refusal.code, usual))


# ── on a ticket's page ────────────────────────────────────────────────────────────────────────


class Shot(NamedTuple):
    """A photo as a page shows it, and as whom it was sent."""

    photo: Photo
    who: str


class Evidence(NamedTuple):
    """Where and when a photo was taken, for who may know; by its place among the photos."""

    number: int
    photo: Photo
    far: str


def of_ticket(
    request: HttpRequest,
    ticket: Ticket,
    events: Iterable[TicketEvent],
    parts: Iterable[Assignment],
) -> dict[str, Any]:
    """What ``_photos.html`` shows; the events tell as whom somebody sent a photo, as it was then."""
    found = ticket.photos.order_by("pk") if may_have(ticket, "photos") else Photo.objects.none()
    if ticket.point is not None:
        found = found.annotate(metres=Distance("taken_point", ticket.point))
    senders = {
        public_id: _sender(event)
        for event in events
        if event.verb == "photo"
        for public_id in event.data.get("photos", ())
    }
    shots = [Shot(one, senders.get(str(one.public_id), "")) for one in found]
    evidence = [
        Evidence(number, one, _far(getattr(one, "metres", None)))
        for number, (one, _who) in enumerate(shots, start=1)
        if (one.taken_at or one.taken_point) and rules.sees_evidence(request.user, one)
    ]
    can_add = ticket.state not in ENDED and rules.can_add_photo(request.user, ticket, parts)
    form = PhotoForm(initial={"client_id": uuid4()}, auto_id="photo_%s") if can_add else None
    return {"shots": shots, "evidence": evidence, "photo_form": form}


def _far(distance: D | None) -> str:
    """As in 12 m, 3.4 km."""
    if distance is None:
        return ""
    if distance.m < 1000:
        return _("%(count)s m") % {"count": round(distance.m)}
    return _("%(count)s km") % {"count": round(distance.km, 1)}


def _sender(event: TicketEvent) -> str:
    if event.department is not None:
        return event.department.short_name
    role = ROLES.get(event.data.get("role", ""))
    return str(role.label) if role else ""
