"""Strategies by name over a real pool: all of them publish a queue, and only allowed code is ever imported."""

from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from annotation.callables import NotAllowed, allowed_callable, strategies_of, strategy_refusal
from annotation.errors import InvalidValue
from annotation.models import MULTILABEL_STRATEGIES, Annotation, Project, QueueEntry, Strategy, Stream, Topic
from annotation.operations import named_ranking
from annotation.operations.answer_costs import predicted_seconds
from annotation.operations.learning import score_pool
from annotation.operations.open_pool import open_pool
from annotation.operations.outbox import request_work, run_lane
from annotation.operations.projects import change_project, create_project
from annotation.operations.ranking import rank_pool
from annotation.queries.evaluation import learning_curve
from annotation.queries.learning import model_status
from annotation.stored import load_model
from config import environment
from modeling import guard, team
from modeling.strategies import STRATEGIES
from tests.factories import make_assignment, make_project, make_user
from tests.operations.learning_world import answer, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "tests.operations.test_strategies.longest_first"
FAILS = "tests.operations.test_strategies.fails"


def longest_first(candidates: Any, rng: np.random.Generator) -> np.ndarray:
    """A strategy of an operator's own."""
    return np.abs(candidates.X).sum(axis=1)


def fails(candidates: Any, rng: np.random.Generator) -> np.ndarray:
    """One that does not work."""
    raise ZeroDivisionError("no such luck")


def queue_of(project: Project) -> list[int]:
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE)
    return list(QueueEntry.objects.served().filter(project=project).order_by("rank").values_list("item_id", flat=True))


def test_every_name_is_in_the_registry() -> None:
    assert set(STRATEGIES) | {Strategy.TEAM.value} == set(Strategy.values)
    assert {name for name, one in STRATEGIES.items() if one.is_multilabel} == set(MULTILABEL_STRATEGIES)
    assert strategies_of("spans") == strategies_of("boxes") == ["team", "random"]
    assert strategy_refusal(OURS, "spans") is not None
    assert set(strategies_of("choice")) | set(strategies_of("multichoice")) == set(Strategy.values)


def test_every_strategy_fills_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """With caps far below the pool's size, so that the pass over all vectors and the samples are taken too."""
    monkeypatch.setattr(named_ranking, "MAX_CANDIDATES", 15)
    monkeypatch.setattr(team, "MAX_CANDIDATES", 15)
    monkeypatch.setattr("annotation.operations.ranking.QUEUE_LENGTH", 12)
    project, items, _ = taught(n_items=60, n_labels=20)
    unasked = {item.pk for item in items[20:]}
    for name in strategies_of("choice"):
        Project.objects.filter(pk=project.pk).update(strategy=name)
        queued = queue_of(project)
        assert len(set(queued)) == len(queued) == 12, name
        assert set(queued) <= unasked, name
        if name not in (Strategy.TEAM, Strategy.RANDOM):
            reason = QueueEntry.objects.served().filter(project=project).first().reason
            assert reason["strategy"] == name


def test_margin_asks_what_the_model_is_least_sure_of() -> None:
    taught(strategy=Strategy.MARGIN)
    margins = [one.reason["margin"] for one in QueueEntry.objects.served().order_by("rank")]
    assert margins == sorted(margins)


def test_rare_class_says_which_class_it_looks_for() -> None:
    taught(strategy=Strategy.RARE_CLASS)
    for entry in QueueEntry.objects.served():
        assert entry.reason["kind"] == "rare"
        assert entry.reason["class"] in ("ham", "spam")
        assert entry.reason["probability"] == round(entry.score, 4)


def test_an_allowed_callable_chooses(settings: Any) -> None:
    settings.QUERENT_ALLOWED_CALLABLES = [OURS]
    project, _, _ = taught(strategy=OURS)
    scores = list(QueueEntry.objects.served().order_by("rank").values_list("score", flat=True))
    assert len(scores) == 40
    assert scores == sorted(scores, reverse=True)
    settings.QUERENT_ALLOWED_CALLABLES = []
    with pytest.raises(NotAllowed):
        rank_pool(project, project.live_model, load_model(project.live_model))


def test_a_strategy_that_fails_is_said_and_another_one_ranks_at_once(settings: Any) -> None:
    settings.QUERENT_ALLOWED_CALLABLES = [FAILS]
    project, _, _ = taught()
    before = list(QueueEntry.objects.served().order_by("rank").values_list("item_id", flat=True))
    owner = project.created_by
    change_project(project=project, user=owner, changes={"settings": {"strategy": FAILS}})
    request_work(project_id=project.pk, topic=Topic.SCORE)  # as the training does that the change asks for
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            run(project, Topic.SCORE)
    said = model_status(project)["training"]
    assert said["error"].endswith("The error: ZeroDivisionError: no such luck")
    assert said["said"] == {"code": "ranking.failed", "with": {"why": "ZeroDivisionError: no such luck"}}
    assert list(QueueEntry.objects.served().order_by("rank").values_list("item_id", flat=True)) == before
    change_project(project=project, user=owner, changes={"settings": {"strategy": "margin"}})
    assert run_lane(project_id=project.pk, topic=Topic.SCORE, operation=score_pool) is None
    assert QueueEntry.objects.served().first().reason["strategy"] == "margin"
    assert model_status(project)["training"]["error"] is None


