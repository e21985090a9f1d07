"""A worker that runs but does not hear is told of; and a request's id reaches the worker's log."""

import json
import os
import signal

import psycopg
import pytest

from tests.stack import Stack, eventually

pytestmark = pytest.mark.alone


def test_a_stopped_worker_is_seen_and_a_request_is_found_in_its_log(stack: Stack) -> None:
    admin = stack.client()
    assert eventually(lambda: admin.want("GET", "health/")["status"] == "ok"), stack.log("worker")
    project = admin.want("POST", "projects/", {"name": "Deaf", "kind": "choice", "classes": ["a", "b"]})
    sent = {"X-Request-ID": "seen-in-the-worker"}
    group = stack.processes["worker"].pid
    os.killpg(group, signal.SIGSTOP)
    try:
        # What it did last was long ago; only a worker that hears can make it young again.
        with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as database:
            database.execute("UPDATE annotation_heartbeat SET beat_at = now() - interval '95 seconds'")
        report = admin.want("GET", "health/")
        assert (report["status"], report["workers_alive"], report["silent_workers"]) == ("degraded", False, 1)
        status, job = admin.call("POST", f"projects/{project['id']}/exports/", {"format": "jsonl"}, sent)
        assert status == 202
    finally:
        os.killpg(group, signal.SIGCONT)
    assert eventually(lambda: admin.want("GET", "health/")["status"] == "ok"), stack.log("worker")
    assert eventually(lambda: admin.want("GET", f"jobs/{job['id']}/")["status"] == "done")
    lines = [json.loads(line) for line in stack.log("worker").splitlines() if line.startswith('{"')]
    ours = [line for line in lines if line.get("job_id") == str(job["id"])]
    # On a slow machine the sweeper wakes the job too, on nobody's request.
    assert {line.get("request_id") for line in ours} - {None} == {"seen-in-the-worker"}
