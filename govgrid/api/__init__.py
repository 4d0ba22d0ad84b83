"""Everything under /api/v1/: the resources of all apps, the schema, the manual."""

from django.urls import path, re_path

from govgrid.accounts.token_api import TokenView
from govgrid.api import roof
from govgrid.worktime.api import CalendarView
from grids.api import AreaViewSet, DepartmentViewSet, MeView
from grids.api.counts import CountViewSet
from grids.api.divisions import DivisionViewSet
from grids.api.duties import DutyAnswerViewSet, DutyViewSet
from grids.api.layers import ConflictViewSet, LayerViewSet
from grids.api.locating import LocateView
from grids.api.patrols import CheckInViewSet, PatrolViewSet
from grids.api.people import VacancyViewSet
from grids.api.places import (
    CompoundViewSet,
    FacilityViewSet,
    OrganisationViewSet,
    ServicePointViewSet,
)
from tickets.api.bulk import BulkViewSet
from tickets.api.categories import CategoryViewSet
from tickets.api.clocks import ClockViewSet
from tickets.api.life import EventViewSet
from tickets.api.limits import LimitViewSet
from tickets.api.moves import MoveViewSet
from tickets.api.photos import PhotoFileViewSet, PhotoViewSet
from tickets.api.proposals import ProposalView
from tickets.api.tickets import TicketViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

app_name = "api"
urlpatterns = [
    path("", roof.IndexView.as_view(ONE), name="index"),
    path("schema/", roof.SchemaView.as_view(ONE), name="schema"),
    path("docs/", roof.manual, name="docs"),
    path("auth/token/", TokenView.as_view(), name="token"),
    path("me/", MeView.as_view(ONE), name="me"),
    path("areas/", AreaViewSet.as_view(LIST), name="areas"),
    path("areas/<str:code>/", AreaViewSet.as_view(ONE), name="area"),
    path("areas/<str:code>/boundary/", AreaViewSet.as_view({"get": "boundary"}), name="boundary"),
    path("areas/<str:code>/counts/", CountViewSet.as_view(LIST), name="counts"),
    path("locate/", LocateView.as_view(ONE), name="locate"),
    path("calendar/", CalendarView.as_view(ONE), name="calendar"),
    path("departments/", DepartmentViewSet.as_view(LIST), name="departments"),
    path("compounds/", CompoundViewSet.as_view(LIST), name="compounds"),
    path("compounds/<str:code>/", CompoundViewSet.as_view(ONE), name="compound"),
    path("facilities/", FacilityViewSet.as_view(LIST), name="facilities"),
    path("facilities/<str:code>/", FacilityViewSet.as_view(ONE), name="facility"),
    path("service-points/", ServicePointViewSet.as_view(LIST), name="service_points"),
    path("service-points/<str:code>/", ServicePointViewSet.as_view(ONE), name="service_point"),
    path("organisations/", OrganisationViewSet.as_view(LIST), name="organisations"),
    path("organisations/<str:code>/", OrganisationViewSet.as_view(ONE), name="organisation"),
    path("divisions/", DivisionViewSet.as_view(LIST), name="divisions"),
    path("divisions/<int:id>/", DivisionViewSet.as_view(ONE), name="division"),
    path("patrols/", PatrolViewSet.as_view({**LIST, "post": "create"}), name="patrols"),
    path("patrols/<int:id>/", PatrolViewSet.as_view(ONE), name="patrol"),
    path(
        "patrols/<int:id>/check-ins/",
        CheckInViewSet.as_view({**LIST, "post": "create"}),
        name="check_ins",
    ),
    path("patrols/<int:id>/end/", PatrolViewSet.as_view({"post": "end"}), name="patrol_end"),
    path("vacancies/", VacancyViewSet.as_view(LIST), name="vacancies"),
    path("duties/", DutyViewSet.as_view(LIST), name="duties"),
    path("duties/<int:id>/", DutyViewSet.as_view(ONE), name="duty"),
    path(
        "duties/<int:id>/answers/",
        DutyAnswerViewSet.as_view({**LIST, "post": "create"}),
        name="duty_answers",
    ),
    path("layers/", LayerViewSet.as_view(LIST), name="layers"),
    path("layers/<int:id>/", LayerViewSet.as_view(ONE), name="layer"),
    path("conflicts/", ConflictViewSet.as_view(LIST), name="conflicts"),
    path("categories/", CategoryViewSet.as_view(LIST), name="categories"),
    path("limits/", LimitViewSet.as_view(LIST), name="limits"),
    path("proposals/", ProposalView.as_view(ONE), name="proposals"),
    path("tickets/", TicketViewSet.as_view({**LIST, "post": "create"}), name="tickets"),
    path("tickets/bulk/", BulkViewSet.as_view({"post": "create"}), name="bulk"),
    path("tickets/<str:number>/", TicketViewSet.as_view(ONE), name="ticket"),
    path("tickets/<str:number>/events/", EventViewSet.as_view(LIST), name="events"),
    path("tickets/<str:number>/clocks/", ClockViewSet.as_view(LIST), name="clocks"),
    path(
        "tickets/<str:number>/photos/",
        PhotoViewSet.as_view({**LIST, "post": "create"}),
        name="photos",
    ),
    path("tickets/<str:number>/photos/<str:photo>/", PhotoFileViewSet.as_view(ONE), name="photo"),
    path(
        "tickets/<str:number>/photos/<str:photo>/thumb/",
        PhotoFileViewSet.as_view({"get": "thumb"}),
        name="thumb",
    ),
    path("tickets/<str:number>/actions/", MoveViewSet.as_view(LIST), name="actions"),
    path(
        "tickets/<str:number>/actions/<str:name>/", MoveViewSet.as_view({"post": "act"}), name="act"
    ),
    # Whatever else is asked for is answered in the one shape too. An empty pattern fits all.
    re_path("", roof.Nowhere.as_view(), name="nowhere"),
]
