"""The guard looks after every kind that learns, and what it says is done."""

import pytest

from annotation.models import QueueEntry, Stream, Topic
from annotation.queries.evaluation import learning_curve
from annotation.queries.learning import model_status
from modeling import guard
from tests.operations.kinds_world import CLASSES, N_CHOSEN, N_RANDOM, taught
from tests.operations.learning_world import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", CLASSES)
def test_it_looks_and_falls_back(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "EVERY_LABELS", 50)
    monkeypatch.setattr(guard, "LEAST_LABELS", 15)
    project = taught(kind)
    told = model_status(project)["guard"]
    assert (told["n_labels"], told["fallen_back"]) == (N_CHOSEN + N_RANDOM, False)
    assert 16 <= told["n_compared"] <= 20
    assert told["low"] <= told["gain"] <= told["high"]
    version = project.live_model
    version.metrics["guard"] |= {"fallen_back": True, "gain": -0.05}
    version.save(update_fields=["metrics"])
    run(project, Topic.SCORE)
    entries = QueueEntry.objects.served().filter(project=project)
    assert entries.exists()
    assert {one.stream for one in entries if one.reason["kind"] != "rare"} == {Stream.SHUFFLE}
    assert learning_curve(project)["advice"]["code"] == "fallen_back"
