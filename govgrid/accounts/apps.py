from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "govgrid.accounts"
    label = "accounts"
