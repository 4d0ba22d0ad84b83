"""Who is here: vacancies, the posts of an area in time, hand-overs, the team by function."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from govgrid.core import backlog, clock
from grids import actions, queries, roles, scoping, staffing
from grids.forms.people import HolderForm, SeatForm
from grids.models import Area, Department, HandOver, Level, Post, TeamSeat

A_PAGE = 100


def area_or_404(code: str) -> Area:
    area = Area.objects.in_force().filter(code=code).order_by("pk").first()
    if area is None:
        raise Http404
    return area


@require_GET
@never_cache
def vacancies(request):
    """Main posts within reach that nobody holds now or soon, the longest vacant first."""
    prefixes = scoping.prefixes(request.user, "grids.oversee")
    own = scoping.reach(request.user, "grids.oversee").departments
    if not prefixes and not own:
        raise Http404
    found = staffing.vacancies(prefixes)
    without = staffing.in_departments(prefixes, own)
    departments = Department.objects.select_related("area").in_bulk([pk for pk, _one in without])
    shown = found[:A_PAGE]
    areas = Area.objects.select_related("parent").in_bulk([one.area_id for one in shown])
    now = [one for one in found if one.is_now]
    context = {
        "rows": [(one, areas[one.area_id]) for one in shown],
        "counts": [
            (level.label, sum(one.level == level for one in now))
            for level in reversed(Level)
            if any(one.level == level for one in found)
        ],
        "now": len(now),
        "coming": len(found) - len(now),
        "is_more": len(found) > A_PAGE,
        "departments": [(one, departments[pk]) for pk, one in without[:A_PAGE]],
    }
    return render(request, "grids/vacancies.html", context)


@require_GET
@never_cache
def who(request, code):
    """The posts of an area in time and its team. Names only for who oversees it, or one's own."""
    return _who_page(request, area_or_404(code))


def _who_page(request, area, *, filling=None, seating=None):
    user = request.user
    line = queries.line_of(area)
    role = staffing.MAIN.get(Level(area.level), "")
    vacant = next((v for v in staffing.vacancies([area.path]) if v.area_id == area.pk), None)
    may_fill = bool(role) and user.has_perm("grids.hand_over", Post(role=role, area=area))
    may_keep = user.has_perm("grids.keep_team", area)
    sees = user.has_perm("grids.oversee", area)
    posts = [
        (post, sees or post.user_id == user.pk, may_hand_over(user, post))
        for post in staffing.history(area)
    ]
    context = {
        "area": area,
        "above": line[:-1],
        "posts": posts,
        "vacant": vacant,
        "role": str(roles.ROLES[role].label) if role else "",
        "asked": staffing.requirements(line).get(role),
        "seats": staffing.team(line),
        "fill_form": filling or (HolderForm() if may_fill and vacant else None),
        "seat_form": seating or (SeatForm(area=area) if may_keep else None),
        "sees": sees,
    }
    status = 400 if filling or seating else 200
    return render(request, "grids/who.html", context, status=status)


def may_hand_over(user, post) -> bool:
    is_present = post.period.upper is None or post.period.upper > clock.today()
    is_handed = hasattr(post, "handed_on")
    return is_present and not is_handed and user.has_perm("grids.hand_over", post)


@require_POST
def fill(request, code):
    """Give the vacant main post of an area to somebody."""
    area = area_or_404(code)
    role = staffing.MAIN.get(Level(area.level), "")
    if not role or not request.user.has_perm("grids.hand_over", Post(role=role, area=area)):
        raise _denied(request.user, area)
    form = HolderForm(request.POST)
    if not form.is_valid():
        return _who_page(request, area, filling=form)
    person = form.cleaned_data["person"]
    actions.appoint(person, role, by=request.user, area=area, since=form.day())
    messages.success(request, _("%(name)s holds the post.") % {"name": person.name})
    return redirect("grids:who", area.code)


def _denied(user, area) -> Exception:
    """404 for who does not oversee the area, 403 for who does."""
    return PermissionDenied() if user.has_perm("grids.oversee", area) else Http404()


