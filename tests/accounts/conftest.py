import pytest

from tests.factories.accounts import UserFactory

PASSWORD = "a-long-password"


@pytest.fixture
def worker(db):
    """Somebody who can sign in by name and by phone."""
    user = UserFactory(username="Worker", phone="07175550105")
    user.set_password(PASSWORD)
    user.save()
    return user
