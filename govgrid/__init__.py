"""GovGrid: grid-based community governance."""

from govgrid.celery import app as celery_app

__all__ = ["celery_app"]
