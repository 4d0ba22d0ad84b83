import factory
from factory.django import DjangoModelFactory

from govgrid.accounts.models import User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"  # nobody signs in with it
