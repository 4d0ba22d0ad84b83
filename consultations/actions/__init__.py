"""Everything that changes what has a history here: one verb each, atomic, with who did it."""

from consultations.actions.attending import check_in, enter, mark_here, sign_off, sign_up
from consultations.actions.ballots import (
    Asking,
    announce_ballot,
    ask_ballot,
    hand_key,
    reword_ballot,
    void_ballot,
)
from consultations.actions.bookkeeping import enter_line, forget_giver, take_back
from consultations.actions.calling import answer_call, call_seats, fire_calls
from consultations.actions.cases import (
    review_case,
    reword_case,
    submit_case,
    withdraw_case,
    write_case,
)
from consultations.actions.cohosting import answer_cohosting, ask_cohost
from consultations.actions.counting import Urn, count_ballot, fire_ballots
from consultations.actions.courses import add_date, count_course, end_course, make_course
from consultations.actions.covenants import (
    Drafting,
    begin_covenants,
    check_covenant,
    comment_clause,
    draft_covenant,
    drop_covenant,
    enact_covenant,
    file_covenant,
    hide_comment,
    reword_covenant,
    unvote_covenant,
    vote_on_covenant,
)
from consultations.actions.drawing import commit_draw, fill_draw, reveal_draw
from consultations.actions.electorates import Letter, bring_electors
from consultations.actions.following import (
    follow,
    holder_of,
    send_digests,
    unfollow,
    unfollow_all,
)
from consultations.actions.founding import (
    Founding,
    NewTerms,
    change_platform,
    end_platform,
    found_platform,
    set_terms,
)
from consultations.actions.hall import ask, reply, support
from consultations.actions.judging import judge
from consultations.actions.mapping import keep_map
from consultations.actions.moderating import (
    appeal_hiding,
    decide_appeal,
    flag,
    hide,
    let_stand,
)
from consultations.actions.moves import lock, move
from consultations.actions.papers import add_paper, drop_paper, send_papers
from consultations.actions.planning import (
    begin_plan,
    link_line,
    publish_plan,
    set_lines,
    unlink_line,
)
from consultations.actions.pooling import (
    begin_pool,
    claim,
    close_pools,
    publish_pool,
    set_items,
)
from consultations.actions.promises import do_again, fire_promises, follow_tickets, offer, turn
from consultations.actions.rating import Rating, rate
from consultations.actions.reminding import remind_of_sessions
from consultations.actions.residency import end_residency, vouch
from consultations.actions.seating import appoint, end_seat, watch_seats
from consultations.actions.sessions import (
    Call,
    call_session,
    cancel_session,
    move_session,
    publish_minutes,
    set_agenda,
    write_item,
    write_minutes,
)
from consultations.actions.speaking import Saying, reword_suggestion, say, take_amendment
from consultations.actions.stances import take_stance
from consultations.actions.studying import extend_study
from consultations.actions.surveys import Asked, answer, set_questions, show_text
from consultations.actions.theming import put_theme, sum_up
from consultations.actions.ticking import fire
from consultations.actions.topics import Raising, raise_topic, reword
from consultations.actions.voting import Cast, enter_vote, vote

__all__ = [
    "Asked",
    "Asking",
    "Call",
    "Cast",
    "Drafting",
    "Founding",
    "Letter",
    "NewTerms",
    "Raising",
    "Rating",
    "Saying",
    "Urn",
    "add_date",
    "add_paper",
    "announce_ballot",
    "answer",
    "answer_call",
    "answer_cohosting",
    "appeal_hiding",
    "appoint",
    "ask",
    "ask_ballot",
    "ask_cohost",
    "begin_covenants",
    "begin_plan",
    "begin_pool",
    "bring_electors",
    "call_seats",
    "call_session",
    "cancel_session",
    "change_platform",
    "check_covenant",
    "check_in",
    "claim",
    "close_pools",
    "comment_clause",
    "commit_draw",
    "count_ballot",
    "count_course",
    "decide_appeal",
    "do_again",
    "draft_covenant",
    "drop_covenant",
    "drop_paper",
    "enact_covenant",
    "end_course",
    "end_platform",
    "end_residency",
    "end_seat",
    "enter",
    "enter_line",
    "enter_vote",
    "extend_study",
    "file_covenant",
    "fill_draw",
    "fire",
    "fire_ballots",
    "fire_calls",
    "fire_promises",
    "flag",
    "follow",
    "follow_tickets",
    "forget_giver",
    "found_platform",
    "hand_key",
    "hide",
    "hide_comment",
    "holder_of",
    "judge",
    "keep_map",
    "let_stand",
    "link_line",
    "lock",
    "make_course",
    "mark_here",
    "move",
    "move_session",
    "offer",
    "publish_minutes",
    "publish_plan",
    "publish_pool",
    "put_theme",
    "raise_topic",
    "rate",
    "remind_of_sessions",
    "reply",
    "reveal_draw",
    "review_case",
    "reword",
    "reword_ballot",
    "reword_case",
    "reword_covenant",
    "reword_suggestion",
    "say",
    "send_digests",
    "send_papers",
    "set_agenda",
    "set_items",
    "set_lines",
    "set_questions",
    "set_terms",
    "show_text",
    "sign_off",
    "sign_up",
    "submit_case",
    "sum_up",
    "support",
    "take_amendment",
    "take_back",
    "take_stance",
    "turn",
    "unfollow",
    "unfollow_all",
    "unlink_line",
    "unvote_covenant",
    "void_ballot",
    "vote",
    "vote_on_covenant",
    "vouch",
    "watch_seats",
    "withdraw_case",
    "write_case",
    "write_item",
    "write_minutes",
]  # fmt: skip
