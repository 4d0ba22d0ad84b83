"""Mail, by whatever server the settings name. EMAIL_TIMEOUT keeps it from waiting long."""

from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage


class NotSent(Exception):
    """The mail did not leave the building; the reason is for the operator."""


def send(
    address: str,
    *,
    subject: str,
    body: str,
    reference: str,
    files: Iterable[tuple[str, str, str]] = (),
) -> None:
    """Send one mail or raise NotSent. The same ``reference`` twice is one mail to most readers.

    ``files`` are names, texts and content types.
    """
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >")
    mail = EmailMessage(
        # A line break in a subject would begin another header.
        subject=" ".join(subject.split()),
        body=body,
        to=[address],
        headers={"Message-ID": f"<{reference}@{domain}>"},
    )
    for name, content, content_type in files:
        mail.attach(name, content, content_type)
    try:
        mail.send()
    except (OSError, SMTPException, BadHeaderError, UnicodeError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error
