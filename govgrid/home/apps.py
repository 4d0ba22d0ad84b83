from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "govgrid.home"
    label = "home"

    def ready(self) -> None:
        # Models must be loaded first.
        from govgrid.home import own_requests  # noqa: PLC0415

        own_requests.register()
