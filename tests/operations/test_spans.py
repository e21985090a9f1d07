"""Spans from answers to the next queue: what the tagger learns, what it is worth, what it asks and suggests."""

import random

import pytest
from django.contrib.auth.models import User

from annotation.api.shapes import lease as shaped
from annotation.models import (
    Annotation,
    Assignment,
    Evaluation,
    GoldAnswer,
    Item,
    Project,
    QueueEntry,
    Strategy,
    Stream,
    Topic,
)
from annotation.operations.labeling import assign_next_item
from annotation.operations.outbox import request_work
from annotation.operations.tagging.examples import look_at_spans, tagged
from annotation.queries.evaluation import learning_curve
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.learning_world import claimed, run

WHO = ["Anna", "Boris", "Clara", "Dmitri", "Eva", "Felix", "Greta", "Hugo"]
WHERE = ["Paris", "Vienna", "Lagos", "Quito", "Osaka", "Tunis"]
pytestmark = pytest.mark.django_db(transaction=True)
LEARN = (Topic.REPRESENT, Topic.LEARN, Topic.SCORE)


def sentence(draw: random.Random) -> tuple[str, list[dict[str, object]]]:
    who, where = draw.choice(WHO), draw.choice(WHERE)
    text = f"{draw.choice(['yesterday', 'last week', 'today'])} {who} went to {where} 🚆 by train"
    spans = []
    for word, name in ((who, "person"), (where, "place")):
        start = text.index(word)
        spans.append({"start": start, "end": start + len(word), "class": name})
    return text, spans


def world(n_items: int = 60, **fields: object) -> tuple[Project, list[Item], list[list[dict[str, object]]]]:
    project = make_project(kind="spans", classes=("person", "place"), **fields)
    draw = random.Random(1)
    made = [sentence(draw) for _ in range(n_items)]
    items = [make_item(project, text=text) for text, _ in made]
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    return project, items, [spans for _, spans in made]


def mark(item: Item, person: User, spans: list[dict[str, object]], *, stream: str = Stream.SHUFFLE) -> Annotation:
    annotation = make_annotation(item, person, "person", stream=stream)
    Annotation.objects.filter(pk=annotation.pk).update(value={"spans": spans})
    request_work(project_id=item.project_id, topic=Topic.LEARN, annotation_ids=[annotation.pk])
    return annotation


def test_a_tagger_is_trained_measured_and_asks_with_suggestions() -> None:
    project, items, spans = world()
    person = make_member(project)
    for place in range(30):
        mark(items[place], person, spans[place], stream=Stream.RANDOM if place < 8 else Stream.SHUFFLE)
    run(project, *LEARN)
    version = project.live_model
    assert version is not None
    assert version.classes == ["person", "place"]
    assert version.metrics["n_trained"] == 22
    assert version.metrics["labeled_counts"] == [22, 22]
    performance = version.metrics["performance"]
    assert performance["metric"] == "entity_f1"
    assert performance["n"] == 8
    assert performance["estimate"] > 0.9
    assert performance["low"] <= performance["estimate"] <= performance["high"]
    arms = Evaluation.objects.filter(project=project).values_list("arm", flat=True)
    assert set(arms) == {"active", "random"}
    assert project.queue_version == 1
    assert QueueEntry.objects.served().filter(project=project).count() == 30

    given = assign_next_item(project=project, user=make_member(project), count=5).leases
    chosen = [shaped(one) for one in given if one.stream == Stream.MODEL]
    assert chosen
    for one in chosen:
        assert one["reason"]["kind"] in ("unsure_spans", "rare")
        assert "suggested" not in one["reason"]
        suggestion = one["suggestion"]
        assert suggestion["model"] == "version 1"
        assert len(suggestion["span_probabilities"]) == len(suggestion["value"]["spans"])
        text = one["item"]["data"]["text"]
        found = {text[span["start"] : span["end"]]: span["class"] for span in suggestion["value"]["spans"]}
        assert found.items() <= {**dict.fromkeys(WHO, "person"), **dict.fromkeys(WHERE, "place")}.items()
        assert project.question.canonical(suggestion["value"], project.schema, one["item"]["data"])


def test_a_second_training_starts_from_the_first_and_is_a_new_version() -> None:
    project, items, spans = world()
    person = make_member(project)
    for place in range(12):
        mark(items[place], person, spans[place])
    run(project, *LEARN)
    first = project.live_model
    mark(items[20], person, spans[20])
    run(project, Topic.LEARN, Topic.SCORE)
    second = project.live_model
    assert first is not None
    assert second is not None
    assert second.number == first.number + 1
    assert second.trained_through > first.trained_through
    assert second.metrics["boldness_labels"] == 12
    assert project.queue_version == 2


def test_people_who_marked_nothing_are_heard() -> None:
    project, items, spans = world(overlap=3)
    people = [make_member(project) for _ in range(3)]
    for person, said in zip(people, (spans[0], spans[0][:1], []), strict=True):
        mark(items[0], person, said)
    seen = look_at_spans(claimed(project, Topic.LEARN))
    assert [(span.start, span.k) for span in seen.merged[0]] == [(spans[0][0]["start"], 0)]
    texts = tagged(seen)
    who = texts.tokens.starts.tolist().index(spans[0][0]["start"])
    where = texts.tokens.starts.tolist().index(spans[0][1]["start"])
    assert texts.targets[who].tolist() == pytest.approx([1 / 3, 2 / 3, 0, 0, 0])
    assert texts.targets[where].tolist() == pytest.approx([2 / 3, 0, 0, 1 / 3, 0])


def test_known_answers_are_learned_and_classes_that_are_gone_are_not() -> None:
    project, items, spans = world(8)
    GoldAnswer.objects.create(item=items[0], project=project, value={"spans": spans[0]})
    mark(items[0], make_member(project), [])
    mark(items[1], make_member(project), [*spans[1], {"start": 0, "end": 4, "class": "gone"}])
    seen = look_at_spans(claimed(project, Topic.LEARN))
    assert [len(own) for own in seen.merged] == [2, 2]


@pytest.mark.parametrize("said", [[], [{"start": 0, "end": 3, "class": "person"}]])
def test_one_sort_of_answer_only_is_no_error(said: list[dict[str, object]]) -> None:
    project, items, _ = world(10)
    empty = make_item(project, text="\n")
    person = make_member(project)
    mark(empty, person, [])
    for item in items[:6]:
        mark(item, person, said, stream=Stream.RANDOM)
    run(project, *LEARN)
    assert project.live_model is not None
    assert project.live_model.metrics["n_trained"] == 1
    assert project.queue_version == 1
    missing = "place" if said else "person, place"
    assert f"no item is labelled {missing} yet" in learning_curve(project)["advice"]["text"]


def test_the_shuffle_is_asked_without_suggestions() -> None:
    project, items, spans = world(strategy=Strategy.RANDOM)
    person = make_member(project)
    for place in range(10):
        mark(items[place], person, spans[place])
    run(project, *LEARN)
    assert set(QueueEntry.objects.served().filter(project=project).values_list("reason__kind", flat=True)) == {
        "shuffle"
    }
    given = assign_next_item(project=project, user=person, count=3).leases
    assert all(shaped(one)["suggestion"] is None for one in given)
    assert Assignment.objects.filter(annotator=person, status=Assignment.Status.OPEN).count() == 3
