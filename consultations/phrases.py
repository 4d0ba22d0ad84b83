"""The words of messages about topics: subject and body of each kind."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "promise_asked": (
        _("Will your department do this? %(number)s/%(serial)s"),
        _("“%(text)s” was asked of %(department)s in “%(title)s”. Please answer by %(day)s."),
    ),
    "promise_answered": (
        _("%(department)s answered: %(number)s/%(serial)s"),
        _("“%(text)s”: %(state)s. What was said is on the page of “%(title)s”."),
    ),
    "promise_unanswered": (
        _("No answer: %(number)s/%(serial)s"),
        _("%(department)s has not answered in time whether it does “%(text)s” (“%(title)s”)."),
    ),
    "promise_unowned": (
        _("Nobody does it: %(number)s/%(serial)s"),
        _("“%(text)s” was given back by %(department)s, and nobody else was asked (“%(title)s”)."),
    ),
    "promise_near": (
        _("Due tomorrow: %(number)s/%(serial)s"),
        _("“%(text)s”, promised by %(department)s in “%(title)s”, is due on %(day)s."),
    ),
}

# The text of an opinion is in no message: it may be hidden later, and a message stays.
OPINIONS = {
    "opinion_judged": (
        _("Your suggestion %(number)s/%(serial)s: %(fate)s"),
        _("What you suggested on “%(title)s” was answered: %(fate)s. The reason is on its page."),
    ),
    "opinion_replied": (
        _("Somebody answered you: %(number)s/%(serial)s"),
        _("There is an answer to what you said on “%(title)s”."),
    ),
    "opinion_amended": (
        _("Another wording is proposed: %(number)s/%(serial)s"),
        _("Somebody would word it otherwise in “%(title)s”. You decide whether it is taken over."),
    ),
    "opinion_reworded": (
        _("Worded anew: %(number)s"),
        _("In “%(title)s” the words that you took a stance on have changed. What do you say now?"),
    ),
    "opinion_hidden": (
        _("Hidden: %(number)s/%(serial)s"),
        _("What you said on “%(title)s” was hidden: %(reason)s. You may ask once for a review."),
    ),
    "opinion_flagged": (
        _("Flagged: %(number)s/%(serial)s"),
        _("A reader thinks that something in “%(title)s” should not stand there: %(reason)s."),
    ),
    "flag_settled": (
        _("What you flagged %(number)s/%(serial)s: %(fate)s"),
        _("What you flagged in “%(title)s” was looked at: %(fate)s."),
    ),
    "hiding_appealed": (
        _("A review is asked for: %(number)s/%(serial)s"),
        _("Somebody asks that what was hidden in “%(title)s” be shown again."),
    ),
    "hiding_decided": (
        _("Your review %(number)s/%(serial)s: %(fate)s"),
        _("What you said on “%(title)s”: %(fate)s. The reason is on its page."),
    ),
}

KINDS = (
    PROMISES
    | OPINIONS
    | {
        "topic_raised": (
            _("A topic to decide on: %(number)s"),
            _("“%(title)s” was raised at %(platform)s. Please decide whether it is taken up."),
        ),
        "topic_waits": (
            _("Still to be decided on: %(number)s"),
            _("“%(title)s” at %(platform)s still waits. Unanswered, it goes up a level."),
        ),
        "topic_taken_up": (
            _("Now with you: %(number)s"),
            _("“%(title)s” at %(platform)s was not answered in time. It is for you to decide now."),
        ),
        "topic_late": (
            _("Late: %(number)s"),
            _("“%(title)s” at %(platform)s should have gone on by now."),
        ),
        "topic_moved": (
            _("Your topic %(number)s: %(state)s"),
            _("“%(title)s” at %(platform)s: %(state)s. What was said is on its page."),
        ),
        "topic_to_rate": (
            _("What became of %(number)s?"),
            _("“%(title)s” at %(platform)s was carried out. Please say how well."),
        ),
    }
)
