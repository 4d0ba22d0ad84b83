"""The only writers of the roster. ``from members import actions``, never one by one."""

__all__: list[str] = []
