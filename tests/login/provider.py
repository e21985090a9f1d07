"""A small OpenID Connect provider on loopback: discovery, keys, token endpoint with PKCE, userinfo; RS256."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

Claims = dict[str, Any]


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Says of whoever comes what `claims` say; `spoil` changes the ID token before it is signed, `sign` how."""

    def __init__(self, issuer: str) -> None:
        self.issuer, self.key = issuer, new_key()
        self.reset()

    def reset(self) -> None:
        self.claims: Claims = {"sub": "s-1", "preferred_username": "ann"}
        self.userinfo: Claims = {}
        self.spoilt: Claims = {}
        self.discovery: Claims = {}
        self.is_away = False
        self.sign = self.sign_right
        self.codes: dict[str, Claims] = {}

    def sign_right(self, payload: Claims) -> str:
        return jwt.encode(payload, self.key, algorithm="RS256", headers={"kid": "one"})

    def approve(self, address: str) -> Claims:
        """Returns what the browser brings back: code and state of the request at that address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == settings.OIDC.client_id
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, given: Claims) -> tuple[int, Claims]:
        asked = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        knows = (given.get("client_id"), given.get("client_secret")) == (settings.OIDC.client_id, settings.OIDC.secret)
        if not asked or not knows or challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        payload = {
            "iss": self.issuer, "aud": settings.OIDC.client_id, "iat": now, "exp": now + 60, "nonce": asked["nonce"],
        } | self.claims | self.spoilt  # fmt: skip
        payload = {name: value for name, value in payload.items() if value is not None}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.sign(payload)}

    def answer(self, path: str, given: Claims) -> tuple[int, Any]:
        if self.is_away:
            return 500, "<h1>away</h1>"
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            } | ({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo else {}) | self.discovery
        if path == "/keys":
            public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            return 200, self.userinfo
        return self.token(given) if path == "/token" else (404, {})

    @contextmanager
    def running(self) -> "Iterator[Provider]":
        server = ThreadingHTTPServer(("127.0.0.1", urlsplit(self.issuer).port or 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield self
        server.shutdown()
        server.server_close()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*provider.answer(urlsplit(self.path).path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*provider.answer(urlsplit(self.path).path, given))

        def _send(self, status: int, answer: Any) -> None:
            content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
