"""Who is shown to the public, one's own entry, and answering an invitation."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, IdCursorPagination, OnePage, Query, Resource
from govgrid.core.fields import Flag, Id, Text, told
from govgrid.core.sheets import RowError
from govgrid.privacy import guard
from govgrid.privacy.models import Consent, Notice
from grids.api import AreaField, Coded, coded
from members import actions, roster
from members.actions import Joining
from members.api import TAGS
from members.invitesheet import phone_of
from members.models import Association, Member, Specialty, Station
from members.workflow.roster import HELD, MemberState, Purpose

NOT_MINE = OpenApiResponse(description="The caller has no entry on the roster.")
BLOCKED = (guard.Kind.ID, guard.Kind.CARD)
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `wrong_state`, "
    "`notice_changed`, `is_member`, `not_agreed`, `phone_taken`, `own_link`, `body_only`."
)


class OwnText(Text):
    """What somebody writes of himself; no number of an identity or bank card is taken."""

    default_error_messages = {"number": _("Please leave out numbers of identity or bank cards.")}

    def to_internal_value(self, data: Any) -> str:
        said = super().to_internal_value(data)
        if any(one.kind in BLOCKED for one in guard.find(said)):
            self.fail("number")
        return said


class PhoneText(Text):
    """A telephone number as people write it; empty: none."""

    def to_internal_value(self, data: Any) -> str:
        said = super().to_internal_value(data)
        try:
            return phone_of(said) if said else ""
        except RowError as error:
            raise serializers.ValidationError(str(error), "phone") from error


class SpecialtyField(Text):
    """The code of a specialty that can be chosen."""

    default_error_messages = {"unknown_specialty": _("There is no specialty with this code.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        return Specialty.objects.filter(code=code, is_offered=True).first() or self.fail(
            "unknown_specialty"
        )


class StationCode(Text):
    """The code of a station that is open."""

    default_error_messages = {"unknown_station": _("There is no station with this code.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        return Station.objects.open().filter(code=code).first() or self.fail("unknown_station")


# ── what is told ──────────────────────────────────────────────────────────────────────────────


class ListedRow(serializers.Serializer):
    display_name = serializers.CharField()
    specialties = Coded(many=True)
    station = Coded(allow_null=True)


class ConsentRow(serializers.Serializer):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    notice = serializers.IntegerField(help_text="Which version holds: sent back when agreeing.")
    version = serializers.IntegerField()
    text = serializers.CharField()
    is_given = serializers.BooleanField()
    is_stale = serializers.BooleanField(help_text="More is asked for now than was agreed to.")


class MineWhole(serializers.Serializer):
    serial = serializers.CharField()
    state = serializers.ChoiceField(choices=MemberState.choices)
    name = serializers.CharField()
    pinyin = serializers.CharField()
    display_name = serializers.CharField()
    organisation = serializers.CharField()
    public_post = serializers.CharField()
    work_phone = serializers.CharField()
    area = Coded()
    station = Coded(allow_null=True)
    specialties = Coded(many=True)
    offer = serializers.CharField()
    is_listed = serializers.BooleanField()
    takes_suggestions = serializers.BooleanField()
    welcomes_visits = serializers.BooleanField()
    sealed = serializers.ListField(
        child=serializers.CharField(), help_text="Which sealed fields hold anything; never what."
    )
    review_on = serializers.DateField(allow_null=True)
    erase_on = serializers.DateField(allow_null=True)
    consents = ConsentRow(many=True)


class AskedWhole(serializers.Serializer):
    area = Coded()
    expires_at = serializers.DateTimeField()
    consents = ConsentRow(many=True)


# ── what is sent ──────────────────────────────────────────────────────────────────────────────


class ListedQuery(Query):
    specialty = SpecialtyField(max_length=40, required=False, help_text="Means all beneath it.")
    area = AreaField(required=False, help_text="Means everything beneath it.")


class EntryBody(Body):
    name = OwnText(max_length=60, required=False)
    display_name = OwnText(max_length=40, required=False)
    organisation = OwnText(max_length=80, required=False, allow_blank=True)
    public_post = OwnText(max_length=80, required=False, allow_blank=True)
    work_phone = PhoneText(max_length=30, required=False, allow_blank=True)
    phone = PhoneText(
        max_length=30, required=False, allow_blank=True, help_text="Sealed; empty removes it."
    )
    offer = OwnText(max_length=500, required=False, allow_blank=True)
    station = StationCode(max_length=40, required=False, allow_null=True)
    specialties = serializers.ListField(
        child=SpecialtyField(max_length=40), required=False, max_length=50
    )


class MineBody(EntryBody):
    pinyin = OwnText(max_length=120, required=False, allow_blank=True)
    area = AreaField(required=False)
    takes_suggestions = Flag(required=False)
    welcomes_visits = Flag(required=False)


class JoinBody(EntryBody):
    name = OwnText(max_length=60)
    is_grown_up = Flag()
    agreed = serializers.DictField(
        child=Id(), help_text="By purpose, the `notice` that was read; `roster` is needed."
    )
    association = Text(max_length=40, required=False, help_text="With `roster-affiliation`.")


class AgreeBody(Body):
    notice = Id(help_text="The one that was read.")
    association = Text(max_length=40, required=False, help_text="With `roster-affiliation`.")


# ── resources ─────────────────────────────────────────────────────────────────────────────────


class ListedViewSet(Resource):
    """Who agreed to be shown: display name, specialties, station."""

    serializer_class = ListedRow
    pagination_class = IdCursorPagination
    queries = {"list": ListedQuery}

    @extend_schema(summary="Who is shown to the public", tags=TAGS, operation_id="members_list")
    def list(self, request: Request) -> Response:
        found, asked = Member.objects.listed(), self.asked
        if "specialty" in asked:
            found = roster.skilled(found, asked["specialty"])
        if "area" in asked:
            found = found.filter(area__path__startswith=asked["area"].path)
        return self.answer(found.for_lists(), _listed)


class MineViewSet(Resource):
    """One's own entry, and every switch of it."""

    serializer_class = MineWhole
    pagination_class = OnePage

    def mine(self) -> Member:
        rows = Member.objects.filter(user=self.request.user).exclude(name="").for_lists()
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def told(self, _changed: Any = None) -> Response:
        """As it stands by now."""
        return Response(_mine(self.mine(), self.request))

    @extend_schema(
        summary="What is held of me", tags=TAGS, operation_id="members_me",
        responses={200: MineWhole, 404: NOT_MINE},
    )  # fmt: skip
    def retrieve(self, request: Request) -> Response:
        return self.told()

    @extend_schema(
        summary="Change my entry", tags=TAGS, operation_id="members_me_edit", request=MineBody,
        responses={200: MineWhole, 404: NOT_MINE, 409: REFUSED},
    )  # fmt: skip
    def partial_update(self, request: Request) -> Response:
        """Only what is sent is changed; that it was is on record, not what it was."""
        return self.told(actions.edit(self.mine(), MineBody.read(request), by=request.user))

    @extend_schema(
        summary="Rest", tags=TAGS, operation_id="members_me_pause", request=None,
        responses={200: MineWhole, 404: NOT_MINE, 409: REFUSED},
    )  # fmt: skip
    def pause(self, request: Request) -> Response:
        return self.told(actions.pause(self.mine(), by=request.user))

    @extend_schema(
        summary="Go on", tags=TAGS, operation_id="members_me_resume", request=None,
        responses={200: MineWhole, 404: NOT_MINE, 409: REFUSED},
    )  # fmt: skip
    def resume(self, request: Request) -> Response:
        return self.told(actions.resume(self.mine(), by=request.user))

    @extend_schema(
        summary="Leave the roster", tags=TAGS, operation_id="members_me_leave", request=None,
        responses={200: MineWhole, 404: NOT_MINE},
    )  # fmt: skip
    def leave(self, request: Request) -> Response:
        """At once and without anybody's leave; erased within 15 days."""
        return self.told(actions.leave(self.mine(), by=request.user))

    @extend_schema(
        summary="Agree to a use", tags=TAGS, operation_id="members_me_agree", request=AgreeBody,
        responses={200: MineWhole, 404: NOT_MINE, 409: REFUSED},
    )  # fmt: skip
    def agree(self, request: Request, name: str) -> Response:
        """One purpose, one consent. Persons are not linked to some bodies: `body_only`."""
        member, given = self.mine(), AgreeBody.read(request)
        if name not in set(Purpose):
            raise Http404
        if name == Purpose.AFFILIATION:
            body = _association(given.get("association", ""))
            actions.set_affiliation(member, body, given["notice"], by=request.user)
        else:
            actions.agree(member, name, given["notice"], by=request.user)
        return self.told()

    @extend_schema(
        summary="Take a consent back", tags=TAGS, operation_id="members_me_withdraw",
        responses={200: MineWhole, 404: NOT_MINE},
    )  # fmt: skip
    def withdraw(self, request: Request, name: str) -> Response:
        """At once. Of `roster` it means leaving."""
        if name not in set(Purpose):
            raise Http404
        return self.told(actions.withdraw(self.mine(), name, by=request.user))


