"""Sets of classes: one yes-or-no inference a class."""

import numpy as np

from modeling.multilabel import has_class, infer_sets, p_wrong_sets


def test_each_class_by_itself():
    rng = np.random.default_rng(0)
    truth = rng.random((300, 3)) < (0.5, 0.2, 0.4)
    answers = np.stack([np.repeat(np.arange(300), 3), np.tile(np.arange(3), 300)], axis=1)
    wrong = rng.random((900, 3)) < np.array([[0.05, 0.05, 0.05], [0.05, 0.05, 0.5], [0.1, 0.1, 0.1]])[answers[:, 1]]
    chosen = truth[answers[:, 0]] ^ wrong
    found = infer_sets(answers, chosen, n_items=300, n_annotators=3)
    assert ((has_class(found) > 0.5) == truth).mean() > 0.95
    assert found[2].accuracy[1] < 0.65
    assert found[0].accuracy[1] > 0.9
    is_wrong = (chosen != truth[answers[:, 0]]).any(axis=1)
    assert p_wrong_sets(found)[is_wrong].mean() > 2 * p_wrong_sets(found)[~is_wrong].mean()


def test_known_sets_are_kept():
    answers = np.array([[0, 0], [0, 1]])
    chosen = np.array([[True, False], [True, False]])
    found = infer_sets(
        answers, chosen, n_items=1, n_annotators=2, gold=np.array([0]), gold_chosen=np.array([[False, True]])
    )
    assert has_class(found).tolist() == [[0.0, 1.0]]
