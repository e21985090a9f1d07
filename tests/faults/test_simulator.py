"""The business simulator: whole lives by seeds, with two callers at once, and a state machine by hypothesis."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.planted_bugs import BUGS, first_seed
from tests.faults.machine import Business
from tests.faults.simulator.clock import fake_time
from tests.faults.simulator.interleave import Callers
from tests.faults.simulator.life import GOALS, live

SEEDS = range(24)
QUICKLY_FOUND = ("reaper off", "stale generation applied", "idempotency key ignored", "a skipped item keeps its slot")


@pytest.fixture
def callers(transactional_db):
    with fake_time():
        both = Callers(2)
        try:
            yield both
        finally:
            both.close()


def test_lives_by_seeds(callers):
    reached: Counter[str] = Counter()
    for seed in SEEDS:
        reached += live(seed, callers)
    missed = [goal for goal in GOALS if not reached[goal]]
    assert not missed, f"no life reached {missed}"


def test_lives_by_hypothesis(callers):
    slow = settings(max_examples=12, stateful_step_count=30, print_blob=True, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Business, settings=slow)


@pytest.mark.parametrize("name", QUICKLY_FOUND)
def test_the_simulator_finds_a_planted_bug(callers, name):
    """All of them, by up to 200 seeds each: python -m benchmarks.planted_bugs."""
    (bug,) = [one for one in BUGS if one.name == name]
    seed, _ = first_seed(callers, bug, 10)
    assert seed is not None