@require_POST
def end(request, code, pk):
    """End a post today: from now on it is vacant."""
    area = area_or_404(code)
    post = get_object_or_404(Post, pk=pk, area=area, role__in=staffing.STAFF_ROLES)
    if not request.user.has_perm("grids.hand_over", post):
        raise _denied(request.user, area)
    actions.end_post(post, by=request.user)
    messages.success(request, _("The post has ended and is vacant."))
    return redirect("grids:who", area.code)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over(request, code, pk):
    """Choose who takes over and from when; what is open is shown before it is done."""
    area = area_or_404(code)
    post = get_object_or_404(
        Post.objects.select_related("user", "area"), pk=pk, area=area, role__in=staffing.STAFF_ROLES
    )
    if not request.user.has_perm("grids.hand_over", post):
        raise _denied(request.user, area)
    form = HolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.hand_over(
            post, form.cleaned_data["person"], by=request.user, on=form.cleaned_data["on"]
        )
        return redirect("grids:hand-over-sheet", made.pk)
    context = {"place": area, "post": post, "form": form, "work": _work(request, area, post)}
    return render(request, "grids/hand_over.html", context)


def _work(request, area, post) -> list:
    """What is open there, for who may read it anyway: a superuser without a post may not."""
    may_read = request.user.has_perm("grids.oversee", area)
    return backlog.open_work(area, post) if may_read else []


def _sheet_or_404(request, pk) -> HandOver:
    found = HandOver.objects.select_related(
        *("outgoing__user", "incoming__user", "incoming__area", "incoming__department__area"),
        *("arranged_by", "taken_by"),
    )
    made = get_object_or_404(found, pk=pk)
    if not request.user.has_perm("grids.view_hand_over", made):
        raise Http404
    return made


@require_GET
@never_cache
def sheet(request, pk):
    """What was handed over, to be ticked by who takes over and to be printed."""
    made = _sheet_or_404(request, pk)
    labels = backlog.labels()
    groups: dict[str, list] = {}
    for item in made.items.all():
        groups.setdefault(item.source, []).append(item)
    items = [item for some in groups.values() for item in some]
    is_mine = made.incoming.user_id == request.user.pk
    may_list = is_mine or request.user.has_perm("grids.hand_over", made.incoming)
    context = {
        "made": made,
        "groups": [(labels.get(source, source), some) for source, some in groups.items()],
        "explained": sum(item.explained_at is not None for item in items),
        "count": len(items),
        "is_mine": is_mine and made.taken_at is None,
        "may_list": may_list and made.taken_at is None,
    }
    return render(request, "grids/hand_over_sheet.html", context)


@require_POST
def explained(request, pk):
    """Tick what was explained; with the button below, also take the post over."""
    made = _sheet_or_404(request, pk)
    ticked = {item.pk for item in made.items.all() if str(item.pk) in request.POST.getlist("item")}
    count = actions.explain(made, ticked, by=request.user)
    if "take" in request.POST:
        actions.take_post(made, by=request.user)
        messages.success(request, _("You have taken the post over."))
    else:
        messages.success(request, _("Noted as explained: %(count)s.") % {"count": count})
    return redirect("grids:hand-over-sheet", made.pk)


@require_POST
def list_again(request, pk):
    made = _sheet_or_404(request, pk)
    actions.list_again(made, by=request.user)
    return redirect("grids:hand-over-sheet", made.pk)


@require_POST
def seat(request, code):
    """Let an office do a function in this area and beneath."""
    area = area_or_404(code)
    if not request.user.has_perm("grids.keep_team", area):
        raise _denied(request.user, area)
    form = SeatForm(request.POST, area=area)
    if not form.is_valid():
        return _who_page(request, area, seating=form)
    given = form.cleaned_data
    actions.seat_office(
        area, given["function"], given["department"], by=request.user, phone=given["phone"]
    )
    return redirect("grids:who", area.code)


@require_POST
def unseat(request, code, pk):
    area = area_or_404(code)
    if not request.user.has_perm("grids.keep_team", area):
        raise _denied(request.user, area)
    actions.unseat_office(get_object_or_404(TeamSeat, pk=pk, area=area), by=request.user)
    return redirect("grids:who", area.code)


@require_GET
@never_cache
def hand_overs(request):
    """The sheets that wait for me, and those of the places that I oversee."""
    wanted = Q(incoming__user=request.user) | Q(outgoing__user=request.user)
    for prefix in scoping.prefixes(request.user, "grids.oversee"):
        wanted |= Q(incoming__area__path__startswith=prefix)
        wanted |= Q(incoming__department__area__path__startswith=prefix)
    own = scoping.reach(request.user, "grids.oversee").departments
    wanted |= Q(incoming__department__in=own)
    rows = HandOver.objects.filter(wanted).select_related(
        *("outgoing__user", "incoming__user", "incoming__area", "incoming__department"),
    )
    return render(request, "grids/hand_overs.html", {"rows": rows[:A_PAGE]})
