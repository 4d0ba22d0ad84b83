"""The back office for the roster: what has a history is read there. Switched off, it is not there."""

from django.conf import settings

if settings.MEMBERS_ENABLED:
    from members.admin import counsel as counsel
