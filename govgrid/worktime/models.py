"""The test clock; the working calendar joins it here."""

from datetime import timedelta

from django.db import models


class ClockShift(models.Model):
    """How far tests have moved business time: one row, read by ``core.clock`` in every process.

    It does nothing unless the setting TEST_CLOCK is on.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField(default=timedelta)

    class Meta:
        constraints = [
            models.CheckConstraint(name="clock_shift_is_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return str(self.shift)
