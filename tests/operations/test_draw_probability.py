"""The probability that a random draw is recorded with is the one that held when the item was asked."""

from random import Random

import pytest
from django.contrib.auth.models import User

from annotation.models import Assignment, Item, Project, QueueEntry, Stream, Topic
from annotation.operations.labeling import assign_next_item
from annotation.operations.transfer.items import add_items
from annotation.queries.labeling import Lease
from tests.factories import make_item, make_member
from tests.operations.learning_world import run, taught
from tests.operations.test_labeling import answer, ask, project_with

pytestmark = pytest.mark.django_db(transaction=True)

DRAWN_AT_RANDOM = (Stream.RANDOM, Stream.SHUFFLE)


def n_undrawn(project: Project) -> int:
    return Item.objects.filter(project=project, drawn_at=None, open_slots__gt=0).count()


def queue_of(project: Project, streams: str) -> list[Item]:
    """Publishes the project's items from the end of the shuffle, `m` chosen by a model, `s` drawn at random."""
    items = list(Item.objects.filter(project=project).order_by("-shuffle_key"))[: len(streams)]
    for rank, (item, stream) in enumerate(zip(items, streams, strict=True)):
        drawn = {"s": Stream.SHUFFLE, "m": Stream.MODEL}[stream]
        QueueEntry.objects.create(
            project=project, rank=rank, item=item, score=0, stream=drawn, probability=0.5, model_version=1,
            reason={"kind": drawn.value},
        )  # fmt: skip
    return items


def seen(leases: list[Lease]) -> list[tuple[int, str, float]]:
    return [(lease.item_id, lease.stream, lease.probability) for lease in leases]


def test_a_random_place_of_the_queue_is_drawn_when_it_is_asked() -> None:
    project = project_with(10, queue_version=1)
    person, first = make_member(project), Item.objects.filter(project=project).order_by("shuffle_key")[0]
    queue_of(project, "s")
    for _ in range(10):
        make_item(project)  # they came after the queue was published, and may be drawn all the same
    (lease,) = ask(project, person).leases
    assert seen([lease]) == [(first.pk, "shuffle", 1 / 20)]
    assert (lease.reason, lease.model_version) == ({"kind": "shuffle"}, None)
    assert not QueueEntry.objects.served().filter(project=project).exists()


def test_the_items_of_one_claim_count_as_drawn_one_after_the_other() -> None:
    project = project_with(10, queue_version=1)
    chosen = queue_of(project, "msms")
    shuffled = list(Item.objects.filter(project=project).order_by("shuffle_key"))
    found = sorted(seen(ask(project, make_member(project), 4).leases))
    assert found == sorted(
        [
            (chosen[0].pk, "model", 0.5),
            (chosen[2].pk, "model", 0.5),
            (shuffled[0].pk, "shuffle", 1 / 8),
            (shuffled[1].pk, "shuffle", 1 / 7),
        ]
    )


def test_an_item_that_the_model_chose_is_not_drawn_at_random_in_the_same_claim() -> None:
    project = project_with(3, queue_version=1)
    first, *others = Item.objects.filter(project=project).order_by("shuffle_key")
    for rank, (item, stream) in enumerate(((others[1], "shuffle"), (first, "model"))):
        QueueEntry.objects.create(
            project=project, rank=rank, item=item, score=0, reason={}, model_version=1, stream=stream
        )
    found = seen(ask(project, make_member(project), 2).leases)
    assert sorted(found) == sorted([(first.pk, "model", 1.0), (others[0].pk, "shuffle", 1 / 2)])


def test_a_place_of_a_drawn_item_does_not_count_as_drawn_again() -> None:
    project = project_with(4, queue_version=1)
    gone, *_ = queue_of(project, "ms")
    Item.objects.filter(pk=gone.pk).update(
        drawn_at="2026-01-01T00:00Z", draw_stream="random", draw_probability=0.25, taken=1, open_slots=0
    )
    found = ask(project, make_member(project), 2).leases
    assert sorted(one.probability for one in found) == [1 / 3, 1 / 2]


def test_without_a_queue_each_draw_of_a_claim_is_from_what_is_left() -> None:
    project = project_with(4)
    found = ask(project, make_member(project), 3).leases
    assert sorted(one.probability for one in found) == [1 / 4, 1 / 3, 1 / 2]


def test_every_random_draw_of_a_team_is_recorded_as_a_full_count_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """People ask one after the other while models are trained, queues published and items added."""
    project, _, _ = taught(n_items=120, n_labels=0, random_rate=0.2)
    people = [make_member(project) for _ in range(3)]
    wanted, recorded = [], []
    rng = Random(7)
    for turn in range(60):
        person = people[turn % 3]
        before = n_undrawn(project)
        lease = _asked(project, person, rng)
        if lease.stream in DRAWN_AT_RANDOM:
            wanted.append(1 / before)
            recorded.append(Assignment.objects.get(pk=lease.id).probability)
        answer(person, lease.id, {"class": rng.choice(["ham", "spam"])})
        if turn % 10 == 9:
            more = [{"data": {"text": f"more of {turn} and {n}"}} for n in range(4)]
            assert add_items(project=project, rows=more).created == 4
            run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert recorded == pytest.approx(wanted)
    streams = set(Item.objects.filter(project=project).values_list("draw_stream", flat=True))
    assert streams == {"random", "shuffle", "model", None}


def _asked(project: Project, person: User, rng: Random) -> Lease:
    project.refresh_from_db()
    return assign_next_item(project=project, user=person, count=1, rng=rng).leases[0]
