"""Two at once: one chain, and one live consent."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from govgrid.core import clock
from govgrid.privacy import actions
from govgrid.privacy.models import AccessChain, AccessLog
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    barrier, faults = Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(timeout=20)
            work()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return faults


def test_r17_two_nights_at_once_make_one_chain():
    by = UserFactory()
    for days in (4, 3, 1):
        at = clock.midnight(clock.today() - timedelta(days=days))
        AccessLog.objects.create(by=by, model="a.B", row="1", fields=["x"], reason="why", at=at)

    assert at_once(*[actions.link_days] * 3) == []

    days = list(AccessChain.objects.order_by("day"))
    assert [one.count for one in days] == [1, 1, 0, 1]
    assert [one.previous for one in days] == ["", *(one.digest for one in days[:-1])]
    assert actions.check_days() == []


@pytest.mark.parametrize("_try", range(5))
def test_r8_withdrawing_and_renewing_at_once_leaves_at_most_one_live_consent(published, _try):
    person = UserFactory()
    old, new = published(), published(version=2, method="By letter.")
    first = actions.give_consent(old, by=person, channel="site", user=person)

    faults = at_once(
        lambda: actions.withdraw_consent(first, by=person),
        lambda: actions.give_consent(new, by=person, channel="site", user=person),
        lambda: actions.give_consent(new, by=person, channel="site", user=person),
    )

    assert faults == []
    first.refresh_from_db()
    assert first.withdrawn_at
    [live] = person.consents.live()
    assert live.notice == new
