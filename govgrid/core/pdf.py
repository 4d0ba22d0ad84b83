"""A PDF from markup that can reach nothing outside itself."""

from __future__ import annotations

from typing import NoReturn


def pdf(page: str, sheet: str) -> bytes:
    """The document ``page`` (HTML) in the layout of ``sheet`` (CSS)."""
    # Only who prints pays for it: it is an eighth of what it takes to load the platform.
    from weasyprint import CSS, HTML  # noqa: PLC0415

    look = CSS(string=sheet, url_fetcher=nothing)
    return bytes(HTML(string=page, url_fetcher=nothing).write_pdf(stylesheets=[look]))


def nothing(url: str, *_args: object, **_named: object) -> NoReturn:
    """No picture, no sheet, no file and no network: the markup holds all there is."""
    raise ValueError(f"A paper fetches nothing: {url[:80]}")
