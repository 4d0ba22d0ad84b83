"""How many messages a person has not read comes with the person: a page asks nothing more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core.clock import now
from govgrid.outbox.models import MOST_COUNTED, Channel, Message
from tests.factories.accounts import UserFactory


def owed(user, many):
    Message.objects.bulk_create(
        Message(recipient=user, channel=Channel.IN_APP, kind="x", fact=f"x:{n}", sent_at=now())
        for n in range(many)
    )


@pytest.mark.parametrize(("many", "said"), [(0, None), (3, "3"), (MOST_COUNTED + 1, "999+")])
def test_the_rail_says_how_many_without_a_statement_of_its_own(client, db, many, said):
    user, other = UserFactory(), UserFactory()
    owed(user, many)
    owed(other, 2)
    Message.objects.bulk_create([Message(recipient=user, channel=Channel.EMAIL, kind="x")])
    client.force_login(user, backend="govgrid.accounts.backends.NameOrPhone")

    with CaptureQueriesContext(connection) as asked:
        page = client.get("/messages/" if not many else "/account/").content.decode()

    assert (f'<b class="faint">{said}</b>' in page) is (said is not None)
    about = [one["sql"] for one in asked.captured_queries if "outbox_message" in one["sql"]]
    if many:
        assert len(about) == 1
        assert "accounts_user" in about[0]


def test_whoever_may_not_sign_in_any_more_is_signed_out(client, db):
    user = UserFactory()
    client.force_login(user, backend="govgrid.accounts.backends.NameOrPhone")
    user.is_active = False
    user.save()

    assert client.get("/desk/")["Location"].startswith("/login/")
