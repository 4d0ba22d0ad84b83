"""Fields of what districts set: for which of them, how long, and why."""

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from govgrid.core.fields import Text
from govgrid.worktime.arithmetic import LIMIT
from grids.api import AreaField
from grids.models import Area, Level

_LIMIT = re.compile(LIMIT, re.ASCII)
EVERYWHERE = (
    "The code of a district; null or left out: everywhere, which only a post for the city says."
)


class DistrictField(AreaField):
    """The code of a district in force; gives the area. ``words`` refuse any other level."""

    def __init__(self, *, words: str | Promise, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, help_text=EVERYWHERE, **kwargs)
        self.error_messages["no_district"] = words

    def run_validation(self, data: Any = serializers.empty) -> Any:
        area = super().run_validation(data)
        if not isinstance(area, Area):
            return area
        if area.valid_to is not None:
            self.fail("unknown_area")
        return area if area.level == Level.DISTRICT else self.fail("no_district")


class LimitText(Text):
    """UM15, UH2, WM15, WH4, WD5; small letters and blanks are forgiven, as on the page."""

    default_error_messages = {"limit": _("Write a limit as UM15, UH2, WM15, WH4 or WD5.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        limit = "".join(super().to_internal_value(data).upper().split())
        return limit if _LIMIT.fullmatch(limit) else self.fail("limit")


class ReasonText(Text):
    """Read by everybody who works under what was set."""

    default_error_messages = {"required": _("Say why."), "blank": _("Say why.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
