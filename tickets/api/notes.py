"""Words among those who handle a ticket."""

from typing import Any
from uuid import uuid4

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OldestFirstPagination, Resource
from govgrid.core.fields import Text, Uuid, told
from tickets import actions
from tickets.api.tickets import in_reach
from tickets.models import Note, Ticket


class NoteRow(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    text = serializers.CharField()


class NoteBody(Body):
    text = Text(max_length=2000)
    client_id = Uuid(required=False, help_text="Made by you: the same sent again is one note.")


class NoteViewSet(Resource):
    """Internal notes: for who answers for the place and the departments that have a part. For a
    reporter there are none."""

    serializer_class = NoteRow
    pagination_class = OldestFirstPagination

    @extend_schema(
        summary="Its internal notes, oldest first", tags=["tickets"], operation_id="tickets_notes"
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = _readable(request, number)
        return self.answer(ticket.notes.select_related("by"), _row)

    @extend_schema(
        summary="Write an internal note",
        tags=["tickets"],
        operation_id="tickets_notes_write",
        request=NoteBody,
        responses={
            201: OpenApiResponse(NoteRow, description="Written; it stays as it is."),
            409: OpenApiResponse(description="`client_id_reused`, or `note_needed`: it is blank."),
        },
    )
    def create(self, request: Request, number: str) -> Response:
        ticket = _readable(request, number)
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        note = actions.write_note(
            ticket, given["text"], by=request.user, client_id=given.get("client_id") or uuid4()
        )
        return Response(_row(note), status.HTTP_201_CREATED)


def _readable(request: Request, number: str) -> Ticket:
    ticket = in_reach(request.user, number)
    if not request.user.has_perm("tickets.read_notes", ticket):
        raise Http404
    return ticket


def _row(note: Note) -> dict[str, Any]:
    return {"id": note.pk, "at": told(note.at), "by": note.by.name, "text": note.text}
