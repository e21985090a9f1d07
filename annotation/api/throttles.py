"""Slowing down those who guess passwords. Only failures count, so a team that logs in at once is never stopped."""

import logging
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from annotation.redis_later import redis
from config.networks import network_of_address

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 600
PER_ACCOUNT_AND_NETWORK = 10
PER_ACCOUNT = 50
PER_NETWORK = 200


class Counted:
    """Counts what must not be done too often, for ten minutes; in this process while Redis is away."""

    said = "Too many tries. Try again later."

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits

    def check(self) -> None:
        """Raises Throttled when there were too many."""
        counts = _with_cache(lambda cache: cache.get_many(list(self.limits)))
        if any(counts.get(key, 0) >= limit for key, limit in self.limits.items()):
            raise Throttled(WINDOW_SECONDS, self.said)

    def add(self) -> None:
        for key in self.limits:
            _with_cache(partial(_count, key=key))


class FailedLogins(Counted):
    """Failures per account and per network."""

    said = "Too many failed log-ins. Try again later."

    def __init__(self, request: Request | HttpRequest, username: str) -> None:
        account = unicodedata.normalize("NFKC", username).casefold()[:150]
        network = network_of(request)
        super().__init__(
            {
                _key("both", account, network): PER_ACCOUNT_AND_NETWORK,
                _key("account", account): PER_ACCOUNT,
                _key("network", network): PER_NETWORK,
            }
        )


class Departures(Counted):
    """Ways to the identity provider per network: each asks it something and leaves a session behind."""

    def __init__(self, request: Request | HttpRequest) -> None:
        super().__init__({_key("departure", network_of(request)): PER_NETWORK})


def _count(cache: BaseCache, key: str) -> None:
    cache.add(key, 0, WINDOW_SECONDS)
    with suppress(ValueError):  # it was there, and its time ran out just now
        cache.incr(key)


def _key(*parts: str) -> str:
    """Each part in hex, so that no user name can be made to look like another count's key."""
    return "login:" + ":".join(part.encode("utf-8", "backslashreplace").hex() for part in parts)


def _with_cache(act: Callable[[BaseCache], Any]) -> Any:
    try:
        return act(caches["default"])
    except (redis.RedisError, OSError) as error:
        logger.warning("counting log-ins in this process: %s", error)
        return act(caches["process"])


def network_of(request: Request | HttpRequest) -> str:
    """Returns the caller's network, trusting only the proxies that the operator named."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    address = hops[-trusted] if trusted and len(hops) >= trusted else request.META.get("REMOTE_ADDR", "")
    return network_of_address(address)
