"""The rehearsal of spans behind docs/experiments/spans.md goes on with the engine as it is."""

import numpy as np
import pytest

from benchmarks.span_replay import Pool, SpanReplay
from benchmarks.spans import Sentence
from modeling.tagging.outlook import FEW_SPANS, spans_wanted
from tests.modeling.test_tagging import world


def rows(n: int) -> list[Sentence]:
    texts, spans = world(n, seed=3)
    names = ("person", "place")
    marked = [[{"start": a, "end": b, "class": names[k]} for a, b, k in own] for own in spans]
    return [Sentence(text, own, place < 20) for place, (text, own) in enumerate(zip(texts, marked, strict=True))]


@pytest.mark.parametrize("strategy", ["team", "random"])
def test_sentences_are_asked_once_and_teach(strategy: str) -> None:
    replay = SpanReplay(Pool(rows(150), seed=1), strategy, seed=1)
    [point] = replay.points(50)
    assert len(set(replay.taught)) == len(replay.taught)
    assert 50 == (~replay.is_open).sum() >= len(replay.taught) > 35
    assert point.best >= point.f1 > 0.9
    assert point.n_spans > 60


def test_a_class_with_a_few_spans_is_not_looked_for() -> None:
    assert spans_wanted(np.array([0.0, FEW_SPANS - 1, FEW_SPANS])).tolist()[:2] == [0, FEW_SPANS - 1]
    assert spans_wanted(np.array([FEW_SPANS, 100.0])).tolist() == [30, 30]
