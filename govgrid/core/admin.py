"""The back office for what has a history: it is read there and changed by actions."""


class ReadOnly:
    """Before ``ModelAdmin`` or an inline among the bases: nobody adds, edits or deletes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
