from django.apps import AppConfig


class WorktimeConfig(AppConfig):
    name = "govgrid.worktime"
    label = "worktime"
