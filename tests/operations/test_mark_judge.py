"""Marks judged place by place: people who overlap little are told apart, and what cannot be told is in doubt."""

import json
from typing import Any

import numpy as np
import pytest

from annotation.arrays import Answers, Votes
from annotation.kinds import KINDS, Schema
from annotation.operations.answer_words import told_apart
from annotation.operations.graded_judge import judge_graded
from annotation.operations.judgement import Crowd, Judgement, judged

SCHEMA = Schema(classes=("person", "place"), spans_overlap=False)
SPANS = KINDS["spans"]


def span(start: int, end: int, name: str = "person") -> dict[str, Any]:
    return {"start": start, "end": end, "class": name}


def crowd_of(answers: list[dict[int, list[dict[str, Any]]]], gold: dict[int, list[dict[str, Any]]]) -> Crowd:
    """Answers item by item: {person: spans}."""
    texts: dict[str, int] = {}

    def number(spans: list[dict[str, Any]]) -> int:
        return texts.setdefault(json.dumps({"spans": spans}), len(texts))

    rows = [(item, person, number(spans)) for item, given in enumerate(answers) for person, spans in given.items()]
    known = np.array([(item, number(spans)) for item, spans in gold.items()], dtype=np.int64).reshape(-1, 2)
    n, n_people = len(rows), 1 + max(person for _, person, _ in rows)
    votes = Votes(
        list(texts), np.arange(len(answers)), np.arange(n_people), np.arange(n), np.array(rows), np.full(n, np.nan),
        np.arange(n, dtype=float), known, np.zeros(0, np.int64), np.zeros(n, bool),
    )  # fmt: skip
    return Crowd(SPANS, SCHEMA, Answers(votes, list(texts)))


def judge(answers: list[dict[int, list[dict[str, Any]]]], gold: dict[int, list[dict[str, Any]]] | None = None):
    crowd = crowd_of(answers, gold or {})
    return judged(crowd, judge_graded(crowd), target_confidence=0.95)


def team(rates: list[float], per_item: int, *, seed: int = 1) -> tuple[Judgement, list[float], float]:
    """People who miss and mistake marks so often: what is believed, how right each truly was, and the consensus."""
    rng = np.random.default_rng(seed)
    answers, truth, right = [], [], [list[float]() for _ in rates]
    for _ in range(120):
        true = [span(10 * int(k), 10 * int(k) + 6, SCHEMA.classes[int(rng.integers(2))]) for k in range(3)]
        answers.append({int(person): _marked(true, rates[int(person)], rng) for person in rng.permutation(len(rates))})
        for person in list(answers[-1])[per_item:]:
            del answers[-1][person]
        for person, spans in answers[-1].items():
            right[person].append(1 - SPANS.distance({"spans": spans}, {"spans": true}, SCHEMA))
        truth.append({"spans": true})
    found = judge(answers)
    close = [1 - SPANS.distance(one, other, SCHEMA) for one, other in zip(found.values, truth, strict=True)]
    return found, [float(np.mean(own)) for own in right], float(np.mean(close))


