"""My to-do list: what waits for me, across all apps."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tickets import inbox
from tickets.inbox import Group

# Each app says what waits for a person; a new one is one more line here.
SOURCES: tuple[Callable[[Any], list[Group]], ...] = (inbox.waiting,)


@require_GET
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    groups = [group for waiting in SOURCES for group in waiting(request.user)]
    context = {
        "groups": groups,
        "count": sum(len(group.rows) for group in groups),
        "keys": {(row.act.key, row.act.label) for group in groups for row in group.rows},
        "is_more": any(group.more_url for group in groups),
    }
    return render(request, "home/desk.html", context)