class JoinViewSet(Resource):
    """An invitation's link, for who is signed in; who has no login answers on its page."""

    serializer_class = AskedWhole
    pagination_class = OnePage

    @extend_schema(summary="What is asked", tags=TAGS, operation_id="members_asked")
    def retrieve(self, request: Request, code: str) -> Response:
        """404 for every link that leads nowhere, whyever it does."""
        found = None if "\x00" in code else roster.invitation_of(code)
        if found is None or Member.objects.filter(user=request.user, state__in=HELD).exists():
            raise Http404
        said = {
            "area": coded(found.area),
            "expires_at": told(found.expires_at),
            "consents": _consents(request),
        }
        return Response(said)

    @extend_schema(
        summary="Join", tags=TAGS, operation_id="members_join", request=JoinBody,
        responses={200: MineWhole, 404: NOT_MINE, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, code: str) -> Response:
        """Only by this a member exists. Sent twice it is one."""
        given = JoinBody.read(request)
        if code_of := given.pop("association", ""):
            given["association"] = _association(code_of)
        try:
            actions.answer_invitation(
                "" if "\x00" in code else code, Joining(**given), by=request.user
            )
        except actions.NoSuchLink as error:
            raise Http404 from error
        member = Member.objects.for_lists().get(user=request.user)
        return Response(_mine(member, request))


def _association(code: str) -> Association:
    body = Association.objects.filter(code=code, ended_on=None).first()
    if body is None:
        words = [_("There is no association with this code.")]
        raise serializers.ValidationError({"association": words})
    return body


def _listed(one: Member) -> dict[str, Any]:
    return {
        "display_name": one.display_name,
        "specialties": [coded(some) for some in one.specialties.all()],
        "station": coded(one.station) if one.station else None,
    }


PLAIN = (
    "serial", "state", "name", "pinyin", "organisation", "public_post", "work_phone", "offer",
    "is_listed", "takes_suggestions", "welcomes_visits", "review_on", "erase_on",
)  # fmt: skip


def _mine(one: Member, request: Request) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in PLAIN},
        **_listed(one),
        "area": coded(one.area),
        "sealed": sorted(actions.has_sealed(one, by=request.user)),
        "consents": _consents(request),
    }


def _consents(request: Request) -> list[dict[str, Any]]:
    """Each purpose whose notice is published, in their order."""
    newest = {one.key: one for one in Notice.objects.newest().filter(key__in=list(Purpose))}
    live = Consent.objects.of(user=request.user).live().with_staleness()
    given = {one.purpose_key: one for one in live}
    return [
        {
            "purpose": str(key),
            "notice": newest[key].pk,
            "version": newest[key].version,
            "text": "\n".join([newest[key].purpose, newest[key].method, newest[key].text]),
            "is_given": key in given,
            "is_stale": key in given and given[key].is_stale,
        }
        for key in Purpose
        if key in newest
    ]
