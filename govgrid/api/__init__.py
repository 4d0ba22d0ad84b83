"""Everything under /api/v1/: the resources of all apps, the schema, the manual."""

from django.conf import settings
from django.urls import path, re_path

from govgrid.accounts.token_api import TokenView
from govgrid.api import (
    consulting,
    membering_counsel,
    membering_needs,
    membering_network,
    membering_reception,
    membering_roster,
    roof,
)
from govgrid.worktime.api import CalendarView
from grids.api import AreaViewSet, DepartmentViewSet, MeView
from grids.api.counts import CountViewSet
from grids.api.divisions import DivisionViewSet
from grids.api.duties import DutyAnswerViewSet, DutyViewSet
from grids.api.handing import HandOverViewSet
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
from grids.api.posts import PostViewSet, TeamViewSet
from tickets.api.bulk import BulkViewSet
from tickets.api.callbacks import CallbackViewSet
from tickets.api.categories import CategoryViewSet
from tickets.api.clocks import ClockViewSet
from tickets.api.colours import ColoursViewSet
from tickets.api.conditions import ConditionsViewSet
from tickets.api.late import LateViewSet
from tickets.api.levels import LevelView
from tickets.api.life import EventViewSet
from tickets.api.limits import LimitViewSet
from tickets.api.meetings import MeetingListViewSet, MeetingViewSet
from tickets.api.milestones import MilestoneViewSet
from tickets.api.moves import MoveViewSet
from tickets.api.notes import NoteViewSet
from tickets.api.photos import PhotoFileViewSet, PhotoViewSet
from tickets.api.proposals import ProposalView
from tickets.api.replies import TemplateViewSet
from tickets.api.rulebook import RuleTryView, RuleViewSet
from tickets.api.scores import ScoresView
from tickets.api.searches import SearchViewSet
from tickets.api.supervision import CardViewSet, OrderViewSet
from tickets.api.tickets import TicketViewSet
from tickets.api.together import TogetherViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

