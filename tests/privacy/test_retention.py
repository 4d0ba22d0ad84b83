"""What is promised to be erased is erased, and that it was is on record."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from govgrid.core.clock import now
from govgrid.privacy import retention
from govgrid.privacy.models import Notice, RetentionRun
from govgrid.privacy.tasks import retain

pytestmark = pytest.mark.usefixtures("policies", "db")


def erase_drafts(at, *, dry_run):
    drafts = Notice.objects.filter(published_at=None)
    return drafts.count() if dry_run else drafts.delete()[0]


def fail(at, *, dry_run):
    Notice.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")


def test_every_policy_runs_and_is_on_record(make_notice):
    make_notice()
    kept = make_notice(version=2, published_at=now())
    retention.register("drafts", erase_drafts)

    assert retain() == 1
    assert retain() == 0
    assert list(Notice.objects.all()) == [kept]
    assert [(run.name, run.count) for run in RetentionRun.objects.all()] == [
        ("drafts", 0),
        ("drafts", 1),
    ]


def test_a_dry_run_changes_nothing_even_if_a_policy_does(make_notice, capsys):
    make_notice()
    retention.register("careless", lambda at, *, dry_run: Notice.objects.all().delete()[0])
    retention.register("drafts", erase_drafts)

    call_command("retain", dry_run=True)

    assert Notice.objects.exists()
    assert not RetentionRun.objects.exists()
    assert capsys.readouterr().out == "careless: 1 would be erased\ndrafts: 1 would be erased\n"


def test_one_that_fails_keeps_no_other_back_and_is_loud(make_notice, caplog):
    make_notice()
    retention.register("a fails", fail)
    retention.register("drafts", erase_drafts)

    assert retain() == 1
    assert "a fails failed: division by zero" in caplog.text
    assert [run.name for run in RetentionRun.objects.all()] == ["drafts"]
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("retain")


def test_policies_get_business_time(shift_clock):
    seen = []
    shift_clock(days=200)
    retention.register("look", lambda at, *, dry_run: seen.append(at) or 0)

    retain()

    assert abs((seen[0] - now()).total_seconds()) < 60
