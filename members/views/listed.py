"""What everybody may see: who agreed to be shown, by display name, specialty and station."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from members import roster
from members.forms.roster import PublicSearchForm
from members.models import Member
from members.views.roster_pages import page

PAGE = 30


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """By number, the newest first; a page goes on behind the last one shown."""
    form = PublicSearchForm(request.GET)
    found = form.narrow(Member.objects.listed()).for_lists().order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    asked = request.GET.copy()
    asked.pop("before", None)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "asked": asked.urlencode(),
        "batches": roster.open_batches(),
        "serves": roster.serves(request.user),
        "is_member": request.user.is_authenticated
        and Member.objects.filter(user=request.user).exclude(name="").exists(),
    }
    return page(request, "members/_listed.html", context)
