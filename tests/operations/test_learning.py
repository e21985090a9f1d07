"""Training on real PostgreSQL: what is learned, what is only measured on, and who wins a race."""

import subprocess
import sys

import numpy as np
import pytest
from django.core.files.storage import default_storage

from annotation.arrays import load_votes
from annotation.errors import Conflict, Postponed, StaleEpoch
from annotation.models import (
    Annotation,
    AnnotationRevision,
    Evaluation,
    Item,
    ModelVersion,
    Representation,
    Stream,
    Topic,
    WorkLane,
    WorkRequest,
)
from annotation.operations import learning
from annotation.operations.examples import believe
from annotation.operations.labels import Labels
from annotation.operations.learning import train_model
from annotation.operations.outbox import request_work
from annotation.operations.prediction import predict
from annotation.queries.learning import model_status
from annotation.stored import _models, load_model
from annotation.vectors import load_pool
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.learning_world import add_items, answer, claimed, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(project_id: int, topic: Topic) -> int:
    return WorkRequest.objects.filter(project_id=project_id, topic=topic).count()


def test_labels_become_a_model_that_tells_the_classes_apart() -> None:
    project, _items, _ = taught()
    status = model_status(project)
    assert (status["version"], status["annotations"], status["labels_behind"]) == (1, 20, 0)
    predicted = predict(project=project, texts=["claim your free prize, urgent offer", "sleep at home after dinner"])
    assert predicted.model_number == 1
    assert [predicted.classes[k] for k in predicted.probabilities.argmax(axis=1)] == ["spam", "ham"]
    assert predicted.probabilities.sum(axis=1) == pytest.approx(1)


def test_before_the_vectors_exist_training_waits_and_asks_for_them() -> None:
    project = make_project()
    item = make_item(project)
    answer(item, make_member(project), "ham")
    claim = claimed(project, Topic.LEARN)
    for _ in range(2):
        with pytest.raises(Postponed):
            train_model(claim)
    assert waiting(project.pk, Topic.LEARN) == 1
    assert waiting(project.pk, Topic.REPRESENT) == 1, "asked for once, however often training is tried"
    assert model_status(project)["labels_behind"] == 1
    WorkLane.objects.update(expires_at=None)
    run(project, Topic.REPRESENT, Topic.LEARN)
    assert model_status(project)["labels_behind"] == 0


def test_without_labels_requests_are_settled_and_no_model_is_made() -> None:
    project = make_project()
    add_items(project, 5)
    request_work(project_id=project.pk, topic=Topic.LEARN)
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert not WorkRequest.objects.exclude(topic=Topic.QUALITY).exists()
    assert model_status(project)["version"] is None


@pytest.mark.parametrize("stream", [Stream.SHUFFLE, Stream.RANDOM])
def test_one_known_class_makes_a_model_with_finite_probabilities(stream: Stream) -> None:
    project = make_project()
    items, annotator = add_items(project, 12), make_member(project)
    for item in items[:6]:
        answer(item, annotator, "ham", stream=stream)
    run(project, Topic.REPRESENT, Topic.LEARN)
    probabilities = predict(project=project, texts=["lunch tomorrow", ""]).probabilities
    assert np.isfinite(probabilities).all()
    assert (probabilities > 0).all()
    assert model_status(project)["labels_behind"] == 0


