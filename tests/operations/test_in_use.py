"""Texts that the model was not sure of in use come to people, once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connection

from annotation.models import Item, Project, QueueEntry, Topic, WorkRequest
from annotation.operations.in_use import ask_people
from annotation.operations.labeling import assign_next_item
from annotation.operations.prediction import Answered, predict
from annotation.operations.transfer.items import add_items
from tests.factories import make_annotation
from tests.operations.learning_world import run, taught

pytestmark = pytest.mark.django_db(transaction=True)

DOUBTFUL = ["prize lunch", "garden voucher"]


@pytest.fixture
def project() -> Project:
    return taught(predict_to_queue_below=1.0, random_rate=0, gold_rate=0)[0]


def said(*confidence: float) -> Answered:
    odds = [{"ham": 1 - spam, "spam": spam} for spam in confidence]
    predictions = [{"class": max(one, key=one.__getitem__), "probabilities": one} for one in odds]
    return Answered(1, np.array(confidence, dtype=np.float32), predictions)


def ask(project: Project, texts: list[str], *confidence: float) -> int:
    return ask_people(project=project, texts=texts, said=said(*confidence))


def test_a_doubtful_text_becomes_an_item_once(project: Project) -> None:
    before = Item.objects.count()
    assert ask(project, DOUBTFUL, 0.6, 0.7) == 2
    assert ask(project, DOUBTFUL, 0.5, 0.7) == 0, "again it changes nothing"
    assert Item.objects.count() == before + 2
    item = Item.objects.get(data__text=DOUBTFUL[0])
    assert item.draw_reason == {"kind": "low_confidence", "class": "spam", "probability": 0.6, "model_version": 1}
    assert WorkRequest.objects.filter(topic=Topic.REPRESENT).count() == 1


def test_the_threshold_decides_and_without_one_nothing_happens(project: Project) -> None:
    project.predict_to_queue_below = 0.65
    assert ask(project, DOUBTFUL, 0.6, 0.7) == 1
    project.predict_to_queue_below = None
    assert ask(project, ["another text"], 0.1) == 0


def test_a_text_of_the_pool_is_moved_up_and_an_answered_one_is_not(project: Project) -> None:
    owner = project.memberships.get(role="owner").user
    add_items(project=project, rows=[{"data": {"text": text}} for text in DOUBTFUL])
    fresh, answered = Item.objects.order_by("-id")[:2]
    make_annotation(answered, owner, "ham")
    before = Item.objects.count()
    assert ask(project, DOUBTFUL, 0.6, 0.6) == 1
    assert Item.objects.count() == before
    fresh.refresh_from_db()
    answered.refresh_from_db()
    assert fresh.draw_reason["kind"] == "low_confidence"
    assert answered.draw_reason is None


def test_the_same_text_twice_and_texts_that_cannot_be_items(project: Project) -> None:
    assert ask(project, ["same text", "same text", "", "\0", "x" * 1_000_001], 0.6, 0.6, 0.6, 0.6, 0.6) == 1


def test_two_callers_at_once_make_one_item(project: Project) -> None:
    def call(_: int) -> int:
        try:
            return ask(project, ["at the same time"], 0.6)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(call, range(4))) == 1
    assert Item.objects.filter(data__text="at the same time").count() == 1


def test_it_takes_every_second_place_and_says_why(project: Project) -> None:
    ask(project, DOUBTFUL, 0.6, 0.7)
    run(project, Topic.SCORE)
    kinds = [entry.reason["kind"] for entry in QueueEntry.objects.served().order_by("rank")[:5]]
    assert [kind == "low_confidence" for kind in kinds] == [True, False, True, False, False]
    owner = project.memberships.get(role="owner").user
    (lease,) = assign_next_item(project=project, user=owner, count=1).leases
    assert lease.data["text"] == DOUBTFUL[0]
    assert (lease.stream, lease.reason["kind"]) == ("model", "low_confidence")
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    first = QueueEntry.objects.served().order_by("rank").first()
    assert first.reason["kind"] == "low_confidence"
    assert first.item.data["text"] == DOUBTFUL[1], "the other one was drawn"


def test_predict_says_how_sure_it_is(project: Project) -> None:
    found = predict(project=project, texts=DOUBTFUL)
    assert found.confidence == pytest.approx(found.probabilities.max(axis=1))
