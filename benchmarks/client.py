"""A load client in a process of its own: so many connections, each asks again when it is answered.

``python -m benchmarks.client`` reads one order as JSON from standard input and writes one answer.
Raw sockets and one loop, since it shares the cores with what it measures: 0.15 ms a request against
0.4 with http.client and threads. Every request opens a connection and closes it.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any
from uuid import uuid4

# Replaced in a body by an id that was never sent before.
FRESH_ID = "00000000-0000-0000-0000-000000000000"
PATIENCE = 60  # seconds without any answer until the client gives up
READ = 65536


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire, but for its fresh ids."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def encode(self, host: str) -> bytes:
        body = self.body.encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answers:
    """What came back: how long each took in milliseconds, and what the client itself cost."""

    took: list[float]
    statuses: dict[str, int]
    seconds: float
    client_cpu: float
    last_body: str = ""
    last_head: str = ""

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    @property
    def client_cpu_each(self) -> float:
        """Milliseconds a request."""
        return 1000 * self.client_cpu / len(self.took)


class UnexpectedAnswer(Exception):
    """The server answered with another status than what the figure is about."""


def ask(
    port: int,
    requests: list[Request],
    *,
    connections: int = 1,
    seconds: float | None = None,
    times: int | None = None,
    expected: int = 200,
) -> Answers:
    """Send the requests in turn from a fresh process, until the time is over or so many are done."""
    order = _order(port, requests, connections, seconds, times)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return _checked(Answers(**json.loads(done.stdout)), requests[0], expected)


def ask_here(port: int, request: Request, *, expected: int = 200) -> Answers:
    """Send one request from this very process: nothing is started that would compete."""
    return _checked(serve(_order(port, [request], 1, None, 1)), request, expected)


def _order(
    port: int,
    requests: list[Request],
    connections: int,
    seconds: float | None,
    times: int | None,
) -> dict[str, Any]:
    return {
        "port": port,
        "requests": [asdict(one) for one in requests],
        "connections": connections,
        "seconds": seconds,
        "times": times,
    }


def _checked(answers: Answers, request: Request, expected: int) -> Answers:
    if set(answers.statuses) != {str(expected)}:
        words = f"{request.method} {request.path}: {answers.statuses}, not {expected}"
        raise UnexpectedAnswer(f"{words}\n{answers.last_head}\n{answers.last_body[:500]}")
    return answers


class _Exchange:
    """One request under way on a socket of its own."""

    def __init__(self, port: int, request: bytes) -> None:
        self.begun = time.perf_counter()
        self.request, self.answer = request, bytearray()
        self.socket = socket.socket()
        self.socket.settimeout(0)
        self.socket.connect_ex(("127.0.0.1", port))

    def send(self) -> bool:
        """True when all is sent."""
        sent = self.socket.send(self.request)
        self.request = self.request[sent:]
        return not self.request

    def receive(self) -> bool:
        """True when the server has closed."""
        piece = self.socket.recv(READ)
        self.answer += piece
        return not piece


class _Loop:
    def __init__(self, port: int, messages: Iterator[bytes]) -> None:
        self.port, self.messages = port, messages
        self.took: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.last = b""
        self.selector = selectors.DefaultSelector()

    def begin(self) -> None:
        exchange = _Exchange(self.port, next(self.messages))
        self.selector.register(exchange.socket, selectors.EVENT_WRITE, exchange)

    def run(self, connections: int, until: float, most: float) -> None:
        begun = 0
        while begun < min(connections, most):
            self.begin()
            begun += 1
        while self.selector.get_map():
            ready = self.selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer for {PATIENCE} seconds")
            for key, _events in ready:
                if self._step(key.data) and begun < most and time.perf_counter() < until:
                    self.begin()
                    begun += 1

    def _step(self, exchange: _Exchange) -> bool:
        """Move one exchange on; True when it is over."""
        if exchange.request:
            if exchange.send():
                self.selector.modify(exchange.socket, selectors.EVENT_READ, exchange)
            return False
        if not exchange.receive():
            return False
        self.took.append(1000 * (time.perf_counter() - exchange.begun))
        self.selector.unregister(exchange.socket)
        exchange.socket.close()
        self.statuses[exchange.answer[9:12].decode()] += 1
        self.last = bytes(exchange.answer)
        return True


def _messages(port: int, requests: list[Request]) -> Iterator[bytes]:
    """Encoded once; only what names a fresh id is filled in for each."""
    mark = FRESH_ID.encode()
    encoded = [one.encode(f"127.0.0.1:{port}") for one in requests]
    for message in cycle(encoded):
        pieces = message.split(mark)
        filled = [pieces[0]]
        for piece in pieces[1:]:
            filled += [str(uuid4()).encode(), piece]
        yield b"".join(filled)


def serve(order: dict[str, Any]) -> Answers:
    requests = [Request(**one) for one in order["requests"]]
    loop = _Loop(order["port"], _messages(order["port"], requests))
    begun, cpu = time.perf_counter(), time.process_time()
    until = begun + order["seconds"] if order["seconds"] else float("inf")
    loop.run(order["connections"], until, order["times"] or float("inf"))
    seconds = time.perf_counter() - begun
    head, _blank, body = loop.last.partition(b"\r\n\r\n")
    return Answers(
        took=loop.took,
        statuses=dict(loop.statuses),
        seconds=seconds,
        client_cpu=time.process_time() - cpu,
        last_body=body.decode(errors="replace"),
        last_head=head.decode(errors="replace"),
    )


if __name__ == "__main__":
    json.dump(asdict(serve(json.load(sys.stdin))), sys.stdout)
