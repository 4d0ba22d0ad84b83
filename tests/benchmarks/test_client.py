"""The load client, against a server that remembers what it was sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.client import FRESH_ID, Request, UnexpectedAnswer, ask, ask_here


@pytest.fixture
def server():
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append((self.path, dict(self.headers), body))
            self.send_response(201 if self.path == "/make/" else 409)
            self.send_header("ETag", '"one"')
            self.end_headers()
            self.wfile.write(b"kept " * 30_000)

        def log_message(self, *args):
            pass

    one = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.seen = seen
    thread = threading.Thread(target=one.serve_forever)
    thread.start()
    yield one
    one.shutdown()
    thread.join()
    one.server_close()


def make(path="/make/") -> Request:
    body = json.dumps(
        {"client_id": FRESH_ID, "also": FRESH_ID, "words": "井盖"}, ensure_ascii=False
    )
    return Request(path, "POST", {"Authorization": "Bearer x"}, body)


def test_every_request_has_ids_of_its_own_and_a_connection_of_its_own(server):
    answers = ask(server.server_port, [make()], connections=3, times=20, expected=201)

    bodies = [json.loads(body) for _path, _headers, body in server.seen]
    assert len(answers.took) == len(bodies) == 20
    assert len({one[name] for one in bodies for name in ("client_id", "also")}) == 40
    assert {one["words"] for one in bodies} == {"井盖"}
    assert {headers["Connection"] for _path, headers, _body in server.seen} == {"close"}
    assert {headers["Authorization"] for _path, headers, _body in server.seen} == {"Bearer x"}
    assert answers.rate == pytest.approx(20 / answers.seconds)
    assert answers.client_cpu > 0


def test_it_ends_when_its_time_is_over(server):
    answers = ask(server.server_port, [make()], connections=2, seconds=0.05, expected=201)
    assert answers.statuses == {"201": len(server.seen)}


def test_the_last_answer_is_read_whole(server):
    answer = ask_here(server.server_port, make(), expected=201)
    assert answer.last_body == "kept " * 30_000
    assert 'ETag: "one"' in answer.last_head


def test_another_answer_than_expected_is_an_error_that_says_which(server):
    with pytest.raises(UnexpectedAnswer, match=r"POST /other/: \{'409': 3\}, not 201"):
        ask(server.server_port, [make("/other/")], times=3, expected=201)
