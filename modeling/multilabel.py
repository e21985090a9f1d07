"""Sets of classes as answers: one yes-or-no inference a class."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modeling.truth import Truth, infer
from modeling.votes import Floats, Ints

Bools = npt.NDArray[np.bool_]


def infer_sets(
    answers: Ints,
    chosen: Bools,
    *,
    n_items: int,
    n_annotators: int,
    gold: Ints | None = None,
    gold_chosen: Bools | None = None,
) -> list[Truth]:
    """The inference of every class: class 1 of each `Truth` means that the item has it.

    answers: (n, 2) item and annotator. chosen: (n, n_classes), which classes each answer named. gold: (m,) items whose
    set is known, gold_chosen: (m, n_classes). People may be good at one class and poor at another; skills are separate.
    """
    found = []
    for column in range(chosen.shape[1]):
        votes = np.column_stack([answers, chosen[:, column]]).astype(np.int64)
        known = None if gold is None or gold_chosen is None else np.column_stack([gold, gold_chosen[:, column]])
        found.append(infer(votes, n_items=n_items, n_annotators=n_annotators, n_classes=2, gold=known))
    return found


def has_class(truths: Sequence[Truth]) -> Floats:
    """P(item has the class), (n_items, n_classes), each class by itself."""
    return np.column_stack([truth.posterior[:, 1] for truth in truths])


def p_wrong_sets(truths: Sequence[Truth]) -> Floats:
    """P(an answer's set is not the item's), (n_answers,), taking the classes as independent."""
    return np.asarray(1 - np.prod([1 - truth.p_wrong for truth in truths], axis=0))
