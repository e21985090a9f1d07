"""A project with a classifier of its own: checked in requests, fitted in workers, kept as a recipe."""

import inspect
from typing import Any

import numpy as np
import pytest
from django.utils.module_loading import import_string
from sklearn.linear_model import LogisticRegression
from sklearn.utils import all_estimators

from annotation.artifacts import ArtifactError
from annotation.classifiers import classifier_refusals, sklearn_classifiers
from annotation.errors import Conflict, InvalidValue
from annotation.models import QueueEntry, Strategy, Topic
from annotation.operations.outbox import request_work
from annotation.operations.prediction import predict
from annotation.operations.projects import change_project
from annotation.operations.recipes import _recipes, load_classifier
from annotation.queries.learning import model_status
from annotation.stored import WorkersOnly, load_model
from modeling.recipes import RecipeModel
from tests.factories import make_project, make_user
from tests.operations.learning_world import answer, run, taught

pytestmark = pytest.mark.django_db(transaction=True)

FOREST = {"classifier": "sklearn.ensemble.RandomForestClassifier", "classifier_params": {"n_estimators": 12}}
OURS = "tests.operations.test_classifiers.careful"


def careful(strength: float = 1.0) -> Any:
    """An operator's own classifier."""
    return LogisticRegression(C=strength)


def test_the_list_is_what_the_library_has() -> None:
    for path, fields in sklearn_classifiers().items():
        taken = inspect.signature(import_string(path).__init__).parameters
        assert set(fields) <= set(taken), path
    listed = {path.rsplit(".", 1)[1] for path in sklearn_classifiers()}
    able = {name for name, one in all_estimators(type_filter="classifier") if hasattr(one, "predict_proba")}
    nested = {"CalibratedClassifierCV", "ClassifierChain", "FixedThresholdClassifier", "MultiOutputClassifier",
              "OneVsRestClassifier", "SelfTrainingClassifier", "StackingClassifier", "TunedThresholdClassifierCV",
              "VotingClassifier", "DummyClassifier"}  # fmt: skip
    assert able - nested <= listed


def test_a_forest_ranks_the_pool_and_is_the_same_when_loaded() -> None:
    project, items, _ = taught(**FOREST, strategy=Strategy.VOTE_ENTROPY)
    version = project.live_model
    assert version.metrics["classifier_refusal"] is None
    assert QueueEntry.objects.served().filter(project=project).count() == 40
    with pytest.raises(WorkersOnly):
        load_model(version)
    model = load_classifier(version)
    assert isinstance(model, RecipeModel)
    assert model.recipe.params == {"n_estimators": 12}
    X = np.random.default_rng(0).normal(size=(20, model.examples.X.shape[1])).astype(np.float32)
    _recipes.kept.clear()
    assert np.array_equal(load_classifier(version).predict_proba(X), model.predict_proba(X))
    with pytest.raises(Conflict) as refused:
        predict(project=project, texts=[items[0].data["text"]])
    assert refused.value.code == "not_served"


def test_with_one_class_the_built_in_head_stands_in() -> None:
    project, items, annotator = taught(n_labels=0, **FOREST)
    answer(items[0], annotator, "ham")
    run(project, Topic.LEARN, Topic.SCORE)
    assert project.live_model.metrics["classifier_refusal"] == "labels of two classes are needed"
    assert predict(project=project, texts=["x"]).model_number == 1
    answer(items[1], annotator, "spam")
    run(project, Topic.LEARN)
    assert project.live_model.metrics["classifier_refusal"] is None


def test_settings_that_the_library_refuses_are_told_and_nothing_stops() -> None:
    project, _, _ = taught(classifier="sklearn.linear_model.LogisticRegression", classifier_params={"C": -1})
    assert "'C'" in project.live_model.metrics["classifier_refusal"]
    said = model_status(project)["training"]["said"]
    assert said["code"] == "classifier.refused"
    assert "'C'" in said["with"]["why"]
    assert QueueEntry.objects.served().filter(project=project).exists()


def test_an_allowed_classifier_and_one_that_is_no_longer_allowed(settings: Any) -> None:
    settings.QUERENT_ALLOWED_CALLABLES = [OURS]
    project, items, annotator = taught(classifier=OURS, classifier_params={"strength": 2})
    assert isinstance(load_classifier(project.live_model), RecipeModel)
    settings.QUERENT_ALLOWED_CALLABLES = []
    _recipes.kept.clear()
    with pytest.raises(ArtifactError, match="QUERENT_ALLOWED_CALLABLES"):
        load_classifier(project.live_model)
    request_work(project_id=project.pk, topic=Topic.SCORE)
    answer(items[30], annotator, "ham")
    run(project, Topic.SCORE, Topic.LEARN, Topic.SCORE)
    assert "QUERENT_ALLOWED_CALLABLES" in project.live_model.metrics["classifier_refusal"]


@pytest.mark.parametrize(
    ("name", "params", "field"),
    [
        ("sklearn.linear_model.RidgeClassifier", {}, "classifier"),
        ("os.system", {}, "classifier"),
        (["x"], {}, "classifier"),
        ("linear", {"C": 1}, "classifier_params"),
        ("sklearn.svm.SVC", [], "classifier_params"),
        ("sklearn.svm.SVC", {"verbose": True}, "classifier_params.verbose"),
        ("sklearn.svm.SVC", {"random_state": 1}, "classifier_params.random_state"),
        ("sklearn.svm.SVC", {"C": 1e300}, "classifier_params.C"),
        ("sklearn.svm.SVC", {"C": 10**400}, "classifier_params.C"),
        ("sklearn.svm.SVC", {"kernel": {"a": 1}}, "classifier_params.kernel"),
        ("sklearn.svm.SVC", {"kernel": "x" * 101}, "classifier_params.kernel"),
        ("sklearn.neural_network.MLPClassifier", {"hidden_layer_sizes": [[1]]}, "classifier_params.hidden_layer_sizes"),
    ],
)
def test_what_cannot_be_named_is_refused_by_field(name: Any, params: Any, field: str) -> None:
    project = make_project()
    changes = {"settings": {"classifier": name, "classifier_params": params}}
    with pytest.raises(InvalidValue) as refused:
        change_project(project=project, user=project.created_by, changes=changes)
    assert list(refused.value.fields) == [f"settings.{field}"]


def test_other_kinds_keep_the_built_in_one_and_another_classifier_drops_the_settings() -> None:
    assert "settings.classifier" in classifier_refusals("sklearn.svm.SVC", {}, "spans")
    user, project = make_user(), make_project(**FOREST)
    changed = change_project(project=project, user=user, changes={"settings": {"classifier": "linear"}})
    assert (changed.classifier, changed.classifier_params) == ("linear", {})
