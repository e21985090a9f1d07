"""What the learning curve says of the labels saved, before it can say a number."""

import pytest

from annotation.models import Evaluation, Project
from annotation.queries.evaluation import learning_curve
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def measure(project: Project, number: int, arm: str, n: int) -> None:
    said = {"metric": "accuracy", "estimate": 0.6, "low": 0.4, "high": 0.8, "n": n}
    Evaluation.objects.create(project=project, model_number=number, annotations=50 * number, arm=arm, **said)


def test_the_curve_that_lacks_answers_is_the_one_that_is_told() -> None:
    project = make_project()
    measure(project, 1, "active", 23)
    measure(project, 1, "random", 12)
    measure(project, 2, "random", 14)
    assert learning_curve(project)["labels_saved_because"].endswith(
        "needs answers to 20 random items no model learns from; one has 14."
    )
