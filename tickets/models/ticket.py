"""The ticket: one matter from filing to closing, and its search words."""

from __future__ import annotations

import re
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from govgrid.core.coordinates import CRS
from grids import scoping
from grids.models import WGS84, Area, Department, Facility, Level
from tickets.models.assignment import Assignment
from tickets.models.conditions import HeldToTerms
from tickets.models.rule import Category
from tickets.models.words import TicketWords
from tickets.workflow import OPEN, TERMS, State, Tier, WhistleKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
# As tickets_number() in the database makes it: YL20261122-000123-7.
NUMBER = re.compile(r"[A-Za-z]{1,4}[0-9]{8}-[0-9]{6}-[0-9]")
# The frozen column of a ticket for each level of area.
COLUMN_OF_LEVEL = {
    Level.DISTRICT: "district_id",
    Level.STREET: "street_id",
    Level.COMMUNITY: "community_id",
    Level.GRID: "grid_id",
}


# What finished at a level: a city's own departments count with the districts'.
_LEVELS_OF = {
    Tier.COMMUNITY: [Level.COMMUNITY],
    Tier.STREET: [Level.STREET],
    Tier.DISTRICT: [Level.CITY, Level.DISTRICT],
}


class TicketQuerySet(models.QuerySet["Ticket"]):
    def unrouted(self) -> TicketQuerySet:
        """What waits for ``tickets.tasks.route``."""
        return self.filter(state=State.FILED, routed_at=None)

    def open(self) -> TicketQuerySet:
        return self.filter(state__in=OPEN)

    def in_reach_of(
        self, user: User | AnonymousUser, permission: str = "tickets.view"
    ) -> TicketQuerySet:
        """All that ``user`` may see: his areas, his departments' work, and what he filed himself.

        Mirrors ``rules.can_view``. Over an area, lists walk their own order and ask row by row: of
        205,000 tickets, 160,000 in the street, a first page takes 22 ms against 770 ms for a UNION
        of ids. A department alone has few, strewn over all: its ids come from the index first.
        """
        reach = scoping.reach(user, permission)
        sides = [
            Q(**{f"{COLUMN_OF_LEVEL[Level(level)]}__in": sorted(ids)})
            for level, ids in reach.areas.items()
        ]
        if user.is_authenticated and permission == "tickets.view":
            sides.append(Q(filed_by=user.pk))
        if not reach.departments:
            return self.filter(reduce(or_, sides)) if sides else self.none()
        given = Assignment.objects.filter(department__in=sorted(reach.departments))
        if reach.areas:
            # An EXISTS, not an IN: the planner may probe the index where a hash grows too large.
            has_part = Exists(given.filter(ticket=OuterRef("pk")))
            return self.filter(reduce(or_, sides, Q(has_part)))
        ids = given.values("ticket_id")
        if sides:
            ids = ids.union(Ticket.objects.filter(reduce(or_, sides)).values("pk"))
        return self.filter(pk__in=ids)

    def beneath(self, area: Area) -> TicketQuerySet:
        """Tickets filed in ``area`` or anywhere under it, by the frozen columns."""
        if area.level == Level.CITY:
            # Read first: of a subquery the planner does not know that it holds every ticket.
            return self.filter(district__in=area.child_ids)
        return self.filter(**{COLUMN_OF_LEVEL[Level(area.level)]: area.pk})

    def settled_at(self, level: str) -> TicketQuerySet:
        """Closed, and finished at this level; as ``actions.tally_levels`` counts it; no level: not asked."""
        if not level:
            return self
        closed = self.filter(state=State.CLOSED)
        if level == Tier.GRID:
            return closed.filter(level=Tier.GRID)
        levels = _LEVELS_OF[Tier(level)]
        done = Assignment.objects.filter(
            ticket=OuterRef("pk"), role="lead", state="done", department__area__level__in=levels
        )
        return closed.exclude(level=Tier.GRID).filter(Exists(done))

    def about(self, words: str) -> TicketQuerySet:
        """By the number or how it begins, else by what the text, the category and the place hold.

        Traditional and simplified characters find the same.
        """
        number = words.strip().upper()
        if NUMBER.fullmatch(number):
            return self.filter(number=number)
        if number.isascii() and number[:1].isalpha() and number[-1:].isdigit():
            return self.filter(number__startswith=number)
        found = TicketWords.objects.holding(words)
        return self.filter(pk__in=found.values("ticket_id"))

    def for_lists(self) -> TicketQuerySet:
        """With what a row shows, and no polygon."""
        return self.select_related("category", "grid", "community", "lead_department").only(
            *LIST_FIELDS
        )

    def with_places(self) -> TicketQuerySet:
        """With category, department, facility and areas above, for one ticket shown whole."""
        return self.select_related(
            "category", "grid", "community", "street", "district", "lead_department", "filed_by",
            "facility__facility_class",
        )  # fmt: skip


