"""Constraints more than one app writes."""

from django.db.models import Q

from govgrid.core.constraints import both_or_neither


def test_both_or_neither_says_its_sentence():
    constraint = both_or_neither("at", "by", name="x", violation_error_message="Who was it?")

    assert constraint.violation_error_message == "Who was it?"
    assert constraint.condition == Q(at__isnull=True, by__isnull=True) | Q(
        at__isnull=False, by__isnull=False
    )
