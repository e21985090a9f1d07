from django.apps import AppConfig
from django.core.signals import request_finished


class AnnotationConfig(AppConfig):
    name = "annotation"
    verbose_name = "Querent"

    def ready(self) -> None:
        from annotation.operations.counting import flush_if_due  # noqa: PLC0415 - there are no models before

        request_finished.connect(flush_if_due, dispatch_uid="counting")
