"""Thin tasks: fetch by id, call one operation, return nothing. Each may run twice, late or never."""

from collections.abc import Callable

from annotation.models import Topic
from annotation.operations import (
    accounts,
    backup,
    collection,
    health,
    labeling,
    learning,
    outbox,
    quality,
    represent,
    settling,
    stalled,
    tallying,
    transfer,
)
from annotation.operations.outbox import LaneClaim
from workers.celery import app
from workers.dispatch import wake, wake_job

LANES: dict[str, Callable[[LaneClaim], None]] = {
    Topic.REPRESENT: represent.build_features,
    Topic.LEARN: learning.train_model,
    Topic.SCORE: learning.score_pool,
    Topic.QUALITY: quality.infer_quality,
}


@app.task(name="workers.run_lane")
def run_lane(project_id: int, topic: str) -> None:
    again_in = outbox.run_lane(project_id=project_id, topic=topic, operation=LANES[topic])
    if again_in is not None:
        wake(project_id, topic, again_in)


@app.task(name="workers.run_job")
def run_job(job_id: int) -> None:
    transfer.run_job(job_id)


@app.task(name="workers.sweep")
def sweep() -> None:
    stalled.end_stalled_sessions()
    settling.settle_quiet_projects()
    for project_id, topic in outbox.sweep():
        wake(project_id, topic)
    for job_id in transfer.stuck_jobs():
        wake_job(job_id)


@app.task(name="workers.release_expired")
def release_expired() -> None:
    labeling.release_expired_assignments()


@app.task(name="workers.fold")
def fold() -> None:
    tallying.fold_tallies()


@app.task(name="workers.canary")
def canary() -> None:
    health.beat("worker")


@app.task(name="workers.collect")
def collect() -> None:
    if not backup.is_under_way():  # the next hour will do
        transfer.collect_files()
        collection.collect_artifacts()
    outbox.collect_keys()
    accounts.collect_sessions()
    tallying.drop_empty_tallies()
