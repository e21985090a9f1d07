"""The published queue on real PostgreSQL: what is in it, who may replace it, and what is shown of it."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotation.errors import BadRequest, StaleEpoch
from annotation.models import (
    Assignment,
    Evaluation,
    Item,
    ModelVersion,
    Project,
    QueueEntry,
    Strategy,
    Stream,
    Topic,
    WorkLane,
    WorkRequest,
)
from annotation.operations import ranking
from annotation.operations.labeling import assign_next_item
from annotation.operations.learning import publish_queue, score_pool
from annotation.operations.outbox import request_work
from annotation.operations.ranking import Place
from annotation.queries.evaluation import learning_curve
from annotation.queries.learning import published_queue
from modeling import team
from tests.factories import make_assignment, make_item, make_member, make_project
from tests.operations.learning_world import add_items, answer, claimed, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)


def queued(project: Project) -> list[int]:
    return list(QueueEntry.objects.served().filter(project=project).order_by("rank").values_list("item_id", flat=True))


def rescore(project: Project) -> None:
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE)


def place(item: Item, score: float = 0.5) -> Place:
    return Place(
        item.pk, score, {"kind": "uncertain", "classes": ["ham", "spam"], "margin": 0.5}, Stream.MODEL.value, 1.0
    )


def test_the_queue_holds_each_open_item_once_with_its_reason() -> None:
    project, items, _ = taught(n_items=60, n_labels=20)
    make_item(project, gold="ham")
    rescore(project)
    assert sorted(queued(project)) == sorted(item.pk for item in items[20:])
    for entry in QueueEntry.objects.served().filter(project=project):
        assert 0 < entry.probability <= 1
        assert entry.model_version == project.live_model.number
        if entry.stream == Stream.MODEL:
            assert entry.reason["kind"] in ("uncertain", "rare")
            assert set(entry.reason.get("classes", [entry.reason.get("class")])) <= {"ham", "spam"}
        else:
            assert (entry.stream, entry.reason) == (Stream.SHUFFLE, {"kind": "shuffle"})
            assert entry.probability == pytest.approx(1 / 40)


def test_a_class_without_labels_is_looked_for() -> None:
    project = make_project()
    annotator = make_member(project)
    items = add_items(project, 60)
    for item in items[:40:2]:
        answer(item, annotator, "ham")
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    rare = QueueEntry.objects.served().filter(reason__kind="rare")
    assert rare.exists()
    assert set(rare.values_list("reason__class", flat=True)) == {"spam"}


def test_leased_items_and_items_of_other_projects_are_left_out() -> None:
    project, items, annotator = taught()
    other, *_ = taught(n_items=12, n_labels=4)
    make_assignment(items[30], annotator)
    rescore(project)
    assert items[30].pk not in queued(project)
    assert not set(queued(project)) & set(queued(other))
    assert len(queued(project)) == 39


def test_items_drawn_while_the_ranking_ran_are_not_published() -> None:
    project, items, annotator = taught()
    make_assignment(items[30], annotator)
    request_work(project_id=project.pk, topic=Topic.SCORE)
    claim = claimed(project, Topic.SCORE)
    assert publish_queue(claim, request_ids=[], places=[place(items[30]), place(items[31])], model_version=1) == 2
    assert queued(project) == [items[31].pk]


def test_running_twice_publishes_once_for_each_wish() -> None:
    project, _, _ = taught()
    run(project, Topic.SCORE, Topic.SCORE)
    assert project.queue_version == 1
    rescore(project)
    assert project.queue_version == 2
    assert not WorkRequest.objects.filter(topic=Topic.SCORE).exists()


def test_a_scoring_that_was_taken_over_changes_nothing() -> None:
    project, _, _ = taught()
    before = queued(project)
    request_work(project_id=project.pk, topic=Topic.SCORE)
    late = claimed(project, Topic.SCORE)
    WorkLane.objects.update(expires_at=None)
    newer = claimed(project, Topic.SCORE)
    with pytest.raises(StaleEpoch):
        score_pool(late)
    assert (queued(project), WorkRequest.objects.exclude(topic=Topic.QUALITY).count()) == (before, 1)
    score_pool(newer)
    with pytest.raises(StaleEpoch):
        score_pool(late)
    project.refresh_from_db()
    assert (project.queue_version, project.queue_generation) == (2, newer.epoch)


def test_an_older_generation_loses_even_with_its_lane() -> None:
    project, items, _ = taught()
    request_work(project_id=project.pk, topic=Topic.SCORE)
    claim = claimed(project, Topic.SCORE)
    newer = claim.epoch + 1
    Project.objects.filter(pk=project.pk).update(queue_generation=newer)
    QueueEntry.objects.filter(project=project).update(generation=newer)
    before = queued(project)
    with pytest.raises(StaleEpoch):
        publish_queue(claim, request_ids=[], places=[place(items[40])], model_version=1)
    assert queued(project) == before != []


def test_strategy_random_publishes_the_shuffle() -> None:
    project, items, _ = taught(strategy=Strategy.RANDOM)
    in_shuffle = [item.pk for item in sorted(items[20:], key=lambda item: item.shuffle_key)]
    assert queued(project) == in_shuffle
    entries = QueueEntry.objects.served().filter(project=project)
    assert {(one.stream, one.probability, one.reason["kind"]) for one in entries} == {("shuffle", 1 / 40, "shuffle")}


def test_when_everything_was_asked_an_empty_queue_is_published() -> None:
    project, _, _ = taught(n_items=10, n_labels=10)
    assert (queued(project), project.queue_version) == ([], 1)


def test_a_large_pool_is_ranked_from_a_shortlist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "MAX_CANDIDATES", 30)
    monkeypatch.setattr(team, "LIKELIEST", 5)
    monkeypatch.setattr(ranking, "QUEUE_LENGTH", 25)
    project = make_project()
    annotator = make_member(project)
    items = add_items(project, 120)
    for item in items[:20:2]:
        answer(item, annotator, "ham")
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert len(queued(project)) == len(set(queued(project))) == 25
    entries = QueueEntry.objects.served()
    shuffled = [one.probability for one in entries if one.stream == Stream.SHUFFLE]
    assert shuffled == pytest.approx([1 / 110] * len(shuffled))
    uncertain = [one.probability for one in entries if one.reason["kind"] == "uncertain"]
    assert all(0 < probability <= 30 / 110 + 1e-6 for probability in uncertain)


def in_threads(works: list[Callable[[], None]]) -> list[BaseException]:
    """Runs all at once, each on its own connection; returns what they raised."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_claims_during_publishing_neither_block_nor_double() -> None:
    """Six people claim while the queue is replaced again and again; nobody gets an item twice, nobody fails."""
    project, _, _ = taught(n_items=120, n_labels=10, random_rate=0.0, gold_rate=0.0)
    people = [make_member(project) for _ in range(6)]

    def claim(user: Any) -> None:
        mine = Project.objects.get(pk=project.pk)
        for count in range(1, 13):
            assign_next_item(project=mine, user=user, count=count)

    def publish() -> None:
        mine = Project.objects.get(pk=project.pk)
        for _ in range(12):
            rescore(mine)

    assert not in_threads([publish, *(partial(claim, user) for user in people)])
    given = list(Assignment.objects.filter(project=project, status="open").values_list("item_id", flat=True))
    assert len(given) == len(set(given)) == 72
    rescore(project)
    assert project.queue_version == 14
    assert not set(queued(project)) & set(given)


