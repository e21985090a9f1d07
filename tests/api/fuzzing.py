"""Requests made from the schema, by all roles: no answer is a 5xx, and none has another shape than the schema says.

Each meets the same world; or, in a walk, the world as the requests before it left it, and names what they made.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
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
# What a request made is named by the later ones of its walk: by the last part of its address, in the answer's "id".
MADE = {
    "projects": "project_id", "imports": "job_id", "exports": "job_id", "reviews": "review_id", "tokens": "token_id",
    "invitations": "invitation_id", "assignments": "assignment_id",
}  # fmt: skip
ROLES = ("owner", "owner", "administrator")  # who may do much is drawn more often
REAL_IDS = 0.8  # of the time an address names something that is there
# The shape of what is not there at all, and of every refusal, is the contract's own; the schema tells of successes.
REFUSALS = range(400, 500)
QUIETLY: dict[str, Any] = {
    "deadline": None, "database": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck),
}  # fmt: skip
CHANCE = st.randoms(use_true_random=False)


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


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic(), _connection_kept():
        yield
        transaction.set_rollback(True)


def _made(case: Any, response: Any) -> dict[str, str]:
    """Returns what the request made, by the parameter that names it in other addresses."""
    name = MADE.get(case.operation.path.strip("/").split("/")[-1])
    if name is None or case.method != "POST" or not 200 <= response.status_code < 300:
        return {}
    told = response.json()
    for row in told.get("assignments", [told]):
        return {name: str(row["id"])}
    return {}


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
        @settings(max_examples=n_examples, **QUIETLY)
        @given(case=operation.as_strategy(), role=st.sampled_from([*ROLES, *self.tokens]), chance=CHANCE)
        def run(case: Any, role: str, chance: random.Random) -> None:
            with _undone():
                self._send(case, role, chance, self.ids)

        run()

    def walk(self, operations: Sequence[Any], *, n_walks: int, n_steps: int, number: int) -> None:
        """Sends so many requests one after the other, to any of the operations; then all of it is undone."""
        cases = {place: operation.as_strategy() for place, operation in enumerate(operations)}

        @seed(number)
        @settings(max_examples=n_walks, **QUIETLY)
        @given(data=st.data(), chance=CHANCE)
        def run(data: st.DataObject, chance: random.Random) -> None:
            ids = dict(self.ids)
            with _undone():
                for _ in range(n_steps):
                    case = data.draw(cases[chance.randrange(len(cases))])
                    self._send(case, chance.choice([*ROLES, *self.tokens]), chance, ids)

        run()

    def _send(self, case: Any, role: str, chance: random.Random, ids: dict[str, str]) -> None:
        """Sends one request and judges the answer; what it made is named in `ids` from then on."""
        for name in case.path_parameters or {}:
            if chance.random() < REAL_IDS:
                case.path_parameters[name] = ids[name]
        headers = {"Authorization": f"Token {self.tokens[role]}"} if self.tokens[role] else {}
        with transaction.atomic():
            response = case.call(headers=headers)
        self.findings.statuses[response.status_code] += 1
        if response.status_code in REFUSALS:
            self._check_refusal(case, response)
            return
        ids.update(_made(case, response))
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
