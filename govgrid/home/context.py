"""What every page shows: unread messages, languages, large type, whose desk this is."""

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from govgrid.accounts.language import LANGUAGES
from govgrid.outbox.models import Message
from grids import roles, scoping

LARGE_COOKIE = "gg_type"


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    is_signed_in = user is not None and user.is_authenticated
    return {
        "languages": LANGUAGES,
        "type_large": request.COOKIES.get(LARGE_COOKIE) == "large",
        "demo": settings.DEMO,
        "base_map": settings.BASE_MAP,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        # Called by the template, so that a page without the rail asks the database nothing.
        "unread": cache(partial(_unread, user)) if is_signed_in else 0,
        "posts_label": cache(partial(_posts_label, user)) if is_signed_in else [],
        "may_file": cache(partial(_may_file, user)) if is_signed_in else False,
        "may_patrol": cache(partial(_may_patrol, user)) if is_signed_in else False,
        "may_bring": cache(partial(_may_bring, user)) if is_signed_in else False,
        "may_call": cache(partial(_may_call, user)) if is_signed_in else False,
        "may_oversee": cache(partial(_may_oversee, user)) if is_signed_in else False,
        "may_word": cache(partial(_may_word, user)) if is_signed_in else False,
        "answers_for_data": cache(partial(_answers_for_data, user)) if is_signed_in else False,
        "has_late": cache(partial(_has_late, user)) if is_signed_in else False,
        "sees_levels": cache(partial(_sees_levels, user)) if is_signed_in else False,
        "has_board": cache(partial(_has_board, user)) if is_signed_in else False,
    }


def _unread(user: Any) -> int:
    # A person read for a session brings it along.
    along = getattr(user, "unread", None)
    return Message.objects.unread_count(user) if along is None else along


def _posts_label(user: Any) -> list[tuple[str, str]]:
    """Role and place of each post; read by scoping once a request anyway."""
    return [(str(roles.ROLES[post.role].label), post.label) for post in scoping.held(user)]


def _may_file(user: Any) -> bool:
    return bool(scoping.districts(user, "tickets.file"))


def _may_patrol(user: Any) -> bool:
    return bool(scoping.reach(user, "grids.patrol"))


def _may_bring(user: Any) -> bool:
    return user.is_superuser or bool(scoping.reach(user, "grids.bring"))


def _sees_levels(user: Any) -> bool:
    return bool(scoping.reach(user, "tickets.see_levels").areas)


def _may_call(user: Any) -> bool:
    return bool(scoping.reach(user, "tickets.call_back"))


def _may_oversee(user: Any) -> bool:
    return bool(scoping.reach(user, "grids.oversee"))


def _may_word(user: Any) -> bool:
    return bool(scoping.reach(user, "tickets.set_templates"))


def _answers_for_data(user: Any) -> bool:
    return bool(scoping.reach(user, "privacy.answer"))


def _has_late(user: Any) -> bool:
    return bool(scoping.reach(user, "tickets.triage").areas)


def _has_board(user: Any) -> bool:
    return bool(scoping.reach(user, "tickets.view"))