def test_the_old_queue_serves_until_the_new_one_is_committed() -> None:
    project, items, _ = taught(n_items=40, n_labels=10, random_rate=0.0, gold_rate=0.0)
    people, given = [make_member(project) for _ in range(3)], list[int]()

    def publish(chosen: list[Item]) -> None:
        request_work(project_id=project.pk, topic=Topic.SCORE)
        claim, places = claimed(project, Topic.SCORE), [place(item) for item in chosen]
        publish_queue(claim, request_ids=[], places=places, model_version=1)
        WorkLane.objects.update(expires_at=None)

    def take_one() -> None:
        mine = Project.objects.get(pk=project.pk)
        given.append(assign_next_item(project=mine, user=people.pop(), count=1).leases[0].item_id)

    publish(items[10:20])
    take_one()
    with transaction.atomic():
        publish([items[11], *items[20:29]])
        assert not in_threads([take_one])
    take_one()
    assert given == [items[10].pk, items[11].pk, items[20].pk]
    assert queued(project)[0] == items[21].pk
    assert published_queue(project).entries[0]["rank"] == 3
    publish(items[30:40])
    assert QueueEntry.objects.filter(project=project).count() == 8 + 10, "the one before, and this one"


def test_version_0_is_the_seeded_shuffle_page_by_page() -> None:
    project = make_project()
    items = [make_item(project, shuffle_key=key) for key in (50, 10, 40, 20, 30)]
    make_assignment(items[1], make_member(project))
    first = published_queue(project, limit=2)
    assert (first.version, first.published_at) == (0, None)
    assert [(one["item"], one["rank"], one["score"]) for one in first.entries] == [
        (items[3].pk, 1, 0),
        (items[4].pk, 2, 0),
    ]
    assert first.entries[0]["reason"] == {"kind": "shuffle"}
    second = published_queue(project, limit=2, cursor=first.next_cursor)
    assert [(one["item"], one["rank"]) for one in second.entries] == [(items[2].pk, 3), (items[0].pk, 4)]


def test_the_published_queue_is_shown_page_by_page_and_shrinks() -> None:
    project, items, annotator = taught(n_items=40, n_labels=10, random_rate=0.0, gold_rate=0.0)
    order = queued(project)
    seen, cursor = [], None
    while True:
        page = published_queue(project, limit=7, cursor=cursor)
        assert page.version == 1
        seen += [entry["item"] for entry in page.entries]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == order
    drawn = {lease.item_id for lease in assign_next_item(project=project, user=annotator, count=3).leases}
    left = [item for item in order[3:] if item not in drawn]  # what is drawn at random is settled when it is asked
    assert [entry["item"] for entry in published_queue(project).entries] == left
    QueueEntry.objects.all().delete()
    rest = published_queue(project)
    assert [entry["reason"]["kind"] for entry in rest.entries] == ["shuffle"] * 27
    assert rest.entries[0]["text"] == next(item for item in items if item.pk == rest.entries[0]["item"]).data["text"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "queue", "queue-1", "queue--1-2", "queue-1-²", f"shuffle-1-{2**63}", "a-1-1"]
)
def test_foreign_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(BadRequest):
        published_queue(make_project(), cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 10**9])
