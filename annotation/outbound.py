"""The only door out: addresses that users name are fetched here, and never from inside our own network.

A name is resolved once and the connection goes to the address that was checked, so a name that changes its mind in
between (DNS rebinding) gains nothing. Each redirect is checked like a first address; proxies of the environment are not
used.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from annotation.errors import InvalidValue

SCHEMES = {"http": 80, "https": 443}
MAX_URL, MAX_REDIRECTS = 2000, 3
CHUNK = 2**16
REDIRECTS = (301, 302, 303, 307, 308)
# An IPv4 address travels inside of these; what it leads to counts.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# For special uses, which not every version of Python knows.
SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "5f00::/16")))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class NotReached(Exception):
    """The other side did not answer as it should; the text says how."""


@dataclass(frozen=True)
class Fetched:
    """What came back, at most as much as was asked for."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def is_public(address: Address) -> bool:
    """Whether this address is on the open internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    if any(address in network for network in SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """Returns the addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True)
class Outbound:
    """Fetches from the open internet only. `resolve` and `may_reach` come in so that a test can name the world."""

    resolve: Resolve = resolved
    may_reach: Callable[[Address], bool] = is_public
    seconds: float = 10.0
    most_bytes: int = 2**20
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fetch(
        self, url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """Returns the answer to one request, redirects of a GET followed.

        Raises InvalidValue, before anything is connected to, for an address that may not be reached; NotReached when
        the other side is too slow, too large or breaks off.
        """
        ends = time.monotonic() + self.seconds
        for _ in range(MAX_REDIRECTS + 1):
            target = checked_url(url)
            address = self._checked_address(target)
            answer = self._send(target, address, (method, body, headers or {}), ends)
            if method != "GET" or answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise NotReached("It redirects without end.")

    def _checked_address(self, target: SplitResult) -> str:
        """Returns the address to connect to; refuses a name when any of its addresses may not be reached."""
        host = str(target.hostname)
        try:
            found = [ipaddress.ip_address(text.partition("%")[0]) for text in self.resolve(host, _port(target))]
        except (OSError, ValueError) as error:
            raise _refused(f"{host} is not known.") from error
        if not found or not all(map(self.may_reach, found)):
            raise _refused(f"{host} is not on the open internet.")
        return str(found[0])

    def _send(
        self, target: SplitResult, address: str, said: tuple[str, bytes | None, Mapping[str, str]], ends: float
    ) -> Fetched:
        method, body, headers = said
        connection = http.client.HTTPConnection(str(target.hostname), _port(target))
        try:
            connection.sock = self._connected(target, address, ends)
            path = (target.path or "/") + (f"?{target.query}" if target.query else "")
            connection.request(method, path, body, {"Connection": "close", **headers})
            response = connection.getresponse()
            content = self._read(response, connection.sock, ends)
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(f"{target.hostname}: {type(error).__name__}") from error
        finally:
            connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Fetched(response.status, named, content)

    def _connected(self, target: SplitResult, address: str, ends: float) -> socket.socket:
        """Returns a connection to the checked address; the certificate is checked against the name."""
        plain = socket.create_connection((address, _port(target)), timeout=_left(ends))
        if target.scheme == "http":
            return plain
        return self.context.wrap_socket(plain, server_hostname=target.hostname)

    def _read(self, response: http.client.HTTPResponse, connection: socket.socket | None, ends: float) -> bytes:
        content = bytearray()
        while chunk := response.read1(CHUNK):
            content += chunk
            if len(content) > self.most_bytes:
                raise NotReached(f"It answers with more than {self.most_bytes:,} bytes.")
            if connection is not None and connection.fileno() >= 0:
                connection.settimeout(_left(ends))
        return bytes(content)


def checked_url(url: str) -> SplitResult:
    """Returns the parts of an http or https address; raises InvalidValue for anything that readers may disagree on."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or any(char in url for char in ' \\<>"'):
        raise _refused("An address has up to 2,000 printable ASCII characters without blanks.")
    try:
        target = urlsplit(url)
        port = target.port
    except ValueError as error:
        raise _refused("This is not an address.") from error
    if target.scheme not in SCHEMES or not target.hostname or port == 0:
        raise _refused("An address begins with https:// or http:// and names a host.")
    if target.username is not None or target.password is not None:
        raise _refused("An address holds no user name or password.")
    return target


def _port(target: SplitResult) -> int:
    return target.port or SCHEMES[target.scheme]


def _left(ends: float) -> float:
    """Returns the seconds until the deadline; raises TimeoutError after it."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _refused(message: str) -> InvalidValue:
    return InvalidValue(message, code="address_refused", fields={"url": message})