def test_protected_items_are_measured_on_and_never_learned_from() -> None:
    """Protected answers are all wrong: the model must not follow them, and its accuracy on them must be nil."""
    project, items, annotator = taught(n_labels=20)
    before = load_model(project.live_model)
    for place in range(20, 32):
        answer(items[place], annotator, truth(place + 1), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 20
    assert project.live_model.metrics["agreement"] == pytest.approx(
        {"metric": "accuracy", "estimate": 0.0, "low": 0.0, "high": 0.2425, "n": 12, "corrected": False}, abs=0.01
    )
    after = load_model(project.live_model)
    texts = [item.data["text"] for item in items]
    guesses = predict(project=project, texts=texts).probabilities.argmax(axis=1)
    assert [project.class_names[k] for k in guesses] == [truth(i) for i in range(len(items))]
    assert np.abs(after.coef - before.coef).max() < 0.2
    assert model_status(project)["labels_behind"] == 0, "looked at, though not learned from"


def test_performance_is_silent_below_five_protected_answers() -> None:
    project, items, annotator = taught(n_labels=10)
    for place in range(20, 24):
        answer(items[place], annotator, truth(place), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    assert model_status(project)["performance"] is None
    assert not Evaluation.objects.exists()
    answer(items[24], annotator, truth(24), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    assert model_status(project)["performance"]["n"] == 5
    arms = {point.arm: point.annotations for point in Evaluation.objects.all()}
    assert arms == {Evaluation.Arm.ACTIVE: 15, Evaluation.Arm.RANDOM: 12}, "a fold learns from four fifths of 15 draws"


def test_a_model_that_was_taught_nothing_says_why() -> None:
    project, items, annotator = taught(n_labels=0)
    for place in range(6):
        answer(items[place], annotator, truth(place), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    assert model_status(project)["training"]["said"]["code"] == "training.nothing_taught"
    answer(items[6], annotator, truth(6))
    run(project, Topic.LEARN)
    assert model_status(project)["training"]["error"] is None


def test_both_arms_count_answers_where_items_get_several() -> None:
    project, items, annotator = taught(n_labels=10, overlap=2)
    other = make_member(project)
    for place in range(20):
        for person in (annotator, other):
            if place >= 10 or person == other:
                answer(items[place], person, truth(place), stream=Stream.RANDOM if place < 10 else Stream.SHUFFLE)
    Item.objects.filter(pk__in=[item.pk for item in items[:10]]).update(draw_stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    arms = {point.arm: point.annotations for point in Evaluation.objects.all()}
    assert arms == {Evaluation.Arm.ACTIVE: 40, Evaluation.Arm.RANDOM: 32}


def test_freshness_follows_revisions_and_never_falls() -> None:
    project, items, _ = taught()
    first = model_status(project)["trained_through"]
    assert first == AnnotationRevision.objects.latest("id").pk
    annotation = Annotation.objects.get(item=items[0])
    revision = AnnotationRevision.objects.create(
        annotation=annotation, revision=2, value={"class": "spam"}, created_at=annotation.created_at
    )
    Annotation.objects.filter(pk=annotation.pk).update(revision=2, value={"class": "spam"})
    request_work(project_id=project.pk, topic=Topic.LEARN, annotation_ids=[annotation.pk, annotation.pk])
    assert model_status(project)["labels_behind"] == 1, "one annotation, however often it was asked for"
    run(project, Topic.LEARN)
    assert model_status(project)["trained_through"] == revision.pk
    request_work(project_id=project.pk, topic=Topic.LEARN)
    run(project, Topic.LEARN)
    assert model_status(project)["trained_through"] == revision.pk
    assert model_status(project)["version"] == 3


def test_running_twice_is_running_once() -> None:
    project, items, annotator = taught()
    answer(items[30], annotator, "ham")
    run(project, Topic.LEARN, Topic.LEARN, Topic.LEARN)
    assert list(ModelVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_a_training_that_was_taken_over_changes_nothing() -> None:
    project, items, annotator = taught()
    answer(items[30], annotator, "ham")
    late = claimed(project, Topic.LEARN)
    WorkLane.objects.filter(topic=Topic.LEARN).update(expires_at=None)
    newer = claimed(project, Topic.LEARN)
    with pytest.raises(StaleEpoch):
        train_model(late)
    assert ModelVersion.objects.count() == 1
    assert waiting(project.pk, Topic.LEARN) == 1
    train_model(newer)
    with pytest.raises(StaleEpoch):
        train_model(late)
    project.refresh_from_db()
    assert (project.live_model.number, ModelVersion.objects.count()) == (2, 2)


def test_a_label_that_comes_during_the_training_stays_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    project, items, annotator = taught()
    answer(items[30], annotator, "ham")

    original = learning.prepare

    def interrupted(*arguments: object) -> object:
        answer(items[31], annotator, "spam")
        return original(*arguments)

    monkeypatch.setattr(learning, "prepare", interrupted)
    run(project, Topic.LEARN)
    status = model_status(project)
    assert (status["annotations"], status["labels_behind"]) == (22, 1)


def test_labels_on_items_without_vectors_are_learned_once_they_have_them() -> None:
    project, _, annotator = taught(n_items=200)
    late = make_item(project, text="prize winner")
    answer(late, annotator, "spam")
    run(project, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 20
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    run(project, Topic.REPRESENT)
    assert waiting(project.pk, Topic.LEARN)
    run(project, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 21


def test_other_classes_start_a_model_of_another_shape() -> None:
    project, _, _ = taught()
    project.classes = [*project.classes, {"name": "unsure", "key": "3", "color": "", "description": ""}]
    project.save(update_fields=["classes"])
    request_work(project_id=project.pk, topic=Topic.LEARN)
    before = predict(project=project, texts=["x"])
    assert before.classes == ["ham", "spam", "unsure"]
    assert before.probabilities[0][2] == 0, "the live model has not heard of it"
    run(project, Topic.LEARN, Topic.SCORE)
    assert 0 < predict(project=project, texts=["x"]).probabilities[0][2] < 1


def test_gold_answers_teach_without_anybody_having_been_asked() -> None:
    project = make_project()
    annotator = make_member(project)
    for place, item in enumerate(add_items(project, 6)):
        make_item(project, text=item.data["text"], gold=truth(place))
    answer(make_item(project), annotator, "ham")
    run(project, Topic.REPRESENT, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 7


def test_a_deleted_project_settles_without_work() -> None:
    project, items, annotator = taught()
    answer(items[30], annotator, "ham")
    project.deleted_at = project.created_at
    project.save(update_fields=["deleted_at"])
    run(project, Topic.LEARN)
    assert waiting(project.pk, Topic.LEARN) == 0
    assert ModelVersion.objects.count() == 1


def test_a_damaged_model_is_refused_and_replaced() -> None:
    project, _, _ = taught()
    with open(default_storage.path(project.live_model.path), "wb") as file:
        file.write(b"other bytes")
    _models.kept.clear()
    with pytest.raises(Conflict) as refused:
        predict(project=project, texts=["x"])
    assert refused.value.code == "model_damaged"
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE, Topic.LEARN)
    assert project.queue_version == 1, "the old queue goes on"
    assert project.live_model.number == 2
    assert predict(project=project, texts=["x"]).model_number == 2


def test_predicting_before_the_first_model_is_a_conflict() -> None:
    with pytest.raises(Conflict) as refused:
        predict(project=make_project(), texts=["x"])
    assert refused.value.code == "no_model"


def test_two_answers_on_one_item_are_one_example() -> None:
    project, items, _ = taught()
    make_annotation(items[0], make_member(project), "ham")
    request_work(project_id=project.pk, topic=Topic.LEARN)
    run(project, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 20
    assert project.live_model.n_annotations == 21
    assert Representation.objects.filter(project=project).count() == 1
    pool = load_pool(Representation.objects.get(project=project))
    row, nowhere = pool.find(np.array([items[0].pk, 10**12]))
    assert nowhere == -1
    assert np.linalg.norm(pool.vectors(np.array([row]))) == pytest.approx(1, abs=1e-3)


def test_web_processes_load_neither_scikit_learn_nor_an_optimiser() -> None:
    program = (
        "import sys, django; django.setup(); import annotation.operations.prediction, annotation.queries.learning;"
        "print([name for name in ('sklearn', 'scipy.optimize') if name in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_lone_answers_of_a_rare_class_are_believed() -> None:
    """With the class shares in the targets, every such answer was taken for a mistake and the class never learned."""
    project = make_project()
    annotator = make_member(project)
    for item, name in zip(add_items(project, 40), ["spam", *["ham"] * 7] * 5, strict=True):
        answer(item, annotator, name)
    votes = load_votes(project)
    beliefs = believe(Labels(votes))
    given = np.empty(votes.n_items, dtype=int)
    given[votes.votes[:, 0]] = votes.votes[:, 2]
    assert (beliefs.targets.argmax(axis=1) == given).all()
    assert (beliefs.targets.max(axis=1) > 0.6).all()
    assert (beliefs.weights == 1).all()
