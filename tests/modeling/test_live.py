"""Live updates: what one vote does, that nothing remains of what was taken back, and that the order does not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.engine import believe_people
from modeling.live import Version, judge_items, version_of
from tests.modeling.test_truth import simulate

N_ITEMS, N_PEOPLE, K = 120, 6, 3


def kept_version(seed: int = 0) -> tuple[Version, np.ndarray]:
    _, votes = simulate([0.95, 0.9, 0.85, 0.8, 0.7, 0.6], N_ITEMS, K, 3, np.random.default_rng(seed))
    gold = np.array([[0, 1], [7, 2]])
    beliefs = believe_people(votes, n_items=N_ITEMS, n_annotators=N_PEOPLE, n_classes=K, gold=gold)
    return version_of(beliefs, votes, gold=gold), votes


def judged(version: Version, votes: np.ndarray, items: np.ndarray) -> np.ndarray:
    """The items' posterior by their votes among `votes`."""
    place = np.full(N_ITEMS + 1, -1)
    place[items] = np.arange(len(items))
    own = votes[np.isin(votes[:, 0], items)]
    own = np.column_stack([place[own[:, 0]], own[:, 1:]])
    known_as = np.where(items < N_ITEMS, items, -1)
    fixed = np.where(items < N_ITEMS, version.fixed[np.minimum(items, N_ITEMS - 1)], -1)
    return judge_items(version, known_as, own, fixed)


def test_untouched_items_stay_to_the_last_bit() -> None:
    version, votes = kept_version()
    assert np.array_equal(judged(version, votes, np.arange(N_ITEMS)), version.posterior)


def test_a_vote_moves_its_item_towards_what_was_said_and_taken_back_leaves_no_trace() -> None:
    version, votes = kept_version()
    item = np.array([5])
    newcomer = np.array([[5, -1, 0]])
    more = judged(version, np.concatenate([votes, newcomer]), item)
    assert more[0, 0] > version.posterior[5, 0]
    assert np.array_equal(judged(version, votes, item), version.posterior[item])
    revised = votes.copy()
    row = np.flatnonzero(votes[:, 0] == 5)[0]
    revised[row, 2] = (revised[row, 2] + 1) % K
    assert judged(version, revised, item)[0, votes[row, 2]] < version.posterior[5, votes[row, 2]]


def test_a_new_item_is_judged_by_its_annotators_skill() -> None:
    version, _ = kept_version()
    good, poor = (judge_items(version, np.array([-1]), np.array([[0, w, 1]]), np.array([-1]))[0, 1] for w in (0, 5))
    assert good > poor > 1 / K
    assert judge_items(version, np.array([-1]), np.zeros((0, 3), int), np.array([-1]))[0] == pytest.approx(
        version.class_prior
    )


def test_a_live_update_comes_near_the_next_full_inference() -> None:
    version, votes = kept_version()
    extra = np.array([[item, 5, 0] for item in range(20) if not ((votes[:, 0] == item) & (votes[:, 1] == 5)).any()])
    every = np.concatenate([votes, extra])
    full = believe_people(every, n_items=N_ITEMS, n_annotators=N_PEOPLE, n_classes=K, gold=np.array([[0, 1], [7, 2]]))
    live = judged(version, every, np.unique(extra[:, 0]))
    assert np.abs(live - full.truth.posterior[np.unique(extra[:, 0])]).mean() < 0.06


@settings(max_examples=25)
@given(st.integers(0, 2**16))
def test_replay_in_any_order_and_by_any_number_of_processes_is_the_same(seed: int) -> None:
    """Votes are added, revised and deleted; whoever judges an item at the end comes to the same numbers."""
    rng = np.random.default_rng(seed)
    version, votes = kept_version()
    final = {(int(i), int(w)): int(c) for i, w, c in votes}
    touched = set()
    for _ in range(30):
        key = (int(rng.integers(0, N_ITEMS + 1)), int(rng.integers(-1, N_PEOPLE)))
        touched.add(key[0])
        if rng.random() < 0.3:
            final.pop(key, None)
        else:
            final[key] = int(rng.integers(0, K))
    rows = np.array([(*key, c) for key, c in final.items()])
    items = np.array(sorted(touched))
    at_once = judged(version, rows[rng.permutation(len(rows))], items)
    one_by_one = np.concatenate([judged(version, rows, np.array([item])) for item in items])
    assert np.allclose(at_once, one_by_one, atol=1e-12)
    assert at_once.sum(axis=1) == pytest.approx(1)
