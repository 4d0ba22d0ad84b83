"""Ends with status 0 where the web process in this container answers /readyz with 200."""  # noqa: INP001

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
request = urllib.request.Request(
    "http://127.0.0.1:8000/readyz",
    headers={"Host": host.replace("*", "localhost"), "X-Forwarded-Proto": "https"},
)
with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310
    sys.exit(answer.status != 200)