@cache
def _tickets_at(_prefix: str) -> str:
    """Where tickets lie: reverse() takes 50 µs for each, and a list or a batch asks for hundreds."""
    any_number = "A00000000-000000-0"
    return reverse("tickets:detail", args=[any_number]).removesuffix(f"{any_number}/")


def _indexed_below(to: Any, *, related_name: str = "+", **options: Any) -> models.ForeignKey:
    """A key whose index is named in ``Meta``, with the id behind it. A second one of its own would
    serve nothing and cost every filing and every change of state: no such update is HOT."""
    return models.ForeignKey(
        to, models.PROTECT, related_name=related_name, db_index=False, **options
    )


class Ticket(HeldToTerms, models.Model):
    """One matter, from filing to closing. Changed by ``tickets.actions`` alone.

    The ids of grid, community, street and district are frozen at filing: lists by scope walk one
    index, and history does not move when the map does.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("Report")
        WHISTLE = "whistle", _("Whistle")

    # Generated in the database: district letters, date, serial, check digit.
    # In the C collation one index answers equality and the beginnings that a search gives.
    number = models.CharField(_("number"), max_length=24, editable=False, db_collation="C")
    client_id = models.UUIDField(_("client id"))
    # HMAC of the validated content: the same id with other content is refused.
    fingerprint = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REPORT)
    # Empty for a report; the whistle itself, with its reasons, is a row of its own.
    whistle_kind = models.CharField(_("whistle"), max_length=20, choices=WhistleKind, blank=True)
    # Where it came from, in the words of who opened it: "page", "api", "consultation:12".
    origin = models.CharField(_("origin"), max_length=40, default="page")
    category = _indexed_below(Category, related_name="tickets", verbose_name=_("category"))
    grid = _indexed_below(Area, verbose_name=_("grid"))
    community = _indexed_below(Area, verbose_name=_("community"))
    street = _indexed_below(Area, verbose_name=_("street"))
    district = _indexed_below(Area, verbose_name=_("district"))
    point = models.PointField(srid=WGS84, null=True, blank=True, spatial_index=False)
    # The pair as it came, for dispute: the shift between systems is 605 m in Yichang.
    raw_lon = models.FloatField(null=True, blank=True)
    raw_lat = models.FloatField(null=True, blank=True)
    raw_crs = models.CharField(max_length=8, choices=[(c.value, c.value) for c in CRS], blank=True)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.FILED)
    filed_by = _indexed_below(USER, null=True, blank=True, verbose_name=_("filed by"))
    filed_at = models.DateTimeField(_("filed at"))
    # When the phone saw it; clocks start at filed_at, the server's receipt.
    observed_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    routed_at = models.DateTimeField(_("routed at"), null=True, blank=True)
    # Why this department: what tickets.routing wrote down when it decided.
    routing = models.JSONField(_("routing"), default=dict, blank=True)
    lead_department = _indexed_below(
        Department, null=True, blank=True, verbose_name=_("lead department")
    )
    # Who answers for it being solved; taken up by ``escalate``. The default holds for raw inserts too.
    level = models.CharField(
        _("level"),
        max_length=10,
        choices=Tier,
        default=Tier.COMMUNITY,
        db_default=Tier.COMMUNITY.value,
    )
    return_count = models.PositiveSmallIntegerField(_("return count"), default=0)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # The day that was promised for it elsewhere: it is solved by then, whatever its category says.
    promised_on = models.DateField(_("promised for"), null=True, blank=True, editable=False)
    # The earliest of its clocks that run; null when none does. Kept by tickets.clocks, and what
    # boards, desks and the filter "overdue" walk.
    due_at = models.DateTimeField(_("next due"), null=True, blank=True, editable=False)
    # The state to go back to when approval is refused or a merge is taken back.
    held_state = models.CharField(max_length=20, choices=State, blank=True, editable=False)
    merged_into = _indexed_below(
        "self", related_name="merged", null=True, blank=True, verbose_name=_("merged into")
    )
    # What stands there and is broken, where somebody named it.
    facility = _indexed_below(
        Facility, related_name="tickets", null=True, blank=True, verbose_name=_("facility")
    )
    # The same matter at the same place, closed before: a new report, and its history.
    repeat_of = _indexed_below(
        "self", related_name="repeats", null=True, blank=True, verbose_name=_("repeat of")
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                name="ticket_number_once",
                violation_error_message=_("This number is taken."),
            ),
            models.UniqueConstraint(
                fields=["filed_by", "client_id"],
                nulls_distinct=False,
                name="ticket_client_id_once_a_caller",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="ticket_routed_unless_filed",
                condition=Q(state__in=[State.FILED, State.AWAITING_APPROVAL])
                | Q(routed_at__isnull=False),
                violation_error_message=_("A ticket that went on has been routed."),
            ),
            models.CheckConstraint(
                name="ticket_closed_has_its_time",
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at=None)),
                violation_error_message=_("Closed and its time go together."),
            ),
            models.CheckConstraint(
                name="ticket_returned_twice_at_most",
                condition=Q(return_count__lte=2),
                violation_error_message=_("A ticket is returned twice at most."),
            ),
            models.CheckConstraint(
                name="ticket_whistle_has_a_kind",
                condition=Q(kind="whistle") & ~Q(whistle_kind="")
                | Q(kind="report", whistle_kind=""),
                violation_error_message=_("A whistle has a kind, and a report has none."),
            ),
            models.CheckConstraint(
                name="ticket_merged_says_into_what",
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into=None)),
                violation_error_message=_("Merged means merged into another ticket."),
            ),
            models.CheckConstraint(
                name="ticket_not_merged_into_itself",
                condition=~Q(merged_into=F("pk")),
                violation_error_message=_("A ticket is not merged into itself."),
            ),
            both_or_neither("point", "raw_lon", "raw_lat", name="ticket_point_with_its_raw_pair"),
        ]
        indexes = [
            # Stays empty: what waits for routing, emergency whistles first.
            models.Index(
                ExpressionWrapper(
                    ~Q(whistle_kind=WhistleKind.EMERGENCY), output_field=BooleanField()
                ),
                F("id"),
                name="ticket_unrouted",
                condition=Q(state=State.FILED, routed_at=None),
            ),
            *(
                models.Index(fields=[scope, "-id"], name=f"ticket_{scope}")
                for scope in ("district", "street", "community", "grid", "category")
            ),
            models.Index(fields=["filed_by", "-id"], name="ticket_filed_by"),
            models.Index(fields=["lead_department", "-id"], name="ticket_lead"),
            *(
                models.Index(
                    fields=[scope, "state", "-id"],
                    name=f"ticket_open_{scope}",
                    condition=Q(state__in=sorted(OPEN)),
                )
                for scope in ("district", "street", "community")
            ),
            models.Index(fields=["state", "-id"], name="ticket_state"),
            # Boards: a column of a place, the most urgent first; and what is overdue there. What a
            # board counts by comes along, so that 5,000 open tickets are counted in the index.
            *(
                models.Index(
                    fields=[scope, "state", "due_at", "id"],
                    include=sorted({"lead_department", "whistle_kind"} - {scope}),
                    name=f"ticket_due_{scope}",
                    condition=Q(state__in=sorted(OPEN)),
                )
                for scope in ("district", "street", "community", "lead_department")
            ),
            # Closed today, on a board: few, behind years of others.
            models.Index(
                fields=["closed_at"], name="ticket_closed", condition=Q(closed_at__isnull=False)
            ),
            # Few have one of these: a ticket without costs nothing here, whatever becomes of it.
            *(
                models.Index(
                    fields=[key, *then],
                    name=f"ticket_{name}",
                    condition=Q(**{f"{key}__isnull": False}),
                )
                for name, key, *then in (
                    ("merged", "merged_into"),
                    ("repeat", "repeat_of"),
                    ("facility", "facility", "-id"),
                )
            ),
            # Similar open tickets near a point, before one more is filed.
            GistIndex(
                fields=["point"], name="ticket_open_point", condition=Q(state__in=sorted(OPEN))
            ),
            # Taken up: few, behind all that stay with their community.
            *(
                models.Index(
                    fields=[scope, "level", "-id"],
                    name=f"ticket_up_{scope}",
                    condition=Q(level__in=[Tier.STREET, Tier.DISTRICT]),
                )
                for scope in ("district", "street")
            ),
            # Filed for a grid without a point: few, and the map shows them in its middle.
            models.Index(
                fields=["grid"],
                name="ticket_open_pointless",
                condition=Q(state__in=sorted(OPEN), point=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"{_tickets_at(get_script_prefix())}{self.number}/"

    @property
    def place(self) -> dict[int, int]:
        """The frozen ids by level, as ``scoping.covers`` asks for them."""
        return {
            Level.GRID: self.grid_id,
            Level.COMMUNITY: self.community_id,
            Level.STREET: self.street_id,
            Level.DISTRICT: self.district_id,
        }

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_whistle(self) -> bool:
        return bool(self.whistle_kind)

    @property
    def has_hazard(self) -> bool:
        """A danger that must end before the work does: by its category, or by its whistle."""
        return bool(self.category.hazard_limit) or self.whistle_kind == WhistleKind.EMERGENCY

    @property
    def owes_plan(self) -> bool:
        return self.is_whistle and TERMS[WhistleKind(self.whistle_kind)].has_plan


LIST_FIELDS = [
    "number", "kind", "whistle_kind", "state", "level", "due_at", "description", "filed_at",
    "observed_at", "closed_at", "filed_by_id", "point", "district_id", "street_id",
    "category__code", "category__name_zh", "category__name_zh_hant", "category__name_en",
    "category__icon", "grid__code", "grid__name", "community__code", "community__name",
    "lead_department__code", "lead_department__name", "lead_department__short_name",
]  # fmt: skip
