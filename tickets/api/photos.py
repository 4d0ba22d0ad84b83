"""Photos of a ticket: one a call in, the list and the files out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Moment, NumberInQuery, Uuid, told
from govgrid.core.parsers import TooLarge
from tickets import gallery, photos, rules
from tickets.api.shapes import Location
from tickets.api.tickets import in_reach
from tickets.models import Photo, Ticket
from tickets.serving import photo_response

# The other fields and the borders between the parts.
ROOM_FOR_FIELDS = 100_000


class OnePhoto(MultiPartParser):
    """multipart/form-data; what says that it is too large is not read."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        length = str(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length.isdecimal() and int(length) > photos.MAX_BYTES + ROOM_FOR_FIELDS:
            raise TooLarge(photos.SENTENCES["too_large"])
        return super().parse(stream, media_type, parser_context)


class NotAPhoto(APIException):
    """415: by its content, whatever it is called."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported"
    default_detail = photos.SENTENCES["unsupported"]


@extend_schema_field(OpenApiTypes.BINARY)
class PhotoField(serializers.FileField):
    """Any file with a name; its bytes are judged when it is kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)


class PhotoBody(Body):
    """One photo, with what the device says of it."""

    client_id = Uuid(
        help_text="Made by you, once for each photo. Sent again with the same photo, it gives what "
        "it made the first time; with another it is refused."
    )
    photo = PhotoField(
        help_text="JPEG, PNG, WebP or HEIC by its content, at most 12 MB and 50 million pixels."
    )
    phase = serializers.ChoiceField(
        choices=Photo.Phase.choices, required=False, help_text="What it shows."
    )
    taken_at = Moment(
        required=False, help_text="When, as the device says; what the photo itself says wins."
    )
    lon = NumberInQuery(
        min_value=-180, max_value=180, required=False, help_text="Where the device was, WGS-84."
    )
    lat = NumberInQuery(min_value=-90, max_value=90, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        for name, other in (("lon", "lat"), ("lat", "lon")):
            if other in given and name not in given:
                missing = self.fields[name].error_messages["required"]
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(missing, "required")]}
                )
        return given

    def to_internal_value(self, data: Any) -> Any:
        # A file where a word belongs would be taken for its name.
        if isinstance(data, Mapping):
            files = [name for name in data if isinstance(data.get(name), UploadedFile)]
            if wrong := {*files} - {"photo"}:
                detail = serializers.ErrorDetail(_("Send a word here, not a file."), "invalid")
                raise serializers.ValidationError({name: [detail] for name in wrong})
        return super().to_internal_value(data)

    def sending(self) -> gallery.Sending:
        given = dict(self.validated_data)
        return gallery.Sending(file=given.pop("photo"), **given)


class Evidence(serializers.Serializer):
    """Where and when, and who says so: `exif` the photo itself, `device` the sender's device."""

    taken_at = serializers.DateTimeField(allow_null=True)
    taken_at_source = serializers.ChoiceField(choices=Photo.Source.choices, allow_null=True)
    location = Location(allow_null=True)
    location_source = serializers.ChoiceField(choices=Photo.Source.choices, allow_null=True)


