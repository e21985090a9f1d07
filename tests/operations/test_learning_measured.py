"""What a training measures and what managers are told of it."""

import numpy as np
import pytest

from annotation.errors import BadRequest
from annotation.models import Evaluation, ModelVersion, Project, Stream, Topic
from annotation.operations import probes
from annotation.operations.measuring import Sample, measure
from annotation.operations.outbox import request_work
from annotation.operations.prediction import predict
from annotation.queries.evaluation import learning_curve
from annotation.queries.learning import model_status
from annotation.queries.versions import compare
from annotation.stored import PROBE, PROTECTED, Probe, load_model, load_spoken
from tests.factories import make_annotation, make_member, make_project
from tests.operations.kinds_world import taught as taught_kind
from tests.operations.learning_world import answer, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)


def protect(project: Project, items: list, annotator: object, places: range, *, wrong: int = 0) -> None:
    """Gives protected answers, the first `wrong` of them wrong, and trains."""
    for place in places:
        shown = truth(place + (place - places.start < wrong))
        answer(items[place], annotator, shown, stream=Stream.RANDOM)
    run(project, Topic.LEARN)


def test_f1_calibration_and_drift_stand_beside_accuracy() -> None:
    project, items, annotator = taught(n_items=100)
    protect(project, items, annotator, range(20, 60), wrong=6)
    status = model_status(project)
    assert status["performance"]["estimate"] == pytest.approx(34 / 40)
    assert status["agreement"]["corrected"] is False, "nobody's answers were checked by another one"
    assert status["performance"]["high"] > status["agreement"]["high"], "so their mistakes are allowed for"
    assert 0.8 < status["f1"]["macro"]["estimate"] < 0.9
    assert status["f1"]["rarest"]["n_class"] == 20
    assert status["f1"]["says_more"] is False
    assert status["calibration"]["temperature"] > 0
    assert set(status["calibration"]) == {"temperature", "error_before", "error"}
    assert status["drift"]["newest"]["estimate"] == pytest.approx(6 / 20), "the older half holds the mistakes"
    assert status["belief"]["n"] == 20
    metrics = set(Evaluation.objects.filter(arm="active").values_list("metric", flat=True))
    assert metrics == {"accuracy", "f1_macro", "f1_rarest"}
    curve = learning_curve(project)
    assert {(point["metric"], point["corrected"]) for point in curve["points"]} == {("accuracy", False)}
    assert curve["points"][-1]["high"] == status["agreement"]["high"], "people err in the control arm too"
    f1 = learning_curve(project, metric="f1_macro")["points"]
    assert {(point["metric"], point["corrected"]) for point in f1} == {("f1_macro", None)}
    assert curve["belief"] == status["belief"]
    with pytest.raises(BadRequest):
        learning_curve(project, metric="loss")


@pytest.mark.parametrize(("kind", "n"), [("multichoice", 50), ("spans", 25)])
def test_sets_and_spans_are_calibrated_and_compared_over_time(kind: str, n: int) -> None:
    """Twenty-five protected items, each with two classes or about one span."""
    status = model_status(taught_kind(kind))
    calibration, drift = status["calibration"], status["drift"]
    assert calibration["temperature"] == 1, "below thirty items it is not fitted"
    assert 0 <= calibration["error"] < 0.5
    assert drift["newest"]["low"] < drift["newest"]["estimate"] + 1e-9 < drift["newest"]["high"] + 2e-9
    assert drift["newest"]["high"] - drift["newest"]["low"] > 0.05
    assert drift["shift"]["column"] in range(2)
    assert drift["shift"]["is_clear"] is False
    bins = ModelVersion.objects.latest("number").metrics["calibration"]["bins"]
    assert sum(one["n"] for one in bins) == pytest.approx(n, abs=3)


def test_labels_saved_say_why_they_are_not_known() -> None:
    project, items, annotator = taught(n_items=100)
    assert learning_curve(project)["labels_saved_because"].endswith(
        "needs answers to 20 random items no model learns from; one has 0."
    )
    protect(project, items, annotator, range(20, 60))
    curve = learning_curve(project)
    assert curve["labels_saved"] is None
    assert curve["labels_saved_because"].startswith("Not known yet")


def test_checked_answers_correct_the_accuracy() -> None:
    """Whom two answers an item show to err one time in four answers the protected items: agreement understates."""
    project, items, _ = taught(n_items=160, n_labels=60, overlap=2)
    other = make_member(project)
    for place in range(160):
        stream = Stream.SHUFFLE if place < 60 else Stream.RANDOM
        make_annotation(items[place], other, truth(place + (place % 4 == 0)), stream=stream)
    request_work(project_id=project.pk, topic=Topic.LEARN)
    run(project, Topic.LEARN)
    status = model_status(project)
    assert status["agreement"]["corrected"] is True
    assert {point["corrected"] for point in learning_curve(project)["points"][-1:]} == {True}
    assert status["agreement"]["n"] == 100
    assert status["performance"]["estimate"] > status["agreement"]["estimate"] + 0.01


def test_a_sample_below_five_measures_nothing() -> None:
    sample = Sample(np.zeros((4, 2), np.float32), np.zeros(4, int), np.ones(4), 0)
    assert set(measure(sample, np.zeros((10, 2), np.float32)).values()) == {None}


