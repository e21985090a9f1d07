"""A team at work while its service is killed, stopped and wiped: no acknowledged answer is lost and none is doubled."""

import pytest

from tests.faults.chaos import at_points, frozen, kills, wipe
from tests.faults.soak import soak

pytestmark = pytest.mark.alone

SEED = 20
REACHED = ("expiry", "conflict", "retry", "twice at once")


def test_a_team_at_work_on_a_service_that_is_being_broken(service):
    points = {fault.name: fault for fault in at_points()}
    killed = {fault.part: fault for fault in kills()}
    ends = [points[f"end at: {point}"] for point in ("answer unsaved", "answer stored", "learn settled")]
    faults = [killed["postgres"], *ends, *frozen(), *wipe()]
    report = soak(service, seed=SEED, faults=faults, minutes=10, n_annotators=4, wanted=REACHED)
    print("\n".join(report.lines()))
    assert not report.problems, "\n".join(report.problems)
    assert sum(report.chaos.done.values()) == len(faults), "a fault could not be done"
    answers = report.verdicts["answer"]
    assert answers.acknowledged > 100
    reached = report.history.seen
    for what in REACHED:
        assert reached[what], what
    assert report.n_late_results, "no result came too late"
    for kind in ("skip", "decision", "comment", "overlap", "items"):
        assert report.verdicts[kind].acknowledged, kind
