"""What every gunicorn of this project needs; read by itself from the folder it is started in."""

import logging
import os
from pathlib import Path

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govgrid.settings")

logconfig_dict = settings.LOGGING
logging.captureWarnings(capture=True)

# Where the processes of this server count together: see govgrid/home/traffic.py.
counts = Path(
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.VAR_DIR / "run" / "counts"))
)


def on_starting(server):
    """Counts of an earlier server are not ours, and its process ids may come again."""
    counts.mkdir(parents=True, exist_ok=True)
    for file in counts.glob("*.db"):
        file.unlink()
