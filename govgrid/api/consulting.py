"""Everything under /api/v1/consultations/: platforms, topics, sessions, opinions, ballots, lists."""

from django.urls import path

from consultations.api.ballots import BallotViewSet, ResidencyViewSet
from consultations.api.calls import SeatCallViewSet
from consultations.api.cases import CaseViewSet, CourseViewSet
from consultations.api.covenants import CovenantViewSet
from consultations.api.ledger import EntryViewSet, LedgerViewSet
from consultations.api.lists import ListViewSet
from consultations.api.opinions import (
    ModerationViewSet,
    OpinionMapViewSet,
    OpinionViewSet,
    TopicStanceViewSet,
)
from consultations.api.outcomes import FigureViewSet, FollowingViewSet, NearViewSet
from consultations.api.platforms import PlanViewSet, PlatformSeatViewSet, PlatformViewSet
from consultations.api.pools import CohostViewSet, PoolViewSet, ThemeViewSet
from consultations.api.promises import PromiseViewSet
from consultations.api.sessions import SessionViewSet
from consultations.api.surveys import HallViewSet, SurveyViewSet
from consultations.api.topics import (
    TopicMoveViewSet,
    TopicStepViewSet,
    TopicViewSet,
)
from consultations.api.years import YearViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

ROUTES = [
    path(
        "consultations/platforms/",
        PlatformViewSet.as_view({**LIST, "post": "create"}),
        name="platforms",
    ),
    path("consultations/platforms/<str:code>/", PlatformViewSet.as_view(ONE), name="platform"),
    path(
        "consultations/platforms/<str:code>/terms/",
        PlatformViewSet.as_view({"post": "terms"}),
        name="platform_terms",
    ),
    path(
        "consultations/platforms/<str:code>/seats/",
        PlatformSeatViewSet.as_view({**LIST, "post": "create"}),
        name="platform_seats",
    ),
    path(
        "consultations/platforms/<str:code>/seats/<int:id>/end/",
        PlatformSeatViewSet.as_view({"post": "end"}),
        name="platform_seat_end",
    ),
    path(
        "consultations/platforms/<str:code>/plans/<int:year>/",
        PlanViewSet.as_view({**ONE, "post": "create"}),
        name="platform_plan",
    ),
    path(
        "consultations/platforms/<str:code>/plans/<int:year>/publish/",
        PlanViewSet.as_view({"post": "publish"}),
        name="platform_plan_publish",
    ),
    path("consultations/pools/", PoolViewSet.as_view({**LIST, "post": "create"}), name="pools"),
    path("consultations/pools/<int:id>/", PoolViewSet.as_view(ONE), name="pool"),
    path(
        "consultations/pools/<int:id>/publish/",
        PoolViewSet.as_view({"post": "publish"}),
        name="pool_publish",
    ),
    path(
        "consultations/pools/<int:id>/items/<int:position>/claim/",
        PoolViewSet.as_view({"post": "claim"}),
        name="pool_claim",
    ),
    path("consultations/themes/", ThemeViewSet.as_view({**LIST, "post": "create"}), name="themes"),
    path("consultations/themes/<int:id>/", ThemeViewSet.as_view(ONE), name="theme"),
    path(
        "consultations/themes/<int:id>/sum/",
        ThemeViewSet.as_view({"post": "sum_up"}),
        name="theme_sum",
    ),
    path("consultations/ledger/", LedgerViewSet.as_view(ONE), name="ledger"),
    path(
        "consultations/topics/<str:number>/cohosts/",
        CohostViewSet.as_view({**LIST, "post": "create"}),
        name="topic_cohosts",
    ),
    path(
        "consultations/topics/<str:number>/cohosts/<str:code>/answer/",
        CohostViewSet.as_view({"post": "answer_it"}),
        name="topic_cohost_answer",
    ),
    path(
        "consultations/topics/<str:number>/ledger/",
        EntryViewSet.as_view({**LIST, "post": "create"}),
        name="topic_ledger",
    ),
    path(
        "consultations/topics/<str:number>/ledger/<int:serial>/take-back/",
        EntryViewSet.as_view({"post": "take_back"}),
        name="topic_ledger_take_back",
    ),
    path("consultations/topics/", TopicViewSet.as_view({**LIST, "post": "create"}), name="topics"),
    path("consultations/topics/<str:number>/", TopicViewSet.as_view(ONE), name="topic"),
    path(
        "consultations/topics/<str:number>/steps/",
        TopicStepViewSet.as_view(LIST),
        name="topic_steps",
    ),
    path(
        "consultations/topics/<str:number>/actions/",
        TopicMoveViewSet.as_view(LIST),
        name="topic_actions",
    ),
    path(
        "consultations/topics/<str:number>/actions/<str:name>/",
        TopicMoveViewSet.as_view({"post": "act"}),
        name="topic_act",
    ),
    path(
        "consultations/topics/<str:number>/promises/",
        PromiseViewSet.as_view({**LIST, "post": "create"}),
        name="topic_promises",
    ),
    path(
        "consultations/topics/<str:number>/promises/<int:serial>/<str:name>/",
        PromiseViewSet.as_view({"post": "turn"}),
        name="topic_promise",
    ),
    path(
        "consultations/topics/<str:number>/stance/",
        TopicStanceViewSet.as_view({**ONE, "post": "create"}),
        name="topic_stance",
    ),
    path(
        "consultations/topics/<str:number>/map/", OpinionMapViewSet.as_view(ONE), name="topic_map"
    ),
    path(
        "consultations/topics/<str:number>/opinions/",
        OpinionViewSet.as_view({**LIST, "post": "create"}),
        name="topic_opinions",
    ),
    path(
        "consultations/topics/<str:number>/opinions/<int:serial>/",
        OpinionViewSet.as_view(ONE),
        name="topic_opinion",
    ),
    path(
        "consultations/topics/<str:number>/opinions/<int:serial>/stance/",
        OpinionViewSet.as_view({"post": "stance"}),
        name="topic_opinion_stance",
    ),
    path(
        "consultations/topics/<str:number>/opinions/<int:serial>/<str:name>/",
        OpinionViewSet.as_view({"post": "act"}),
        name="topic_opinion_act",
    ),
    path("consultations/moderation/", ModerationViewSet.as_view(LIST), name="moderation"),
    path(
        "consultations/sessions/",
        SessionViewSet.as_view({**LIST, "post": "create"}),
        name="consultation_sessions",
    ),
    path(
        "consultations/sessions/<int:id>/", SessionViewSet.as_view(ONE), name="consultation_session"
    ),
    *(
        path(
            f"consultations/sessions/<int:id>/{act.replace('_', '-')}/",
            SessionViewSet.as_view({"post": act}),
            name=f"consultation_session_{act}",
        )
        for act in (
            *("move", "cancel", "sign_up", "sign_off", "check_in", "agenda", "item", "paper"),
            *("send_papers", "publish"),
        )
    ),
    path(
        "consultations/sessions/<int:id>/guests/",
        SessionViewSet.as_view({"post": "guest"}),
        name="consultation_session_guests",
    ),
    path(
        "consultations/sessions/<int:id>/attendance/<int:row>/here/",
        SessionViewSet.as_view({"post": "here"}),
        name="consultation_session_here",
    ),
    path(
        "consultations/sessions/<int:id>/questions/",
        SurveyViewSet.as_view({**LIST, "post": "create"}),
        name="survey_questions",
    ),
    path(
        "consultations/sessions/<int:id>/sheets/",
        SurveyViewSet.as_view({"post": "sheet"}),
        name="survey_sheets",
    ),
    path(
        "consultations/sessions/<int:id>/results/",
        SurveyViewSet.as_view({"get": "results"}),
        name="survey_results",
    ),
    path(
        "consultations/sessions/<int:id>/hall/",
        HallViewSet.as_view({**LIST, "post": "create"}),
        name="hall",
    ),
    path(
        "consultations/sessions/<int:id>/hall/<int:serial>/support/",
        HallViewSet.as_view({"post": "support"}),
        name="hall_support",
    ),
    path(
        "consultations/sessions/<int:id>/hall/<int:serial>/reply/",
        HallViewSet.as_view({"post": "reply"}),
        name="hall_reply",
    ),
    path(
        "consultations/ballots/",
        BallotViewSet.as_view({**LIST, "post": "create"}),
        name="consultation_ballots",
    ),
    path("consultations/ballots/<int:id>/", BallotViewSet.as_view(ONE), name="consultation_ballot"),
    *(
        path(
            f"consultations/ballots/<int:id>/{act}/",
            BallotViewSet.as_view({"post": act}),
            name=f"consultation_ballot_{act}",
        )
        for act in ("electors", "key", "announce", "vote", "enter", "count", "void")
    ),
    path(
        "consultations/residencies/",
        ResidencyViewSet.as_view({"post": "create"}),
        name="residencies",
    ),
    path(
        "consultations/residencies/<int:id>/end/",
        ResidencyViewSet.as_view({"post": "end"}),
        name="residency_end",
    ),
    path(
        "consultations/covenants/",
        CovenantViewSet.as_view({**LIST, "post": "create"}),
        name="covenants",
    ),
    path("consultations/covenants/<int:id>/", CovenantViewSet.as_view(ONE), name="covenant"),
    *(
        path(
            f"consultations/covenants/<int:id>/{act}/",
            CovenantViewSet.as_view({"post": act}),
            name=f"covenant_{act}",
        )
        for act in ("reword", "comment", "check", "ballot", "unvote", "enact", "drop", "file")
    ),
    path(
        "consultations/covenants/<int:id>/comments/<int:row>/hide/",
        CovenantViewSet.as_view({"post": "hide"}),
        name="covenant_comment_hide",
    ),
    path("consultations/calls/", SeatCallViewSet.as_view(LIST), name="seat_calls"),
    path(
        "consultations/calls/<int:id>/answer/",
        SeatCallViewSet.as_view({"post": "reply"}),
        name="seat_call_answer",
    ),
    path("consultations/lists/", ListViewSet.as_view(LIST), name="consultation_lists"),
    path("consultations/lists/<str:name>/", ListViewSet.as_view(ONE), name="consultation_list"),
    path("consultations/near/", NearViewSet.as_view(LIST), name="topics_near"),
    path(
        "consultations/years/<int:year>/",
        YearViewSet.as_view({"get": "list"}),
        name="consultation_year",
    ),
    path("consultations/figures/", FigureViewSet.as_view(LIST), name="consultation_figures"),
    path(
        "consultations/following/",
        FollowingViewSet.as_view({**LIST, "post": "create"}),
        name="following",
    ),
    path(
        "consultations/following/<int:id>/",
        FollowingViewSet.as_view({"delete": "destroy"}),
        name="following_one",
    ),
    path(
        "consultations/cases/", CaseViewSet.as_view({**LIST, "post": "create"}), name="model_cases"
    ),
    path("consultations/cases/<int:id>/", CaseViewSet.as_view(ONE), name="model_case"),
    *(
        path(
            f"consultations/cases/<int:id>/{act.replace('_', '-')}/",
            CaseViewSet.as_view({"post": act}),
            name=f"model_case_{act}",
        )
        for act in ("reword", "submit", "publish", "give_back", "withdraw")
    ),
    path(
        "consultations/courses/", CourseViewSet.as_view({**LIST, "post": "create"}), name="courses"
    ),
    path(
        "consultations/courses/<int:id>/dates/",
        CourseViewSet.as_view({"post": "add_date"}),
        name="course_dates",
    ),
    path(
        "consultations/courses/<int:id>/dates/<int:row>/",
        CourseViewSet.as_view({"post": "count"}),
        name="course_count",
    ),
]