@pytest.mark.parametrize("path", ["os.system", OURS, "nothing", "tests.operations.test_strategies.Any"])
def test_nothing_else_is_imported(path: str, settings: Any) -> None:
    settings.QUERENT_ALLOWED_CALLABLES = ["nothing.at_all"]
    with pytest.raises(NotAllowed):
        allowed_callable(path)
    with pytest.raises(NotAllowed, match="imported"):
        allowed_callable("nothing.at_all")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("magic", "must be one of team"),
        ("os.system", "operator"),
        ("max_loss", "must be one of"),
        (7, "must be one of"),
    ],
)
def test_settings_name_what_exists(given: Any, said: str, settings: Any) -> None:
    settings.QUERENT_ALLOWED_CALLABLES = [OURS]
    user = make_user()
    new = {"user": user, "name": "x", "kind": "choice", "classes": ["a", "b"]}
    with pytest.raises(InvalidValue) as refused:
        create_project(**new, settings={"strategy": given})
    assert said in refused.value.fields["settings.strategy"]
    project = create_project(**new, settings={"strategy": "badge", "cost_aware": True})
    assert change_project(project=project, user=user, changes={"settings": {"strategy": OURS}}).strategy == OURS
    with pytest.raises(InvalidValue) as refused:
        change_project(project=project, user=user, changes={"settings": {"cost_aware": "yes"}})
    assert refused.value.fields == {"settings.cost_aware": "must be true or false"}


def test_the_database_refuses_what_is_no_name() -> None:
    project = make_project()
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(strategy="rm -rf")


def test_paths_of_callables_are_checked_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHS", "one.two, three.four.Five")
    assert environment.dotted_paths("PATHS") == ["one.two", "three.four.Five"]
    monkeypatch.setenv("PATHS", "one")
    with pytest.raises(ImproperlyConfigured, match="PATHS"):
        environment.dotted_paths("PATHS")


def test_cost_is_learned_from_the_seconds_that_people_took() -> None:
    project, items, _ = taught(n_items=60, n_labels=40, cost_aware=True)
    ids = np.array([item.pk for item in items])
    assert predicted_seconds(project, ids) is None, "nobody timed an answer"
    for annotation in Annotation.objects.select_related("item"):
        Annotation.objects.filter(pk=annotation.pk).update(seconds=0.1 * (1 + annotation.item.length))
    seconds = predicted_seconds(project, ids)
    assert seconds is not None
    assert np.allclose(seconds, [0.1 * (1 + item.length) for item in items], rtol=0.2)
    assert len(queue_of(project)) == 20
    project.cost_aware = False
    assert predicted_seconds(project, ids) is None


def test_what_people_are_looking_at_is_pending() -> None:
    project, items, annotator = taught(n_items=60, n_labels=20)
    pool = open_pool(project, project.live_model, load_model(project.live_model))
    assert len(pool.pending()) == 0
    make_assignment(items[25], annotator)
    answer(items[26], annotator, "ham")
    pool = open_pool(project, project.live_model, load_model(project.live_model))
    expected = pool.vectors.vectors(pool.vectors.find(np.array([items[25].pk, items[26].pk])))
    assert np.array_equal(np.sort(pool.pending(), axis=0), np.sort(expected, axis=0))
    assert pool.n_open == 38


def test_the_guard_looks_and_what_it_says_is_done_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at once, with as many labels for each arm. Held back, the queue is the shuffle's."""
    monkeypatch.setattr(guard, "EVERY_LABELS", 25)
    monkeypatch.setattr(guard, "LEAST_LABELS", 20)
    project, items, annotator = taught(n_items=60, n_labels=20)
    assert model_status(project)["guard"] is None
    for place in range(20, 29):
        answer(items[place], annotator, truth(place), stream=Stream.RANDOM)
    run(project, Topic.LEARN)
    told = model_status(project)["guard"]
    assert (told["n_labels"], told["n_compared"], told["fallen_back"]) == (29, 20, False)
    version = project.live_model
    version.metrics["guard"] |= {"fallen_back": True, "gain": -0.05}
    version.save(update_fields=["metrics"])
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE)
    assert set(QueueEntry.objects.served().values_list("stream", flat=True)) == {Stream.SHUFFLE}
    advice = learning_curve(project)["advice"]
    assert advice["code"] == "fallen_back"
    assert "-5.0 points" in advice["text"]


def test_a_strategy_that_somebody_chose_is_not_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "EVERY_LABELS", 40)
    project, _, _ = taught(n_items=60, n_labels=50, strategy=Strategy.MARGIN)
    assert model_status(project)["guard"] is None
