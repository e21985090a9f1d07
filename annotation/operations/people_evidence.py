"""What a flag about a person rests on: known answers missed, right answers expected and observed, the worst answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from annotation.arrays import Ints
from annotation.operations.agreement_report import excerpts
from annotation.operations.inference import Inference

WORST = 5


def evidence_on(inference: Inference, people: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Returns by person (position): gold {n, missed}, expected_right and observed_right of the answers that anything
    else speaks about (None without), and `worst`, the five that are most probably wrong, with their texts."""
    worst = {person: _worst_rows(inference, person) for person in people}
    items = {int(inference.votes.votes[row, 0]) for rows in worst.values() for row in rows}
    texts = excerpts([int(inference.votes.item_ids[item]) for item in items])
    return {person: _of(inference, person, worst[person], texts) for person in people}


def _worst_rows(inference: Inference, person: int) -> Ints:
    rows = np.flatnonzero((inference.votes.votes[:, 1] == person) & inference.is_informative)
    order = np.argsort(-inference.truth.p_wrong[rows], kind="stable")[:WORST]
    return rows[order]


def _of(inference: Inference, person: int, worst: Ints, texts: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    votes, right = inference.votes.votes, inference.right
    own, judged = votes[:, 1] == person, inference.is_informative
    known = own & (inference.gold_class[votes[:, 0]] >= 0)
    missed = votes[known, 2] != inference.gold_class[votes[known, 0]]
    others = judged & ~own
    return {
        "gold": {"n": int(known.sum()), "missed": int(missed.sum())},
        "observed_right": _mean(right[own & judged]),
        "expected_right": _mean(right[others]),
        "worst": [_answer(inference, int(row), texts) for row in worst if _item_id(inference, row) in texts],
    }


def _mean(values: Any) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _item_id(inference: Inference, row: Any) -> int:
    return int(inference.votes.item_ids[inference.votes.votes[row, 0]])


def _answer(inference: Inference, row: int, texts: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """One answer with its text; what was said and what is believed only where an answer is one class."""
    item, _, said = (int(part) for part in inference.votes.votes[row])
    found = {**texts[_item_id(inference, row)], "p_wrong": round(float(inference.truth.p_wrong[row]), 4)}
    names = inference.votes.class_names
    if len(names) == inference.truth.posterior.shape[1]:
        found |= {"class": names[said], "expected": names[int(inference.truth.posterior[item].argmax())]}
    return found
