"""The back office reads and changes nothing."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from govgrid.outbox.models import Message
from govgrid.privacy.models import (
    AccessChain,
    AccessLog,
    Alarm,
    Consent,
    Erasure,
    ImpactAssessment,
    Notice,
    Processor,
    RetentionRun,
    SubjectRequest,
)
from tests.factories.accounts import UserFactory


@pytest.mark.parametrize(
    "model",
    [
        AccessChain, AccessLog, Alarm, Consent, Erasure, Notice, RetentionRun, SubjectRequest,
        Message,
    ],
)  # fmt: skip
def test_even_an_administrator_only_reads(db, model):
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    page = admin.site.get_model_admin(model)

    assert page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
    assert "delete_selected" not in page.get_actions(request)
    assert page.get_changelist_instance(request).queryset.count() == 0


@pytest.mark.parametrize("model", [ImpactAssessment, Processor])
def test_who_works_on_data_and_what_was_weighed_is_entered_there(db, client, model):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    said = {
        ImpactAssessment: {
            "scope": "members", "signed_on": "2026-11-01", "signed_by_name": "Office, head",
            "document_hash": "a" * 64, "review_on": "2027-11-01",
        },
        Processor: {
            "name": "Sender Ltd", "service": "SMS", "contract_on": "2026-11-01", "payload": "number",
        },
    }[model]  # fmt: skip
    address = reverse(f"admin:privacy_{model._meta.model_name}_add")

    assert client.post(address, said).status_code == 302

    row = model.objects.get()
    changed = reverse(f"admin:privacy_{model._meta.model_name}_change", args=[row.pk])
    # What was signed is not changed afterwards; a contract may end.
    expected = 403 if model is ImpactAssessment else 302
    assert client.post(changed, said).status_code == expected
