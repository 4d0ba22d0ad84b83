"""Units, posts, programmes, teams and alliances of the network."""

from datetime import timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from factory.django import DjangoModelFactory

from govgrid.core import clock
from members.models import (
    Alliance,
    AllianceUnit,
    Liaison,
    Milestone,
    NetworkPost,
    OrganisationFacts,
    Pairing,
    PostTerm,
    Programme,
    Project,
    ProjectStep,
    Team,
    TermEnd,
    Unit,
)
from tests.factories.accounts import UserFactory
from tests.factories.grids import SINCE


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"unit-{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")
    kind = "unit"
    office = "Room 1"
    founded_on = SINCE


class NetworkPostFactory(DjangoModelFactory):
    class Meta:
        model = NetworkPost

    kind = "commissioner"
    founded_on = SINCE


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme {n}")
    starts_on = SINCE


class ProjectFactory(DjangoModelFactory):
    """With the step into its state, as an action writes it."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Project {n}")
    area = factory.SelfAttribute("programme.area")
    state = "running"

    @factory.post_generation
    def on(self, create, extracted, **kwargs):
        ProjectStep.objects.create(project=self, state=self.state, on=extracted or SINCE)


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    title = factory.Sequence(lambda n: f"Milestone {n}")
    due_on = SINCE


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    code = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")
    founded_on = SINCE


class AllianceFactory(DjangoModelFactory):
    class Meta:
        model = Alliance

    code = factory.Sequence(lambda n: f"alliance-{n}")
    name = factory.Sequence(lambda n: f"Alliance {n}")
    founded_on = SINCE


class AllianceUnitFactory(DjangoModelFactory):
    class Meta:
        model = AllianceUnit

    joined_on = SINCE


class PairingFactory(DjangoModelFactory):
    class Meta:
        model = Pairing

    period = DateRange(SINCE, None)
    what = "Sells its oranges"


class FactsFactory(DjangoModelFactory):
    class Meta:
        model = OrganisationFacts

    of_class = "law"


def held(post: NetworkPost, holder=None, *, days: int = 400, note: str = "") -> PostTerm:
    """A term of ``post`` that began in January and ends after so many days from today."""
    until = clock.today() + timedelta(days=days)
    term = PostTerm.objects.create(
        post=post, holder=holder or UserFactory(), period=DateRange(SINCE, until),
        made_at=clock.midnight(SINCE), note=note,
    )  # fmt: skip
    TermEnd.objects.create(term=term, last=until - timedelta(days=1), at=clock.midnight(SINCE))
    return term


def serving(station, user=None, *, days: int | None = 400, role: str = "liaison") -> Liaison:
    until = clock.today() + timedelta(days=days) if days else None
    return Liaison.objects.create(
        station=station, user=user or UserFactory(), role=role, period=DateRange(SINCE, until)
    )
