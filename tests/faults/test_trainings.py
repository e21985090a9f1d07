"""A training that is ended in any of its phases: no label is lost, no model is half there, the lane goes on."""

import time

import pytest

from tests.faults.chaos import TAKEN_OVER_SECONDS
from tests.faults.service import Service
from tests.faults.test_failure_table import works
from tests.stack import Program, eventually

pytestmark = pytest.mark.alone

PHASES = ("learn claimed", "model fitted", "model saved", "learn settled", "model uncommitted", "learn done")
LABELS = "abababab"
LEARNED = """
    SELECT live.n_annotations, live.number = newest.number, lane.error,
           (SELECT count(*)::int FROM annotation_annotation WHERE project_id = project.id),
           (SELECT count(*)::int FROM annotation_workrequest WHERE project_id = project.id)
    FROM annotation_project project
    JOIN annotation_modelversion live ON live.id = project.live_model_id
    JOIN annotation_worklane lane ON lane.project_id = project.id AND lane.topic = 'learn'
    JOIN LATERAL (
        SELECT max(number) AS number FROM annotation_modelversion WHERE project_id = project.id) newest ON true
    WHERE project.id = ANY(%s)"""


def label(admin: Program, path: str) -> None:
    for value in LABELS:
        (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
        admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": value}})


def project_of(admin: Program, name: str) -> str:
    made = admin.want("POST", "projects/", {"name": name, "kind": "choice", "classes": ["a", "b"]})
    path = f"projects/{made['id']}/"
    items = [{"external_id": str(n), "data": {"text": f"text {n} of {name}"}} for n in range(20)]
    admin.want("POST", f"{path}items/", {"items": items})
    return path


def test_killed_in_each_of_its_phases_it_is_done_again_within_a_minute(service: Service):
    assert eventually(service.is_up)
    admin, projects = service.client(), []
    for phase in PHASES:  # each hits the training of whoever comes by, so that none is ended three times
        path = project_of(admin, phase)
        projects.append(int(path.split("/")[1]))
        service.order(phase, "exit")
        label(admin, path)
        assert eventually(lambda phase=phase: service.is_obeyed(phase)), (phase, service.log("worker"))
    ended = time.monotonic()
    whole = [(len(LABELS), True, "", len(LABELS), 0)] * len(PHASES)

    def learned() -> bool:
        with service.connect() as db:
            return db.execute(LEARNED, [projects]).fetchall() == whole

    assert eventually(lambda: works(learned), TAKEN_OVER_SECONDS), service.log("worker")
    print(f"learned from everything {time.monotonic() - ended:.1f} s after the last kill")
