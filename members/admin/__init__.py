"""The back office for the roster: what has a history is read there, and nobody is named.

Switched off, it is not there.
"""

from django.conf import settings

if settings.MEMBERS_ENABLED:
    from members.admin import counsel as counsel
    from members.admin import needs as needs
    from members.admin import network as network
    from members.admin import reception as reception
    from members.admin import roster as roster
    from members.admin import time as time
