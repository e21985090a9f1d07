"""Requests made from the schema, by all roles: no answer is a 5xx, and none has another shape than the schema says."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from annotation.models import Prediction
from annotation.operations.tokens import issue_token
from config.wsgi import application
from tests.api.world import World
from tests.factories import make_user

CHECKED = [not_a_server_error, response_schema_conformance, content_type_conformance]
REAL_IDS = 0.8  # of the time an address names something that is there
# The shape of what is not there at all, and of every refusal, is the contract's own; the schema tells of successes.
REFUSALS = range(400, 500)


@contextmanager
def _connection_kept() -> Iterator[None]:
    """Django closes connections around a request, unless its own test client sends it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@dataclass
class Findings:
    """What came back: how often each status, and each failure once, with the request that shows it."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


class Fuzzer:
    """Calls one application's routes in one process; what a call changed is undone."""

    def __init__(self, world: World) -> None:
        self.world, self.findings = world, Findings()
        item = world.asked
        Prediction.objects.create(item=item, project=world.project, value={"class": "ham"})
        administrator = make_user("the-administrator", is_superuser=True)
        people = {**world.people, "administrator": administrator, "stranger": world.elsewhere}
        self.tokens = {name: issue_token(person)[1] for name, person in people.items()} | {"nobody": ""}
        self.ids = {name: str(value) for name, value in world.ids.items()}
        self.ids["assignment_id"] = str(world.lease_of(world.people["annotator"]).pk)
        with _connection_kept():
            self.schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)

    def operations(self) -> Iterator[Any]:
        for found in self.schema.get_all_operations():
            yield found.ok()

    def try_out(self, operation: Any, *, n_examples: int, number: int) -> None:
        """Sends so many requests to one operation; failures are kept, not raised."""

        @seed(number)
        @settings(
            max_examples=n_examples, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            case=operation.as_strategy(),
            role=st.sampled_from(["owner", "owner", "administrator", *self.tokens]),
            chance=st.randoms(use_true_random=False),
        )
        def run(case: Any, role: str, chance: random.Random) -> None:
            self._send(case, role, chance)

        run()

    def _send(self, case: Any, role: str, chance: random.Random) -> None:
        for name in case.path_parameters or {}:
            if chance.random() < REAL_IDS:
                case.path_parameters[name] = self.ids[name]
        headers = {"Authorization": f"Token {self.tokens[role]}"} if self.tokens[role] else {}
        with transaction.atomic(), _connection_kept():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        self.findings.statuses[response.status_code] += 1
        if response.status_code in REFUSALS:
            self._check_refusal(case, response)
            return
        try:
            case.validate_response(response, checks=CHECKED)
        except (FailureGroup, AssertionError) as failure:
            self._keep(case, role, failure)

    def _check_refusal(self, case: Any, response: Any) -> None:
        shape = response.json() if response.content else {}
        if set(shape) != {"error"} or set(shape["error"]) != {"code", "message", "fields", "said"}:
            self._keep(case, "", AssertionError(f"{response.status_code} in another shape: {shape}"))

    def _keep(self, case: Any, role: str, failure: Exception) -> None:
        told = getattr(failure, "exceptions", [failure])
        for one in told:
            key = f"{case.method} {case.operation.path}: {type(one).__name__}"
            self.findings.failures.setdefault(key, f"as {role}: {one}\n{case.as_curl_command()}")
