"""What users name is never fetched from inside: a listener that must see no connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from annotation.errors import InvalidValue
from annotation.outbound import NotReached, Outbound, resolved


class Site(BaseHTTPRequestHandler):
    """Answers by path; what it saw is in `seen`."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Host"]))
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to?"))
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/endless":
            with suppress(OSError):
                while True:
                    self.wfile.write(b"x" * 65536)
        self.wfile.write(b"hello")

    do_POST = do_GET  # noqa: N815 - the names of the base class

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def only(*addresses: str):
    return lambda address: str(address) in addresses


INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fe80::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue, match="not on the open internet"):
        Outbound(resolve=lambda *_: [address]).fetch("https://host.invalid/")


def test_one_address_inside_is_enough() -> None:
    with pytest.raises(InvalidValue):
        Outbound(resolve=lambda *_: ["93.184.216.34", "127.0.0.1"]).fetch("https://example.org/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_every_spelling_of_this_machine(site: ThreadingHTTPServer, host: str) -> None:
    with pytest.raises(InvalidValue):
        Outbound().fetch(f"http://{host}:{site.server_port}/")
    assert site.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
        "http://", "http:///x", "http://user:pass@example.org/", "http://example.org:0/", "http://example.org:99999/",
        "http://example.org:x/", "http://[::1", "http://exa mple.org/", "http://example.org/\r\nX: y", "http://a\\@b/",
        "http://ex\u0430mple.org/", "javascript:alert(1)", "http://x/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InvalidValue):
        Outbound(resolve=lambda *_: ["93.184.216.34"]).fetch(url)


def test_a_name_is_resolved_once_and_that_address_is_connected_to(site: ThreadingHTTPServer) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    door = Outbound(resolve=lambda *_: next(answers), may_reach=only("127.0.0.1"))
    found = door.fetch(f"http://rebinding.example:{site.server_port}/x?y")
    assert (found.status, found.content) == (200, b"hello")
    assert site.seen == [("/x?y", f"rebinding.example:{site.server_port}")]


def test_a_redirect_inside_is_refused(site: ThreadingHTTPServer) -> None:
    inside = ThreadingHTTPServer(("127.0.0.2", 0), Site)
    inside.seen = []
    door = Outbound(may_reach=only("127.0.0.1"))
    for target in (f"http://127.0.0.2:{inside.server_port}/", "file:///etc/passwd", "//127.0.0.2/"):
        with pytest.raises(InvalidValue):
            door.fetch(f"http://127.0.0.1:{site.server_port}/to?{target}")
    inside.server_close()
    assert inside.seen == []


def test_a_redirect_outside_is_followed_and_not_without_end(site: ThreadingHTTPServer) -> None:
    door = Outbound(may_reach=only("127.0.0.1"))
    base = f"http://127.0.0.1:{site.server_port}"
    assert door.fetch(f"{base}/to?/there").content == b"hello"
    with pytest.raises(NotReached, match="without end"):
        door.fetch(f"{base}/to?/to?/to?/to?/to?/x")
    assert door.fetch(f"{base}/to?/there", method="POST", body=b"x").status == 302, "what is sent goes nowhere else"


def test_too_large_and_too_slow(site: ThreadingHTTPServer) -> None:
    door = Outbound(may_reach=only("127.0.0.1"), seconds=0.5, most_bytes=100_000)
    with pytest.raises(NotReached, match="more than"):
        door.fetch(f"http://127.0.0.1:{site.server_port}/endless")
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotReached, match="TimeoutError"):
        door.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_the_system_resolves_this_machine() -> None:
    assert set(resolved("localhost", 80)) <= {"127.0.0.1", "::1"}
