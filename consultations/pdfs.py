"""Files that people bring as a PDF: looked at before they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused

if TYPE_CHECKING:
    from django.core.files.base import File

MOST_BYTES = 10 * 1024 * 1024
# A reader looks for the beginning in the first kilobyte, and for the end in the last.
EDGE = 1024


def checked(file: File) -> bytes:
    """Its bytes, if they are those of a PDF that does nothing by itself; never by its name."""
    if (file.size or 0) > MOST_BYTES:
        raise Refused("paper_too_large", _("A file has at most 10 MB."))
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("paper_too_large", _("A file has at most 10 MB."))
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-EDGE:]:
        raise Refused("not_a_pdf", _("This is not a PDF."))
    return content