def _marked(true: list[dict[str, Any]], rate: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    marks = []
    for mark in true:
        fate = rng.random()
        if fate >= rate / 2:
            other = SCHEMA.classes[mark["class"] == "person"]
            marks.append(mark | {"class": other if fate < rate else mark["class"]})
    return marks


def test_three_people_are_told_apart() -> None:
    """With two others each, leaving one out leaves nobody to say which of the two is right; both looked alike."""
    found, right, consensus = team([0.05, 0.2, 0.5], 3)
    assert found.inference.truth.accuracy == pytest.approx(right, abs=0.06)
    assert consensus > 0.93


def test_where_two_disagree_the_interval_says_that_nobody_knows() -> None:
    found, right, _ = team([0.05, 0.4], 2)
    truth = found.inference.truth
    assert (truth.accuracy_low <= right).all()
    assert (right <= truth.accuracy_high).all()
    assert truth.accuracy_high[1] > truth.accuracy_low[0]


def test_many_who_agree_are_in_no_doubt() -> None:
    found, right, consensus = team([0.02, 0.02, 0.05, 0.3], 4)
    truth = found.inference.truth
    assert truth.accuracy == pytest.approx(right, abs=0.04)
    assert (truth.accuracy_high - truth.accuracy_low)[:2].max() < 0.1
    assert consensus > 0.98


def test_by_hand() -> None:
    """On thirty items ann and bob mark two things and cem one of them, half: F1 with overlaps 2 × ½ / (1 + 2)."""
    both = [span(0, 10), span(20, 30, "place")]
    found = judge([{0: both, 1: both, 2: [span(0, 5)]} for _ in range(30)])
    right = found.inference.right
    assert right[:3] == pytest.approx([1, 1, 1 / 3], abs=0.01)
    assert found.values[0] == {"spans": both}


def test_known_answers_decide() -> None:
    """Two who always disagree, and ten known answers that say the second is right everywhere."""
    one, other = [span(0, 6)], [span(10, 16)]
    found = judge([{0: one, 1: other} for _ in range(40)], gold=dict.fromkeys(range(10), other))
    assert found.inference.right[:2] == pytest.approx([0, 1], abs=0.01)
    assert found.values[39] == {"spans": other}
    assert found.inference.truth.accuracy_high[0] < found.inference.truth.accuracy_low[1]


def test_nothing_to_mark_and_lone_answers() -> None:
    found = judge([{0: [], 1: []}, {0: [span(0, 4)]}])
    assert found.inference.right.tolist() == [1, 1, 1]
    assert found.values == [{"spans": []}, {"spans": [span(0, 4)]}]


def test_the_order_of_people_and_items_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    true = [span(0, 6), span(10, 16, "place")]
    answers = [{person: _marked(true, 0.3, rng) for person in range(3)} for _ in range(30)]
    there = judge(answers)
    back = judge([{2 - person: spans for person, spans in reversed(one.items())} for one in reversed(answers)])
    assert back.inference.truth.accuracy[::-1] == pytest.approx(there.inference.truth.accuracy, abs=1e-9)
    assert back.values[::-1] == there.values


def p_wrong_within_consensus(found: Judgement) -> list[float]:
    """Each answer's P(wrong); that of the consensus is never more than the consensus leaves."""
    votes = found.inference.votes.votes
    p_wrong = found.inference.truth.p_wrong.tolist()
    for (item, _, number), wrong in zip(votes.tolist(), p_wrong, strict=True):
        if found.crowd.value(number) == found.values[item]:
            assert wrong <= 1 - found.beliefs.probability[item] + 1e-9
    return p_wrong


def test_of_two_who_differ_neither_is_probably_wrong() -> None:
    """On one item of thirty, ann and bob mark other things: one witness against another, each half right."""
    same, one, other = [span(0, 10)], [span(0, 4), span(20, 30)], [span(10, 14), span(40, 45)]
    found = judge([{0: same, 1: same} for _ in range(29)] + [{0: one, 1: other}])
    assert p_wrong_within_consensus(found)[-2:] == pytest.approx([0.5, 0.5], abs=0.01)
    assert p_wrong_within_consensus(judge([{0: one, 1: other}])) == pytest.approx([0.5, 0.5], abs=0.01)


def test_two_who_agree_speak_against_the_third() -> None:
    same, other = [span(0, 10)], [span(20, 30)]
    found = judge([{0: same, 1: same, 2: same} for _ in range(29)] + [{0: same, 1: same, 2: other}])
    p_wrong = p_wrong_within_consensus(found)
    assert max(p_wrong[:-1]) < 0.5
    assert p_wrong[-1] > 0.99


@pytest.mark.parametrize("per_item", [2, 3])
def test_no_doubt_contradicts_the_consensus(per_item: int) -> None:
    p_wrong_within_consensus(team([0.05, 0.2, 0.5], per_item)[0])


def test_two_answers_are_told_apart_by_what_differs() -> None:
    shared, quotes = span(0, 4), {(6, 9): "Ada", (12, 15): "Ada"}
    said = told_apart({"spans": [shared, span(6, 9)]}, {"spans": [shared, span(6, 9, "place")]}, quotes)
    assert said == ("person “Ada”", "place “Ada”")
    moved_on = told_apart({"spans": [shared, span(6, 9)]}, {"spans": [shared, span(12, 15)]}, quotes)
    assert moved_on == ("person “Ada” from 6 to 9", "person “Ada” from 12 to 15")
    assert told_apart({"spans": [shared]}, {"spans": []}, quotes) == ("1 span", "0 spans")
    box = {"x": 1, "y": 2.5, "width": 3, "height": 4, "class": "cat"}
    moved = [box | {"x": 5 + k} for k in range(4)]
    one, other = told_apart({"boxes": [box] * 4}, {"boxes": moved}, {})
    assert one.startswith("cat at (1, 2.5), 3 by 4, ")
    assert other.endswith(", 1 more")
