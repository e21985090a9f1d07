"""Truth inference: simulated people with known skills, and every way in which there can be little evidence."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.truth import Truth, infer


def simulate(
    skills: list[float], n_items: int, n_classes: int, per_item: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """True classes (n_items,) and votes (n, 3); who errs picks one of the other classes evenly."""
    truth = rng.integers(0, n_classes, n_items)
    item = np.repeat(np.arange(n_items), per_item)
    person = np.concatenate([rng.permutation(len(skills))[:per_item] for _ in range(n_items)])
    right = rng.random(len(item)) < np.array(skills)[person]
    wrong = (truth[item] + rng.integers(1, n_classes, len(item))) % n_classes
    return truth, np.stack([item, person, np.where(right, truth[item], wrong)], axis=1)


def check_sane(truth: Truth) -> None:
    for field in fields(truth):
        if field.name == "skills":
            continue
        assert np.isfinite(getattr(truth, field.name)).all(), field.name
    assert np.allclose(truth.posterior.sum(axis=1), 1)
    assert np.allclose(truth.skills.confusion.sum(axis=2), 1, atol=1e-6)
    assert ((truth.p_wrong >= 0) & (truth.p_wrong <= 1)).all()
    assert (truth.accuracy_low <= truth.accuracy).all()
    assert (truth.accuracy <= truth.accuracy_high).all()


def test_skills_are_recovered_and_consensus_beats_majority() -> None:
    skills = [0.95, 0.9, 0.85, 0.8, 0.6, 0.55, 0.5]
    truth, votes = simulate(skills, 1500, 3, 4, np.random.default_rng(0))
    found = infer(votes, n_items=1500, n_annotators=7, n_classes=3)
    check_sane(found)
    assert np.abs(found.accuracy - skills).max() < 0.05
    counts = np.bincount(votes[:, 0] * 3 + votes[:, 2], minlength=4500).reshape(1500, 3)
    majority = (counts + np.random.default_rng(1).random(counts.shape) / 10).argmax(axis=1)
    assert (found.posterior.argmax(axis=1) == truth).mean() > (majority == truth).mean() + 0.02


def test_votes_thought_wrong_are_wrong_about_as_often_as_thought() -> None:
    truth, votes = simulate([0.9, 0.85, 0.8, 0.75, 0.7], 2000, 3, 3, np.random.default_rng(2))
    found = infer(votes, n_items=2000, n_annotators=5, n_classes=3)
    wrong = votes[:, 2] != truth[votes[:, 0]]
    assert abs(found.p_wrong.mean() - wrong.mean()) < 0.03
    surest = np.argsort(-found.p_wrong)[: len(votes) // 20]
    assert wrong[surest].mean() > 0.8


def test_accuracy_intervals_cover() -> None:
    inside = []
    for seed in range(30):
        skills = np.random.default_rng(seed).uniform(0.6, 0.95, 8)
        _, votes = simulate(list(skills), 150, 2, 3, np.random.default_rng(1000 + seed))
        found = infer(votes, n_items=150, n_annotators=8, n_classes=2)
        inside.append((found.accuracy_low <= skills) & (skills <= found.accuracy_high))
    assert np.mean(inside) >= 0.85


@pytest.mark.parametrize("kind", ["one class", "uniform", "adversary"])
def test_spammer_is_caught_at_20_judgements_and_honest_people_are_not(kind: str) -> None:
    caught, accused = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        truth, votes = simulate([0.9, 0.85, 0.85, 0.8, 0.8, 0.75], 200, 3, 3, rng)
        items = rng.permutation(200)[:20]
        answers = {
            "one class": np.full(20, 1),
            "uniform": rng.integers(0, 3, 20),
            "adversary": (truth[items] + rng.integers(1, 3, 20)) % 3,
        }[kind]
        votes = np.concatenate([votes, np.stack([items, np.full(20, 6), answers], axis=1)])
        odds = infer(votes, n_items=200, n_annotators=7, n_classes=3).random_log_odds
        caught.append(odds[6] > np.log(10))
        accused.append((odds[:6] > np.log(10)).any())
    assert np.mean(caught) >= 0.9
    assert not any(accused)


def test_where_half_of_a_crowd_leans_to_a_class_leaning_is_no_guessing() -> None:
    """Thirty-nine people, right in 62 to 90 %; every second one says her favourite instead of every second answer."""
    accused = []
    for seed in range(4):
        truth, votes = simulate([0.9] * 13 + [0.75] * 13 + [0.62] * 13, 108, 2, 16, np.random.default_rng(seed))
        leans = (votes[:, 1] % 2 == 0) & (np.random.default_rng(seed).random(len(votes)) < 0.5)
        votes[leans, 2] = votes[leans, 1] // 2 % 2
        odds = infer(votes, n_items=len(truth), n_annotators=39, n_classes=2).random_log_odds
        accused.append(odds > np.log(10))
    assert np.mean(accused) <= 0.1


def test_two_who_guess_among_eight_are_told_by_forty_answers_each() -> None:
    told, worst, accused = [], [], []
    for seed in range(30):
        _, votes = simulate([0.9] * 6 + [0.5] * 2, 100, 2, 3, np.random.default_rng(seed))
        odds = infer(votes, n_items=100, n_annotators=8, n_classes=2).random_log_odds
        told.append((odds[6:] > np.log(10)).all())
        worst.append(set(np.argsort(-odds)[:2]) == {6, 7})
        accused.append((odds[:6] > np.log(10)).any())
    assert np.mean(told) >= 0.8
    assert np.mean(accused) <= 0.05
    assert np.mean(worst) >= 0.95


@settings(max_examples=20)
@given(st.integers(0, 2**16))
def test_order_and_names_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, votes = simulate([0.9, 0.8, 0.7, 0.6], 40, 3, 3, rng)
    gold = np.array([[0, 1], [5, 2]])
    rows, items, people, classes = (rng.permutation(n) for n in (len(votes), 40, 4, 3))
    renamed = np.stack([items[votes[:, 0]], people[votes[:, 1]], classes[votes[:, 2]]], axis=1)[rows]
    gold_renamed = np.stack([items[gold[:, 0]], classes[gold[:, 1]]], axis=1)
    a = infer(votes, n_items=40, n_annotators=4, n_classes=3, gold=gold)
    b = infer(renamed, n_items=40, n_annotators=4, n_classes=3, gold=gold_renamed)
    assert np.allclose(a.posterior, b.posterior[items][:, classes], atol=1e-9)
    assert np.allclose(a.skills.confusion, b.skills.confusion[people][:, classes][:, :, classes], atol=1e-9)
    assert np.allclose(a.accuracy, b.accuracy[people], atol=1e-9)
    assert np.allclose(a.random_log_odds, b.random_log_odds[people], atol=1e-7)
    assert np.allclose(a.p_wrong[rows], b.p_wrong, atol=1e-9)


def test_a_lone_vote_is_believed_as_far_as_the_average_person() -> None:
    """Nobody overlaps and a class is rarer than the assumed error rate: votes must not be explained away."""
    rng = np.random.default_rng(0)
    answers = (rng.random(500) < 0.1).astype(int)
    votes = np.stack([np.arange(500), rng.integers(0, 5, 500), answers], axis=1)
    found = infer(votes, n_items=501, n_annotators=6, n_classes=2)
    check_sane(found)
    assert np.array_equal(found.posterior[:500].argmax(axis=1), answers)
    assert found.p_wrong.min() > 0.01
    assert found.p_wrong.max() < 0.5
    assert np.allclose(found.posterior[500], found.class_prior)
    assert not found.n_informative.any()
    assert not found.random_log_odds.any()
    assert (found.accuracy_high - found.accuracy_low > 0.3).all()


def test_one_annotator_alone_has_no_known_skill() -> None:
    votes = np.array([[0, 0, 0], [1, 0, 1], [2, 0, 0]])
    found = infer(votes, n_items=3, n_annotators=1, n_classes=2)
    assert found.posterior.argmax(axis=1).tolist() == [0, 1, 0]
    assert found.n_informative[0] == 0
    assert found.accuracy[0] < 0.99


def test_gold_is_fixed_and_teaches_skill() -> None:
    items, classes = np.arange(30), np.arange(30) % 2
    gold = np.stack([items, classes], axis=1)
    good = np.stack([items, np.zeros(30, int), classes], axis=1)
    bad = np.stack([items, np.ones(30, int), 1 - classes], axis=1)
    later = np.array([[30, 0, 1], [30, 1, 0]])
    found = infer(np.concatenate([good, bad, later]), n_items=31, n_annotators=2, n_classes=2, gold=gold)
    check_sane(found)
    assert np.array_equal(found.posterior[:30], np.eye(2)[classes])
    assert found.accuracy[0] > 0.9
    assert found.accuracy[1] < 0.15
    assert found.posterior[30, 1] > 0.8
    assert found.random_log_odds[1] > np.log(10) > found.random_log_odds[0]


def test_nothing_at_all() -> None:
    none = np.zeros((0, 3), dtype=np.int64)
    check_sane(infer(none, n_items=3, n_annotators=2, n_classes=3))
    check_sane(infer(none, n_items=0, n_annotators=0, n_classes=2))
    check_sane(infer(np.array([[0, 0, 0], [0, 1, 0]]), n_items=1, n_annotators=2, n_classes=1))


@pytest.mark.parametrize("vote", [[3, 0, 0], [0, 2, 0], [0, 0, 2], [-1, 0, 0]])
def test_indices_out_of_range_are_refused(vote: list[int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        infer(np.array([vote]), n_items=3, n_annotators=2, n_classes=2)


def test_what_somebody_poor_says_never_speaks_against_itself() -> None:
    """Two people of eight guess, one class is rare: among 40 answers chance alone makes a guesser look like a liar."""
    worse = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = (rng.random(100) < 0.1).astype(int)
        item = np.repeat(np.arange(100), 3)
        person = np.concatenate([rng.permutation(8)[:3] for _ in range(100)])
        wrong = rng.random(300) < np.where(person < 6, 0.1, 0.5)
        votes = np.stack([item, person, np.where(wrong, 1 - truth[item], truth[item])], axis=1)
        found = infer(votes, n_items=100, n_annotators=8, n_classes=2)
        assert (found.skills.credible <= np.einsum("wkk->wk", found.skills.confusion)[:, None, :] + 1e-12).all()
        majority = np.bincount(item, weights=votes[:, 2]) > 1.5
        worse.append((found.posterior.argmax(axis=1) == truth).mean() - (majority == truth).mean())
    assert np.mean(worse) > 0.01
    assert min(worse) > -0.06
