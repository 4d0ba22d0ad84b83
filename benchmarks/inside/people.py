"""Ways in for the logins of the demo: a real token for the API, a real session for the pages."""

from django.conf import settings
from django.test import Client

from govgrid.accounts import actions
from govgrid.accounts.models import Scope, User

BACKEND = "govgrid.accounts.backends.NameOrPhone"


def sign_in(logins: list[str]) -> dict[str, dict[str, str]]:
    return {login: _ways_in(User.objects.get(username=login)) for login in logins}


def _ways_in(user: User) -> dict[str, str]:
    _row, token = actions.issue_token(user, by=user, name="benchmark", scopes=Scope.values, days=1)
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return {"token": token, "session": browser.cookies[settings.SESSION_COOKIE_NAME].value}
