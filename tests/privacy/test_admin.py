"""The back office reads and changes nothing."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from govgrid.outbox.models import Message
from govgrid.privacy.models import AccessLog, Consent, Notice, RetentionRun
from tests.factories.accounts import UserFactory


@pytest.mark.parametrize("model", [AccessLog, Consent, Notice, RetentionRun, Message])
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
