"""The languages by their own names, and how a browser remembers one."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language_info

# Who looks for a language may not read the present one.
LANGUAGES = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
YEAR = 365 * 24 * 3600


def speak(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.HTTPS,
    )