def test_probabilities_are_tempered() -> None:
    project, items, annotator = taught(n_items=100)
    protect(project, items, annotator, range(20, 60))
    version = project.live_model
    temperature = version.metrics["calibration"]["temperature"]
    assert temperature < 1, "always right and not sure enough"
    sharp = predict(project=project, texts=[items[0].data["text"]]).probabilities.max()
    version.metrics["calibration"] = None
    version.save(update_fields=["metrics"])
    assert sharp > predict(project=project, texts=[items[0].data["text"]]).probabilities.max()


def test_the_probe_is_the_same_while_no_item_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "N_ITEMS", 10)
    ids = np.arange(1000, 1100)
    first = ids[probes.take_probe(ids, seed=5)]
    assert len(first) == 10
    assert (first == ids[probes.take_probe(ids, seed=5)]).all()
    grown = np.arange(1000, 1101)
    assert len(set(first) - set(grown[probes.take_probe(grown, seed=5)])) <= 1
    assert set(first) != set(ids[probes.take_probe(ids, seed=6)])


def test_predictions_are_compared_each_time_the_labels_have_grown() -> None:
    project, items, annotator = taught(n_items=200, n_labels=30)
    assert project.live_model.metrics["stability"] == {"labels": 30, "number": 1, "kappas": []}
    for until in (40, 50, 75, 100):
        for place in range(max(30, until - 10 if until < 60 else until - 25), until):
            answer(items[place], annotator, truth(place))
        run(project, Topic.LEARN)
    assert project.live_model.metrics["guard"] is None, "no protected item has an answer: nothing to compare on"
    found = project.live_model.metrics["stability"]
    assert (found["labels"], found["number"]) == (100, 5)
    assert len(found["kappas"]) == 3
    assert min(found["kappas"]) > 0.8
    curve = learning_curve(project)
    assert curve["stability_between"] == [4, 5]
    pair = ModelVersion.objects.filter(number__in=[4, 5]).order_by("number")
    assert compare(project, *pair)["probe"]["kappa"] == pytest.approx(curve["stability"][-1], abs=1e-4)
    stored = load_spoken(project.live_model, PROBE)
    assert stored.item_ids.tolist() == sorted(item.pk for item in items)
    assert not len(load_spoken(project.live_model, PROTECTED).item_ids)
    assert load_model(project.live_model).n_classes == 2


def test_probes_of_different_items_are_compared_on_those_they_share() -> None:
    first = Probe(np.array([1, 3, 5]), np.array([0, 1, 0]))
    shared, mine, theirs = first.beside(Probe(np.array([3, 4, 5]), np.array([1, 0, 1])))
    assert (shared.tolist(), mine.tolist(), theirs.tolist()) == ([3, 5], [1, 0], [1, 1])


def stored_points(project: Project, *figures: tuple[int, float]) -> None:
    for annotations, estimate in figures:
        Evaluation.objects.create(
            project=project, model_number=annotations, annotations=annotations, arm="active", metric="accuracy",
            estimate=estimate, low=estimate - 0.03, high=estimate + 0.03, n=300,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kappas", "target", "code"),
    [
        ([1, 1, 1], None, "settled"),
        ([1, 1, 1], 0.9, "target_reached"),
        ([1, 1, 1], 0.97, "settled"),
        ([1, 1], 0.9, "flat"),
        ([1, 0.9, 1], 0.9, "flat"),
    ],
)
def test_advice_to_stop(kappas: list[float], target: float | None, code: str) -> None:
    project, _, _ = taught(target_accuracy=target)
    ModelVersion.objects.update(metrics={"stability": {"kappas": kappas, "number": 1}})
    stored_points(project, (100, 0.9), (200, 0.9), (300, 0.9), (400, 0.9))
    curve = learning_curve(project)
    assert curve["advice"]["code"] == code
    assert "next 100 labels are expected to add 0.0 points" in curve["advice"]["text"]
    assert curve["expected_gain"] == pytest.approx({"labels": 100, "estimate": 0, "low": 0, "high": 0})
    assert curve["stability"] == kappas


def test_a_target_may_be_reached_unseen_while_nobody_checks_answers() -> None:
    project, _, _ = taught(target_accuracy=0.97)
    performance = {"metric": "accuracy", "estimate": 0.9, "low": 0.87, "high": 0.99, "n": 300}
    ModelVersion.objects.update(metrics={"stability": {"kappas": [1, 1, 1], "number": 1}, "performance": performance})
    stored_points(project, (100, 0.9), (200, 0.9), (300, 0.9), (400, 0.9))
    advice = learning_curve(project)["advice"]
    assert (advice["code"], advice["said"]["code"]) == ("settled", "advice.target_unchecked")
    assert advice["text"].startswith(
        "Accuracy is 90% (87% to 99%). Predictions no longer change; whether the target of 97%"
    )


def test_an_unmeasured_project_is_told_so() -> None:
    curve = learning_curve(make_project())
    assert (curve["advice"]["code"], curve["expected_gain"], curve["belief"]) == ("no_measure", None, None)
