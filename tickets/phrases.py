"""The words of messages about tickets: subject and body of each kind."""

from django.utils.translation import gettext_lazy as _

FAIRNESS = {
    "ticket_given_again": (
        _("Yours again: %(number)s"),
        _("%(category)s at %(grid)s was given to %(department)s again, with the time it had left."),
    ),
    "ticket_to_rule": (
        _("Rule on %(number)s"),
        _("%(category)s at %(grid)s came back a third time. Rule who handles it: it binds."),
    ),
    "ticket_ruled": (
        _("Yours by a ruling: %(number)s"),
        _("%(category)s at %(grid)s was given to %(department)s by a ruling, and it binds."),
    ),
    "ticket_withdrawn": (
        _("No longer yours: %(number)s"),
        _("You were taken off %(category)s at %(grid)s. The reason is on its page."),
    ),
    "extension_to_endorse": (
        _("More time for %(number)s?"),
        _("Your department asks for more time for %(category)s at %(grid)s. Do you agree?"),
    ),
    "extension_to_grant": (
        _("Decide on an extension: %(number)s"),
        _("%(department)s asks for more time for %(category)s at %(grid)s."),
    ),
    "extension_granted": (
        _("Extended: %(number)s"),
        _("%(category)s at %(grid)s has more time. The new date is on its page."),
    ),
    "extension_denied": (
        _("Not extended: %(number)s"),
        _("%(category)s at %(grid)s was not given more time. The reason is on its page."),
    ),
    "ticket_suspended": (
        _("Suspended: %(number)s"),
        _("%(category)s at %(grid)s stands still until %(until)s. The reason is on its page."),
    ),
    "ticket_resumed": (
        _("It goes on: %(number)s"),
        _("%(category)s at %(grid)s goes on, with the time that was left."),
    ),
    "appeal_to_sign": (
        _("Exempt a lateness? %(number)s"),
        _("A department asks that a lateness at %(category)s, %(grid)s, not count. Two must sign."),
    ),
    "appeal_signed": (
        _("Exempted: %(number)s"),
        _("A lateness at %(category)s, %(grid)s, is exempted. It stays late, and does not count."),
    ),
    "appeal_refused": (
        _("Not exempted: %(number)s"),
        _("A lateness at %(category)s, %(grid)s, counts. The reason is on its page."),
    ),
}

KINDS = {
    "ticket_offered": (
        _("Sign for %(number)s"),
        _("%(category)s at %(grid)s was given to %(department)s."),
    ),
    "ticket_triage": (
        _("Assign %(number)s"),
        _("%(category)s at %(grid)s waits for a decision who shall handle it."),
    ),
    "ticket_check": (
        _("Please look first: %(number)s"),
        _("%(category)s at %(grid)s was reported from afar. Is it so? Say what is there."),
    ),
    "ticket_checked": (
        _("Looked at: %(number)s"),
        _("Somebody looked at %(category)s at %(grid)s. Decide what becomes of it."),
    ),
    "ticket_to_verify": (
        _("Verify %(number)s"),
        _("%(category)s at %(grid)s was handled. Please look whether it is fixed."),
    ),
    "ticket_sent_back": (
        _("Not fixed: %(number)s"),
        _("%(category)s at %(grid)s came back to %(department)s."),
    ),
    "whistle_to_approve": (
        _("Approve %(number)s"),
        _("A whistle was blown for %(category)s at %(grid)s. It goes out when you approve."),
    ),
    "whistle_refused": (
        _("Not approved: %(number)s"),
        _("Your whistle for %(category)s at %(grid)s was not approved. It goes on as a report."),
    ),
    "ticket_taken_back": (
        _("Taken back: %(number)s"),
        _("%(category)s at %(grid)s was given to you by mistake. Nothing is to be done."),
    ),
    "ticket_merged": (
        _("Put together: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is handled together with %(into)s."),
    ),
    "ticket_joined": (
        _("One more report: %(number)s"),
        _("Another report about %(category)s at %(grid)s was put together with yours."),
    ),
    "ticket_left": (
        _("By itself again: %(number)s"),
        _(
            "The other report that was put together with yours about %(category)s at %(grid)s is"
            " handled by itself again."
        ),
    ),
    "ticket_split": (
        _("Several matters: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, held several matters. New: %(parts)s."),
    ),
    "ticket_handed": (
        _("In your hands: %(number)s"),
        _("%(category)s at %(grid)s was handed to you in %(department)s."),
    ),
    "ticket_parted": (
        _("Handled by itself again: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is handled by itself again."),
    ),
    "ticket_scored": (
        _("Scored: %(number)s"),
        _("The community scored how %(category)s at %(grid)s was answered."),
    ),
    "ticket_look": (
        _("Please look: %(number)s"),
        _("%(category)s at %(grid)s should be safe by now. Is it? Say so on its page."),
    ),
    "clock_near": (
        _("%(clock)s by %(due)s: %(number)s"),
        _("Three quarters of the time for %(category)s at %(grid)s are used."),
    ),
    "clock_over": (
        _("Late: %(number)s"),
        _("%(category)s at %(grid)s: %(clock)s was due by %(due)s."),
    ),
    "card_yellow": (
        _("Yellow card: %(number)s"),
        _(
            "%(category)s at %(grid)s, %(department)s: %(cause)s. Answer by %(due)s, or it turns red."
        ),
    ),
    "card_red": (
        _("Red card: %(number)s"),
        _("%(category)s at %(grid)s, %(department)s: %(cause)s."),
    ),
    "ticket_urged": (
        _("Urged: %(number)s"),
        _("%(category)s at %(grid)s is waited for. Please go on with it."),
    ),
    "order_issued": (
        _("Supervision order %(order)s"),
        _(
            "%(category)s at %(grid)s: answer it by %(due)s. The order is on the page of %(number)s."
        ),
    ),
    "order_answered": (
        _("Answered: %(order)s"),
        _("%(department)s has answered the order about %(category)s at %(grid)s."),
    ),
    "ticket_up": (
        _("Taken up: %(number)s"),
        _("%(category)s at %(grid)s was taken up to you. Who works on it works on."),
    ),
    "milestones_set": (
        _("Milestones of %(number)s"),
        _("%(category)s at %(grid)s: days were set by which your department reaches something."),
    ),
    "milestone_reached": (
        _("Milestone reached: %(number)s"),
        _("%(category)s at %(grid)s: “%(milestone)s” was reached."),
    ),
    "milestone_moved": (
        _("New day for a milestone of %(number)s"),
        _("%(category)s at %(grid)s: “%(milestone)s” is due on %(day)s now."),
    ),
    "ticket_closed": (
        _("Closed: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is closed."),
    ),
    "ticket_ask": (
        _("Is it solved? %(number)s"),
        _(
            "%(category)s at %(grid)s, which you reported, is closed. Is it solved, and are you"
            " satisfied? Two taps are enough; you need not sign in."
        ),
    ),
    "ticket_unsolved": (
        _("Not solved again: %(number)s"),
        _("%(category)s at %(grid)s: the reporter says again that it is not solved. Decide."),
    ),
    "ticket_declined": (
        _("Declined: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, was declined. The reason is on its page."),
    ),
    "ticket_not_declined": (
        _("Goes on: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, was declined by mistake and goes on."),
    ),
    "ticket_not_settled": (
        _("Not handled yet: %(number)s"),
        _(
            "That %(category)s at %(grid)s was handled was said by mistake. There is nothing to"
            " look at yet."
        ),
    ),
    **FAIRNESS,
}
