"""What privacy's tests share."""

import time

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from govgrid.privacy import retention
from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import Notice


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
