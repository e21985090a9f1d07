"""Slow senders wait for themselves, not for the others."""

import io
import socket
import threading
import time

import pytest

from config import bodies
from config.bodies import AT_WORK, WholeBodies
from tests.stack import PATIENCE_SECONDS, Program, eventually


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class Slow(io.BytesIO):
    """Comes when it is let go."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked, self.go = threading.Event(), threading.Event()

    def read(self, size=-1):
        self.asked.set()
        assert self.go.wait(PATIENCE_SECONDS)
        return super().read(size)


class Full(io.BytesIO):
    def read(self, size=-1):
        raise OSError(28, "No space left on device")


def call(app, body, length, address="10.0.0.1"):
    told = []
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "REMOTE_ADDR": address}
    content = b"".join(app(environ, lambda status, headers: told.append(status)))
    return told[0], content


@pytest.mark.parametrize("size", [1, bodies.PIECE_BYTES + 1, bodies.IN_MEMORY_BYTES * 3])
def test_a_body_arrives_whole_and_no_more_than_its_length(size):
    content = bytes(range(256)) * (size // 256 + 1)
    assert call(WholeBodies(echo, limit_bytes=2**20), io.BytesIO(content), size) == ("200 OK", content[:size])


@pytest.mark.parametrize("length", ["", "0", "-3", "x", str(2**21)])
def test_what_has_no_body_or_too_large_a_one_is_for_the_application(length):
    source = io.BytesIO(b"abc")
    assert call(WholeBodies(echo, limit_bytes=2**20), source, length)[1] == b"abc"


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one():
    told = []
    environ = {"wsgi.input": io.BytesIO(b"abc"), "HTTP_TRANSFER_ENCODING": "chunked", "REMOTE_ADDR": "10.0.0.1"}
    content = b"".join(WholeBodies(echo, limit_bytes=9)(environ, lambda status, headers: told.append(status)))
    assert (told, b"length_required" in content) == (["411 Length Required"], True)


def test_many_slow_bodies_leave_places_to_work_and_one_network_is_refused_in_the_end(monkeypatch):
    monkeypatch.setattr(bodies, "SLOW_SECONDS", 0.1)
    app, slow = WholeBodies(echo, limit_bytes=2**20), [Slow(b"x") for _ in range(bodies.MOST_SLOW_OF_ONE_NETWORK)]
    assert len(slow) > AT_WORK
    threads = [threading.Thread(target=call, args=(app, body, 1), daemon=True) for body in slow]
    for thread in threads:
        thread.start()
    assert all(body.asked.wait(PATIENCE_SECONDS) for body in slow)
    time.sleep(bodies.SLOW_SECONDS)
    assert call(app, io.BytesIO(b"y"), 1, address="10.0.0.2") == ("200 OK", b"y")
    assert call(app, io.BytesIO(b""), 0)[0] == "200 OK"
    assert call(app, io.BytesIO(b"y"), 1)[0].startswith("503")
    for body in slow:
        body.go.set()
    assert eventually(lambda: not any(thread.is_alive() for thread in threads))
    assert call(app, io.BytesIO(b"y"), 1) == ("200 OK", b"y")


def test_a_full_disk_is_told(monkeypatch):
    status, content = call(WholeBodies(echo, limit_bytes=2**20), Full(), 10)
    assert status.startswith("507")
    assert b"no_space" in content


@pytest.mark.alone
def test_clients_that_send_byte_by_byte_keep_nobody_waiting(stack):
    head = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", stack.port), timeout=5) for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(head + b"{")
        time.sleep(0.5)
        assert Program(stack.url, None).call("GET", "health/")[0] == 200
        assert stack.client().call("GET", "me/")[0] == 200
    finally:
        for connection in slow:
            connection.close()
