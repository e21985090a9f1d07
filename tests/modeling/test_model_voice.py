"""The model as a voice: how much say it earns, how sure it may be, and what it tells about people."""

import numpy as np
import pytest

from modeling.engine import Beliefs, believe_people, hear_model
from modeling.model_voice import Voice, heard, weighed_voice
from tests.modeling.test_truth import simulate


def voice_of(votes: np.ndarray, views: np.ndarray, n_people: int) -> Voice | None:
    n_items, n_classes = views.shape
    people = believe_people(votes, n_items=n_items, n_annotators=n_people, n_classes=n_classes)
    return weighed_voice(votes, np.arange(n_items), views, truth=people.truth, matrix=people.matrix)


@pytest.mark.parametrize("per_item", [1, 2])
def test_a_model_earns_its_say(per_item: int) -> None:
    """A good model counts, one that knows nothing does not, nor does any while answers are few."""
    rng = np.random.default_rng(0)
    truth, votes = simulate([0.9, 0.9, 0.9], 200, 3, per_item, rng)
    good = 0.1 / 3 + 0.9 * np.eye(3)[truth]
    voice = voice_of(votes, good, 3)
    assert voice is not None
    assert 0.8 < voice.weight < 1
    for useless in (np.full((200, 3), 1 / 3), rng.dirichlet(np.ones(3), 200)):
        weak = voice_of(votes, useless, 3)
        assert weak is None or weak.weight < 0.3
    assert voice_of(votes[:20], good, 3) is None


def test_an_overconfident_model_is_tempered() -> None:
    rng = np.random.default_rng(0)
    truth, votes = simulate([0.95, 0.95], 300, 2, 2, rng)
    says = np.where(rng.random(300) < 0.75, truth, 1 - truth)
    voice = voice_of(votes, 0.0005 + 0.999 * np.eye(2)[says], 2)
    assert voice is not None
    assert np.allclose(voice.probabilities.sum(axis=1), 1)
    assert voice.probabilities.max() < 0.97


def test_a_good_model_is_not_thought_unsure_because_people_err() -> None:
    """Measured by answers of which a quarter is wrong, as if they were the truth, it would be at most 0.75 sure."""
    truth, votes = simulate([0.75] * 6, 400, 2, 3, np.random.default_rng(0))
    voice = voice_of(votes, 0.05 + 0.9 * np.eye(2)[truth], 6)
    assert voice is not None
    assert voice.probabilities[np.arange(400), truth].mean() > 0.9


def test_the_model_adds_by_its_weight() -> None:
    beliefs = np.array([[0.5, 0.5]])
    views = np.array([[0.1, 0.9]])
    says = [
        heard(beliefs, np.array([0.5, 0.5]), Voice(views, np.array([True]), weight), np.array([False]))[0, 1]
        for weight in (0.0, 0.5, 1.0)
    ]
    assert says[0] == pytest.approx(0.5)
    assert says[0] < says[1] < says[2] < 0.9


def two_guessers(seed: int) -> tuple[Beliefs, Beliefs]:
    """What is believed, without and with a model, of eight people two of whom guess; 26 answers each, two classes."""
    rng = np.random.default_rng(seed)
    truth, votes = simulate([0.9] * 6 + [0.5] * 2, 70, 2, 3, rng)
    says = np.where(rng.random(70) < 0.93, truth, 1 - truth)
    people = believe_people(votes, n_items=70, n_annotators=8, n_classes=2)
    views = 0.07 + 0.86 * np.eye(2)[says]
    voice = weighed_voice(votes, np.arange(70), views, truth=people.truth, matrix=people.matrix)
    assert voice is not None
    return people, hear_model(people, voice, votes, gold=None, silent=np.zeros(70, dtype=bool))


def test_guessers_are_told_from_honest_people_sooner_with_a_model() -> None:
    odds = np.array([[found.truth.random_log_odds for found in two_guessers(seed)] for seed in range(30)])
    caught = (odds[:, :, 6:] >= np.log(10)).mean(axis=(0, 2))
    assert caught[1] > caught[0] + 0.05
    assert caught[1] >= 0.8
    assert (odds[:, 1, :6] >= np.log(10)).mean() < 0.01


def test_a_person_is_judged_by_every_answer_that_the_model_speaks_about() -> None:
    votes = np.array([[item, 0, item % 2] for item in range(60)])
    people = believe_people(votes, n_items=60, n_annotators=1, n_classes=2)
    voice = Voice(0.1 + 0.8 * np.eye(2)[np.arange(60) % 2], np.arange(60) < 40, 1.0)
    found = hear_model(people, voice, votes, gold=None, silent=np.zeros(60, dtype=bool))
    assert people.n_judged.tolist() == [0]
    assert found.n_judged.tolist() == [40]
    assert found.truth.random_log_odds[0] < -5