def test_page_sizes_out_of_range_are_refused(limit: int) -> None:
    with pytest.raises(BadRequest):
        published_queue(make_project(), limit=limit)


def test_the_curve_says_what_is_missing() -> None:
    project, items, annotator = taught()
    for number in range(30, 33):
        answer(items[number], annotator, truth(number), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    curve = learning_curve(project)
    assert (curve["points"], curve["labels_saved"]) == ([], None)
    advice = curve["advice"]
    assert advice["code"] == "no_measure"
    assert "never learns from; 3 of the 5 needed have an answer." in advice["text"]


def measure(
    project: Project, arm: str, annotations: int, estimate: float, n: int = 60, metric: str = "accuracy"
) -> None:
    Evaluation.objects.create(
        project=project,
        model_number=annotations,
        annotations=annotations,
        arm=arm,
        metric=metric,
        estimate=estimate,
        low=estimate - 0.05,
        high=min(1.0, estimate + 0.05),
        n=n,
        created_at=timezone.now(),
    )


def test_labels_saved_are_compared_only_where_both_arms_were_measured() -> None:
    project = make_project()
    for annotations, estimate in ((100, 0.7), (200, 0.9), (300, 0.92)):
        measure(project, "active", annotations, estimate)
    for annotations, estimate in ((10, 0.9), (40, 0.9)):
        measure(project, "random", annotations, estimate)
    assert learning_curve(project)["labels_saved"] is None
    for annotations, estimate in ((150, 0.6), (400, 0.8), (800, 0.9)):
        measure(project, "random", annotations, estimate)
    curve = learning_curve(project)
    assert curve["labels_saved"]["estimate"] == pytest.approx(600)
    assert curve["labels_saved"]["low"] <= 600 <= curve["labels_saved"]["high"]
    assert curve["advice"]["code"] == "go_on"
    assert curve["advice"]["text"].startswith("Keep going: accuracy is 92%")


def test_a_jump_where_correction_begins_is_nothing_that_labels_brought() -> None:
    project, _, _ = taught()
    version = ModelVersion.objects.get(project=project)
    for annotations in (100, 200, 300, 400, 500, 600):
        is_corrected = annotations > 300
        version.pk, version.number = None, annotations
        version.path, version.metrics = f"version {annotations}", {"agreement": {"corrected": is_corrected}}
        version.save(force_insert=True)
        measure(project, "active", annotations, 0.9 if is_corrected else 0.8)
    curve = learning_curve(project)
    assert [point["corrected"] for point in curve["points"]] == [False] * 3 + [True] * 3
    assert curve["expected_gain"]["estimate"] == pytest.approx(0, abs=1e-6)


def settle(project: Project) -> None:
    """As if predictions had stayed the same three times."""
    metrics = project.live_model.metrics
    stability = metrics["stability"] | {"kappas": [1.0, 1.0, 1.0]}
    ModelVersion.objects.filter(pk=project.live_model.pk).update(metrics=metrics | {"stability": stability})


def test_while_a_class_has_no_label_nothing_is_done() -> None:
    """All that was asked is ham, and the model says so of everything: right, unchanging, and blind to spam."""
    project = make_project(target_accuracy=0.9)
    items, annotator = add_items(project, 100), make_member(project)
    hams = iter(items[::2])
    for stream, n in ((Stream.RANDOM, 6), (Stream.SHUFFLE, 20)):
        for _ in range(n):
            answer(next(hams), annotator, "ham", stream=stream)
    run(project, Topic.REPRESENT, Topic.LEARN)
    for annotations in (100, 200, 400):
        measure(project, "active", annotations, 1.0)
    settle(project)
    advice = learning_curve(project)["advice"]
    assert (advice["code"], advice["said"]["code"]) == ("go_on", "advice.class_missing")
    assert advice["text"].startswith("Keep going: no item is labelled spam yet")
    answer(items[1], annotator, "spam")
    run(project, Topic.LEARN)
    settle(project)
    assert learning_curve(project)["advice"]["code"] == "target_reached"


def test_advice_names_the_measure_of_the_kind() -> None:
    project = make_project(kind="rating", classes=[])
    for annotations, estimate in ((100, 0.7), (200, 0.9), (300, 0.92)):
        measure(project, "active", annotations, estimate, metric="closeness")
    assert learning_curve(project)["advice"]["text"].startswith("Keep going: closeness is 92%")


def test_a_long_curve_is_thinned_and_keeps_its_newest_point() -> None:
    project = make_project()
    for annotations in range(1, 451):
        measure(project, "active", annotations, 0.8)
    points = learning_curve(project)["points"]
    assert 100 <= len(points) <= 200
    assert points[-1]["annotations"] == 450
