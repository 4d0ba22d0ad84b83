"""How much may be sent at all. Files go to the disk as they come in; no body is kept in memory."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Cap(FileUploadHandler):
    """First of the handlers: stops a body that is too large, before or while it is read."""

    received = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        _stream, _headers, content_length = args[:3]
        self._check(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        self._check(self.received)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""

    def _check(self, size: int) -> None:
        if size > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig("The body is larger than UPLOAD_MAX_BYTES.")
