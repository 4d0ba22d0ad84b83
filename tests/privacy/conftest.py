"""What privacy's tests share."""

import time
from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from govgrid.core.clock import today
from govgrid.privacy import actions, retention
from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import ImpactAssessment, Notice
from tests.factories.grids import build_town, holder


@pytest.fixture
def seconds():
    """How long a call worked, however busy the machine."""

    def measure(call):
        start = time.process_time()
        call()
        return time.process_time() - start

    return measure


@pytest.fixture
def letter(db):
    """A model with sealed columns, of no app and gone after the test."""
    with isolate_apps("govgrid.privacy"):

        class Letter(models.Model):
            title = models.CharField(max_length=20)
            sender = SealedTextField(null=True)
            text = SealedTextField()

            class Meta:
                app_label = "privacy"

            def __str__(self):
                return self.title

        with connection.schema_editor() as editor:
            editor.create_model(Letter)
        yield Letter


@pytest.fixture
def policies(monkeypatch):
    """The retention register, empty."""
    monkeypatch.setattr(retention, "_policies", {})


@pytest.fixture
def make_notice(db):
    """An unpublished notice, the smallest that is valid."""

    def make(version=1, **fields):
        return Notice.objects.create(
            **{
                "key": "roster",
                "version": version,
                "purpose": "To invite you.",
                "fields_listed": ["name", "phone"],
                "retention_days": 730,
                "text": "We ask for your name.",
            }
            | fields
        )

    return make


@pytest.fixture
def published(make_notice):
    """``published(version=2, fields_listed=[…])``: a notice that people can agree to."""

    def make(version=1, **fields):
        return actions.publish_notice(make_notice(version=version, **fields), by=None)

    return make


@pytest.fixture
def officer(db):
    """A data protection officer of a district."""
    return holder("data_officer", area=build_town().district)


@pytest.fixture
def erasure_log(settings, tmp_path):
    """The record beside the database, of this test alone."""
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
    return settings.ERASURE_LOG


@pytest.fixture
def assessed(db):
    """An impact assessment of "roster" is in force."""
    return ImpactAssessment.objects.create(
        scope="roster", signed_on=today() - timedelta(days=1), signed_by_name="Office, head",
        document_hash="0" * 64, review_on=today() + timedelta(days=365),
    )  # fmt: skip
