"""Mail as the gateway sends it."""

import socket
import threading
import time

import pytest

from govgrid.gateways import mail

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send():
    mail.send("wang@example.test", subject="s", body="b", reference="message-1")


def test_a_refused_connection_is_not_sent(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"

    with pytest.raises(mail.NotSent, match="ConnectionRefused"):
        send()


@pytest.mark.slow
def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_timeout(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = SMTP, "127.0.0.1", 0.3
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
        start = time.monotonic()
        with pytest.raises(mail.NotSent):
            send()
    assert time.monotonic() - start < 2


def test_a_server_that_hangs_up_is_not_sent(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]

        def hang_up():
            server.accept()[0].close()

        caller = threading.Thread(target=hang_up)
        caller.start()
        with pytest.raises(mail.NotSent):
            send()
        caller.join(5)


def test_an_address_with_a_line_break_is_not_sent():
    with pytest.raises(mail.NotSent, match="BadHeader"):
        mail.send("a@example.test\nBcc: b@example.test", subject="s", body="b", reference="m")
