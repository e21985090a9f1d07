"""The short form of `python -m benchmarks.fuzz`: a few requests of every kind that the schema allows."""

import logging

import pytest

from tests.api.fuzzing import Fuzzer
from tests.api.world import World

N_EXAMPLES, N_WALKS, N_STEPS = 6, 8, 25


@pytest.fixture
def quiet():
    """Refusals are what is wanted here; a line for each would hide what is found."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.usefixtures("quiet")
def test_no_request_is_answered_with_a_5xx_or_another_shape() -> None:
    fuzzer = Fuzzer(World())
    operations = list(fuzzer.operations())
    for number, operation in enumerate(operations):
        fuzzer.try_out(operation, n_examples=N_EXAMPLES, number=number)
    fuzzer.walk(operations, n_walks=N_WALKS, n_steps=N_STEPS, number=1)
    assert not fuzzer.findings.failures, "\n\n".join(fuzzer.findings.failures.values())
    assert min(fuzzer.findings.statuses[code] for code in (200, 400, 401, 403, 404)) > 0, "it gets everywhere"
