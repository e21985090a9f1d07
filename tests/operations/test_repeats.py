"""One text under several names is asked once, whatever chooses, while there is anything else to ask."""

import pytest

from annotation.models import Item, Project, QueueEntry, QueueSource, Stream, Topic
from annotation.operations.outbox import request_work
from annotation.operations.predictions import add_predictions
from tests.factories import make_item, make_member, make_project
from tests.operations.learning_world import WORDS, answer, run, truth

pytestmark = pytest.mark.django_db(transaction=True)

N_TEXTS, TWINS = 30, 3


def twins(**fields: object) -> tuple[Project, list[list[Item]]]:
    """Thirty texts under three names each; of the first ten one name is answered."""
    project = make_project(random_rate=0, gold_rate=0, **fields)
    texts = [f"{' '.join(WORDS[truth(n)][n % 5 : n % 5 + 4])} number{n} of{n} many{n}" for n in range(N_TEXTS)]
    items = [[make_item(project, text=text) for _ in range(TWINS)] for text in texts]
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    person = make_member(project)
    for n in range(10):
        answer(items[n][0], person, truth(n))
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    return project, items


def text_of(items: list[list[Item]]) -> dict[int, int]:
    return {item.pk: n for n, own in enumerate(items) for item in own}


@pytest.mark.parametrize("strategy", ["team", "margin", "entropy", "bald", "badge", "rare_class", "core_set"])
def test_no_text_is_chosen_twice_before_all_were_asked(strategy: str) -> None:
    project, items = twins(strategy=strategy)
    number = text_of(items)
    queue = QueueEntry.objects.served().filter(project=project).exclude(stream=Stream.SHUFFLE).order_by("rank")
    asked = [number[item_id] for item_id in queue.values_list("item_id", flat=True)]
    fresh = [n for n in asked if n >= 10]
    first = asked[: len(set(fresh))]
    assert len(set(first)) == len(first), "each once"
    assert min(first) >= 10, "none that was answered under another name"


def test_twins_stay_in_the_queue_behind_everything_else() -> None:
    project, items = twins()
    queued = QueueEntry.objects.served().filter(project=project).values_list("item_id", flat=True)
    assert set(queued) == {item.pk for own in items for item in own} - {own[0].pk for own in items[:10]}


def test_outside_predictions_do_not_ask_twice_either() -> None:
    project, items = twins(queue_source=QueueSource.PREDICTIONS)
    rows = [
        {"item": item.pk, "probabilities": {"ham": 0.5 + n / 100, "spam": 0.5 - n / 100}}
        for n, own in enumerate(items)
        for item in own
    ]
    add_predictions(project=project, rows=rows)
    run(project, Topic.SCORE)
    number = text_of(items)
    queue = QueueEntry.objects.served().filter(project=project).order_by("rank").values_list("item_id", flat=True)
    assert [number[item_id] for item_id in queue][:20] == list(range(10, 30))
