"""Specialties, stations, and members who agreed."""

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from factory.django import DjangoModelFactory

from govgrid.core import clock
from govgrid.privacy.actions import give_consent
from govgrid.privacy.models import Consent, Notice
from members.models import Association, Liaison, Member, Specialty, Station
from members.workflow.roster import MemberState, Purpose
from tests.factories.accounts import UserFactory
from tests.factories.grids import SINCE


class SpecialtyFactory(DjangoModelFactory):
    class Meta:
        model = Specialty

    code = factory.Sequence(lambda n: f"specialty-{n}")
    name = factory.Sequence(lambda n: f"Specialty {n}")


class StationFactory(DjangoModelFactory):
    class Meta:
        model = Station

    code = factory.Sequence(lambda n: f"station-{n}")
    name = factory.Sequence(lambda n: f"Station {n}")
    kind = "station"
    place = "Lane 1"
    opened_on = SINCE


class AssociationFactory(DjangoModelFactory):
    class Meta:
        model = Association

    code = factory.Sequence(lambda n: f"association-{n}")
    name = factory.Sequence(lambda n: f"Association {n}")
    sector = "commerce"
    office = "Office"


class LiaisonFactory(DjangoModelFactory):
    class Meta:
        model = Liaison

    user = factory.SubFactory(UserFactory)
    period = DateRange(SINCE, None)


def notice(key: str = Purpose.ROSTER, **content) -> Notice:
    """The newest published notice of a purpose, made where there is none."""
    found = Notice.objects.filter(key=key, published_at__isnull=False).order_by("-version").first()
    if found is not None and not content:
        return found
    version = found.version + 1 if found else 1
    values = {
        "purpose": "purpose", "method": "method", "fields_listed": ["name"], "text": "text",
        "retention_days": 90, "published_at": clock.now(), **content,
    }  # fmt: skip
    return Notice.objects.create(key=key, version=version, **values)


def agree(user, purpose: str = Purpose.ROSTER) -> Consent:
    return give_consent(notice(purpose), by=user, channel=Consent.Channel.SITE, user=user)


def _consent(one) -> Consent:
    """To the roster; and to being shown, of whom is shown."""
    if one.is_listed:
        agree(one.user, Purpose.LISTED)
    return agree(one.user)


class MemberFactory(DjangoModelFactory):
    """An active member under a live consent of his own; ``area`` is given."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    serial = factory.Sequence(lambda n: f"M{n:06d}")
    name = factory.Sequence(lambda n: f"Person {n}")
    display_name = factory.Sequence(lambda n: f"Neighbour {n}")
    state = MemberState.ACTIVE
    is_listed = False
    consent = factory.LazyAttribute(_consent)

    @factory.post_generation
    def skills(self, create, extracted, **kwargs):
        if extracted:
            self.specialties.set(extracted)

    @factory.post_generation
    def shown_by_consent(self, create, extracted, **kwargs):
        # Nobody is listed without a consent to just that: the database holds it.
        if create and self.is_listed:
            agree(self.user, Purpose.LISTED)