app_name = "api"
urlpatterns = [
    # First, since addresses are tried in turn: two hundred of them took a tenth of a filing.
    path("tickets/", TicketViewSet.as_view({**LIST, "post": "create"}), name="tickets"),
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
    path(
        "areas/<str:code>/posts/",
        PostViewSet.as_view({**LIST, "post": "create"}),
        name="area_posts",
    ),
    path("posts/<int:id>/end/", PostViewSet.as_view({"post": "end"}), name="post_end"),
    path(
        "areas/<str:code>/team/",
        TeamViewSet.as_view({**LIST, "post": "create"}),
        name="area_team",
    ),
    path("team/<int:id>/remove/", TeamViewSet.as_view({"post": "remove"}), name="team_remove"),
    path("hand-overs/", HandOverViewSet.as_view({**LIST, "post": "create"}), name="hand_overs"),
    path("hand-overs/<int:id>/", HandOverViewSet.as_view(ONE), name="hand_over"),
    path(
        "hand-overs/<int:id>/explained/",
        HandOverViewSet.as_view({"post": "explained"}),
        name="hand_over_explained",
    ),
    path(
        "hand-overs/<int:id>/list/",
        HandOverViewSet.as_view({"post": "relist"}),
        name="hand_over_list",
    ),
    path(
        "hand-overs/<int:id>/take/",
        HandOverViewSet.as_view({"post": "take"}),
        name="hand_over_take",
    ),
    path("duties/", DutyViewSet.as_view({**LIST, "post": "create"}), name="duties"),
    path("duties/<int:id>/", DutyViewSet.as_view(ONE), name="duty"),
    path("duties/<int:id>/decide/", DutyViewSet.as_view({"post": "decide"}), name="duty_decide"),
    path(
        "duties/<int:id>/answers/",
        DutyAnswerViewSet.as_view({**LIST, "post": "create"}),
        name="duty_answers",
    ),
    path("layers/", LayerViewSet.as_view(LIST), name="layers"),
    path("layers/<int:id>/", LayerViewSet.as_view(ONE), name="layer"),
    path("conflicts/", ConflictViewSet.as_view(LIST), name="conflicts"),
    path("categories/", CategoryViewSet.as_view(LIST), name="categories"),
    path("levels/", LevelView.as_view(ONE), name="levels"),
    path("rules/", RuleViewSet.as_view(LIST), name="rules"),
    path("rules/try/", RuleTryView.as_view(ONE), name="rule_try"),
    path("late/", LateViewSet.as_view(LIST), name="late"),
    path("late/tally/", LateViewSet.as_view({"get": "tally"}), name="late_tally"),
    path("late/actions/<str:name>/", LateViewSet.as_view({"post": "act"}), name="late_act"),
    path("scores/", ScoresView.as_view(ONE), name="scores"),
    path("colours/", ColoursViewSet.as_view({**LIST, "post": "replace"}), name="colours"),
    path("conditions/", ConditionsViewSet.as_view({**LIST, "post": "replace"}), name="conditions"),
    path(
        "conditions/<int:id>/end/",
        ConditionsViewSet.as_view({"post": "end"}),
        name="conditions_end",
    ),
    path("searches/", SearchViewSet.as_view({**LIST, "post": "keep"}), name="searches"),
    path(
        "searches/<int:id>/rename/",
        SearchViewSet.as_view({"post": "rename"}),
        name="search_rename",
    ),
    path(
        "searches/<int:id>/delete/",
        SearchViewSet.as_view({"post": "forget"}),
        name="search_delete",
    ),
    path("limits/", LimitViewSet.as_view(LIST), name="limits"),
    path("proposals/", ProposalView.as_view(ONE), name="proposals"),
    path("meetings/", MeetingListViewSet.as_view(LIST), name="meetings"),
    path("callbacks/", CallbackViewSet.as_view(LIST), name="callbacks"),
    path("callbacks/<int:id>/", CallbackViewSet.as_view(ONE), name="callback"),
    path(
        "callbacks/<int:id>/answer/",
        CallbackViewSet.as_view({"post": "reply"}),
        name="callback_answer",
    ),
    path(
        "callbacks/<int:id>/attempt/",
        CallbackViewSet.as_view({"post": "attempt"}),
        name="callback_attempt",
    ),
    path("templates/", TemplateViewSet.as_view({**LIST, "post": "create"}), name="templates"),
    path("templates/<int:id>/", TemplateViewSet.as_view(ONE), name="template"),
    path(
        "templates/<int:id>/change/",
        TemplateViewSet.as_view({"post": "change"}),
        name="template_change",
    ),
    path("templates/<int:id>/end/", TemplateViewSet.as_view({"post": "end"}), name="template_end"),
    *consulting.ROUTES,
    *membering_roster.ROUTES,
    *membering_network.ROUTES,
    *membering_needs.ROUTES,
    *membering_reception.ROUTES,
    *membering_counsel.ROUTES,
    path("tickets/bulk/", BulkViewSet.as_view({"post": "create"}), name="bulk"),
    path(
        "tickets/actions/<str:name>/", TogetherViewSet.as_view({"post": "act"}), name="act_on_many"
    ),
    path("tickets/<str:number>/", TicketViewSet.as_view(ONE), name="ticket"),
    path("tickets/<str:number>/events/", EventViewSet.as_view(LIST), name="events"),
    path(
        "tickets/<str:number>/notes/",
        NoteViewSet.as_view({**LIST, "post": "create"}),
        name="notes",
    ),
    path("tickets/<str:number>/clocks/", ClockViewSet.as_view(LIST), name="clocks"),
    path(
        "tickets/<str:number>/meetings/",
        MeetingViewSet.as_view({**LIST, "post": "create"}),
        name="ticket_meetings",
    ),
    path("tickets/<str:number>/meetings/<int:id>/", MeetingViewSet.as_view(ONE), name="meeting"),
    path(
        "tickets/<str:number>/meetings/<int:id>/cancel/",
        MeetingViewSet.as_view({"post": "cancel"}),
        name="meeting_cancel",
    ),
    path(
        "tickets/<str:number>/meetings/<int:id>/attend/",
        MeetingViewSet.as_view({"post": "attend"}),
        name="meeting_attend",
    ),
    path(
        "tickets/<str:number>/meetings/<int:id>/decisions/",
        MeetingViewSet.as_view({"post": "decide"}),
        name="meeting_decisions",
    ),
    path(
        "tickets/<str:number>/meetings/<int:id>/publish/",
        MeetingViewSet.as_view({"post": "publish"}),
        name="meeting_publish",
    ),
    path("tickets/<str:number>/milestones/", MilestoneViewSet.as_view(LIST), name="milestones"),
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
    path("tickets/<str:number>/cards/", CardViewSet.as_view(LIST), name="cards"),
    path("tickets/<str:number>/orders/", OrderViewSet.as_view(LIST), name="orders"),
    path(
        "tickets/<str:number>/orders/<int:place>/close/",
        OrderViewSet.as_view({"post": "close"}),
        name="order_close",
    ),
    path("tickets/<str:number>/actions/", MoveViewSet.as_view(LIST), name="actions"),
    path(
        "tickets/<str:number>/actions/<str:name>/", MoveViewSet.as_view({"post": "act"}), name="act"
    ),
    # Whatever else is asked for is answered in the one shape too. An empty pattern fits all.
    re_path("", roof.Nowhere.as_view(), name="nowhere"),
]
# Switched off, the roster is not asked over REST either, whichever part of it brought a route.
if not settings.MEMBERS_ENABLED:
    urlpatterns = [one for one in urlpatterns if not one.callback.__module__.startswith("members.")]
