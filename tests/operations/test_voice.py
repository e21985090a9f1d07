"""The model's say in the labels: the same for the same answers, and there once there are vectors."""

import numpy as np
import pytest

from annotation.arrays import load_votes, protected_items
from annotation.models import AgreementReport, Annotation, Project, Topic, WorkRequest
from annotation.operations.inference import Inference, infer_truth
from annotation.operations.voice import MOST_FITTED, _fitted_on
from tests.factories import make_annotation, make_member, make_project
from tests.operations.crowd import judge
from tests.operations.learning_world import add_items, run, truth

pytestmark = pytest.mark.django_db(transaction=True)


def answered(n_items: int = 80) -> Project:
    """Two people answer every item; each errs in one of eight."""
    project = make_project(overlap=2)
    people = [make_member(project), make_member(project)]
    for place, item in enumerate(add_items(project, n_items)):
        for shift, person in enumerate(people):
            errs = (place + 3 * shift) % 8 == 0
            make_annotation(item, person, truth(place + errs))
    return project


def look(project: Project) -> Inference:
    return infer_truth(project, load_votes(project), protected_items(project))


def test_it_is_heard_as_soon_as_there_are_vectors() -> None:
    project = answered()
    judge(project)
    assert AgreementReport.objects.get(project=project).report["model_weight"] == 0
    assert not WorkRequest.objects.filter(topic=Topic.QUALITY).exists()
    run(project, Topic.REPRESENT)
    assert WorkRequest.objects.filter(project=project, topic=Topic.QUALITY).exists()
    judge(project)
    assert AgreementReport.objects.get(project=project).report["model_weight"] > 0.3
    run(project, Topic.REPRESENT)
    assert not WorkRequest.objects.filter(topic=Topic.QUALITY).exists()


def test_what_was_seen_before_changes_nothing() -> None:
    """Half of the answers turned round and back again, looked at in between: as if nobody had looked."""
    project = answered()
    run(project, Topic.REPRESENT)
    first = look(project)
    half = Annotation.objects.filter(project=project, item_id__lt=Annotation.objects.latest("item_id").item_id - 40)
    before = dict(half.values_list("pk", "value"))
    half.update(value={"class": "spam"})
    between = look(project)
    assert np.abs(between.truth.posterior - first.truth.posterior).max() > 0.1
    for pk, value in before.items():
        Annotation.objects.filter(pk=pk).update(value=value)
    again = look(project)
    assert first.voice is not None
    assert again.voice is not None
    assert np.array_equal(first.voice.probabilities, again.voice.probabilities)
    assert np.array_equal(first.truth.posterior, again.truth.posterior)


def test_of_many_items_the_lowest_lots_are_fitted_on() -> None:
    lot = np.random.default_rng(0).permutation(MOST_FITTED * 2)
    may = lot % 5 != 0
    chosen = _fitted_on(lot, may)
    assert len(chosen) == MOST_FITTED
    assert may[chosen].all()
    assert lot[chosen].max() < lot[np.setdiff1d(np.flatnonzero(may), chosen)].min()
    assert np.array_equal(np.sort(_fitted_on(lot[:100], may[:100])), np.flatnonzero(may[:100]))