class PhotoRow(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.URLField(help_text="The JPEG, for who may see the ticket.")
    thumb_url = serializers.URLField(help_text="The same, 480 pixels long.")
    phase = serializers.ChoiceField(choices=Photo.Phase.choices, allow_null=True)
    by = serializers.CharField(
        allow_null=True, help_text="Null: a reporter whose name is not shown to you."
    )
    created_at = serializers.DateTimeField(help_text="The server's receipt.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    size = serializers.IntegerField(help_text="In bytes.")
    evidence = Evidence(
        allow_null=True, help_text="For who sent it and who answers for the place; null for others."
    )


class Writer:
    """Writes the photos of one ticket for one request."""

    def __init__(self, request: Request, ticket: Ticket) -> None:
        self.user = request.user
        self.hidden = None if rules.sees_filer(request.user, ticket) else ticket.filed_by_id
        self.list_url = request.build_absolute_uri(f"/api/v1/tickets/{ticket.number}/photos/")

    def __call__(self, photo: Photo) -> dict[str, Any]:
        url = f"{self.list_url}{photo.public_id}/"
        return {
            "id": str(photo.public_id),
            "url": url,
            "thumb_url": f"{url}thumb/",
            "phase": photo.phase or None,
            "by": None if photo.by_id == self.hidden else photo.by.name,
            "created_at": told(photo.created_at),
            "width": photo.width,
            "height": photo.height,
            "size": photo.size,
            "evidence": _evidence(photo) if rules.sees_evidence(self.user, photo) else None,
        }


def _evidence(photo: Photo) -> dict[str, Any]:
    point = photo.taken_point
    return {
        "taken_at": told(photo.taken_at),
        "taken_at_source": photo.taken_at_source or None,
        "location": {"lon": point.x, "lat": point.y} if point else None,
        "location_source": photo.taken_point_source or None,
    }


class PhotoViewSet(Resource):
    """What a ticket's photos show, and one more."""

    serializer_class = PhotoRow
    pagination_class = OnePage
    parser_classes = [OnePhoto]

    @extend_schema(
        summary="Its photos, oldest first", tags=["tickets"], operation_id="tickets_photos"
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        return self.answer(ticket.photos.select_related("by"), Writer(request, ticket))

    @extend_schema(
        summary="Add a photo",
        tags=["tickets"],
        operation_id="tickets_add_photo",
        request={"multipart/form-data": PhotoBody},
        responses={
            201: OpenApiResponse(PhotoRow, description="Kept, without any metadata."),
            200: OpenApiResponse(PhotoRow, description="Sent before: what it made."),
            400: OpenApiResponse(
                description="Malformed; or the photo is `empty`, `broken`, `animated` or "
                "`too_many_pixels`. Nothing is kept."
            ),
            409: OpenApiResponse(
                description="`client_id_reused`: this id was sent with another photo. `ended`: the "
                "ticket takes no more. `too_many_photos`: it has 30."
            ),
            413: OpenApiResponse(description="`too_large`: more than 12 MB. It is not read."),
            415: OpenApiResponse(
                description="`unsupported`: by its content it is no JPEG, PNG, WebP or HEIC; or the "
                "body is not `multipart/form-data`."
            ),
        },
    )
    def create(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        body = PhotoBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            added = gallery.add(ticket, body.sending(), by=request.user)
        except photos.Unusable as unusable:
            raise _translated(unusable) from unusable
        answer = Writer(request, ticket)(added.photo)
        made = status.HTTP_201_CREATED if added.created else status.HTTP_200_OK
        return Response(answer, made, headers={"Location": answer["url"]})


def _translated(unusable: photos.Unusable) -> APIException:
    detail = str(unusable.message)
    if unusable.code == "too_large":
        return TooLarge(detail)
    if unusable.code == "unsupported":
        return NotAPhoto(detail)
    error = serializers.ErrorDetail(detail, unusable.code)
    return serializers.ValidationError({"photo": [error]})


class Jpeg(BaseRenderer):
    """Stands for the file when client and server agree on a type; the view writes it itself."""

    media_type = "image/jpeg"
    format = "jpeg"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data)


class PhotoFileViewSet(Resource):
    """The JPEG itself. What is refused is said in JSON."""

    serializer_class = PhotoRow
    renderer_classes = [JSONRenderer, Jpeg]

    @extend_schema(
        summary="The file of a photo",
        tags=["tickets"],
        operation_id="tickets_photo_file",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, number: str, photo: str) -> HttpResponse:
        return photo_response(request, _photo(request, number, photo), small=False)

    @extend_schema(
        summary="A small print of it",
        tags=["tickets"],
        operation_id="tickets_photo_thumb",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def thumb(self, request: Request, number: str, photo: str) -> HttpResponse:
        return photo_response(request, _photo(request, number, photo), small=True)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return response


def _photo(request: Request, number: str, public_id: str) -> Photo:
    ticket = in_reach(request.user, number)
    try:
        wanted = UUID(public_id)
    except ValueError as error:
        raise Http404 from error
    found = ticket.photos.filter(public_id=wanted).first()
    if found is None:
        raise Http404
    return found
