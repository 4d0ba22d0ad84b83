import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from govgrid.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_user_names_differ_by_more_than_case():
    UserFactory(username="street")

    with pytest.raises(IntegrityError, match="user_name_unique_without_case"):
        UserFactory(username="Street")


def test_two_people_without_a_phone_are_no_clash():
    UserFactory(phone=None)
    second = UserFactory.build(phone="")

    second.full_clean()
    second.save()

    assert second.phone is None


@pytest.mark.parametrize("phone", ["0717-5550105", "1234", "١٢٣٤٥٦", "12345\n"])
def test_a_phone_is_digits(phone):
    with pytest.raises(ValidationError):
        UserFactory.build(phone=phone).full_clean()


def test_a_person_is_found_by_name_whatever_the_case():
    user = UserFactory(username="Street")

    assert User.objects.get_by_natural_key("sTREET") == user


def test_a_superuser_may_open_the_back_office():
    user = User.objects.create_superuser("root", "a-long-password", name="Root")

    assert user.is_staff
    assert user.is_superuser
    assert user.check_password("a-long-password")
