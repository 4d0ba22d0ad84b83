"""The back office for what has a history: it is read there and changed by actions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin


def column(
    name: str, label: Any, say: Callable[[Any], Any] | None = None, *, sorts: bool = True
) -> Any:
    """What stands under ``name``, with a heading and in words of ours.

    Of a key to somebody whom the model calls nothing, or a code that people do not read.
    """

    @admin.display(description=label, ordering=name if sorts else None, empty_value="-")
    def shown(_admin: Any, row: Any) -> Any:
        value = getattr(row, name)
        return say(value) if say is not None and value not in (None, "") else value

    return shown


class ReadOnly:
    """Before ``ModelAdmin`` or an inline among the bases: nobody adds, edits or deletes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
