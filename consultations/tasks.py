"""What the clock does with consultations; every task may run twice."""

from celery import shared_task

from consultations import actions, clusters, opinions
from govgrid.core import clock


@shared_task
def fire_topics() -> None:
    """Reminders, steps up a level and days that have come."""
    actions.fire()


@shared_task
def fire_promises() -> None:
    """Answers that are due, and what became of the tickets."""
    actions.fire_promises(by=None)
    actions.follow_tickets(by=None)


@shared_task
def remind_of_sessions() -> None:
    """A day before a session begins."""
    actions.remind_of_sessions(by=None)


@shared_task
def draw_maps() -> None:
    """Where enough people have said something new: what unites and what divides, without persons."""
    for topic in opinions.to_map():
        at = clock.now()
        drawn = clusters.draw(clusters.votes_of(opinions.stances_to_map(topic)))
        actions.keep_map(topic.pk, drawn, at, by=None)


@shared_task
def fire_ballots() -> None:
    """Ballots open and close, and covenants begin."""
    actions.fire_ballots(by=None)
    actions.begin_covenants(by=None)


@shared_task
def close_pools() -> None:
    """Rounds of claiming whose time is over."""
    actions.close_pools(by=None)


@shared_task
def watch_seats() -> None:
    """Terms that end within a month, and seats that nobody holds."""
    actions.watch_seats(by=None)


@shared_task
def send_digests() -> None:
    """What happened to what people follow, to whom it is time to tell."""
    actions.send_digests(by=None)


@shared_task
def call_seats() -> None:
    """Whistles that are for a table, and calls that nobody answered."""
    actions.call_seats(by=None)
    actions.fire_calls(by=None)
