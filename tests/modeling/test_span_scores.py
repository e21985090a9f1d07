"""Drift and calibration of spans, by hand."""

import numpy as np
import pytest

from modeling.evaluation import accuracy_interval
from modeling.tagging.span_scores import Matches, class_shares, newest_against_older, span_bins
from modeling.tagging.spans import FoundSpan, Span
from modeling.tagging.tokens import tokenize_with_places


def test_the_share_of_a_text_that_a_class_covers() -> None:
    """Two tokens, the first begins a span by 0.5 and the second goes on by 0.3; a text without a token says nothing."""
    tokens = tokenize_with_places(["a b", "", "c"])
    tags = np.array([[0.5, 0.5, 0.0], [0.6, 0.1, 0.3], [1.0, 0.0, 0.0]])
    found = class_shares(np.log(np.maximum(tags, 1e-12)).astype(np.float32), tokens)
    assert found == pytest.approx(np.array([[0.45], [0.0]]), abs=1e-6)
    assert class_shares(np.zeros((0, 3), np.float32), tokenize_with_places([""])).shape == (0, 1)


def test_spans_are_right_as_often_as_they_say() -> None:
    """Two spans said with 0.9 and more, one of them right; the third has the right place and another class."""
    found = [[FoundSpan(0, 3, 0, 0.95), FoundSpan(4, 6, 1, 0.93)], [FoundSpan(0, 2, 1, 0.4)], []]
    vague, sure = span_bins(found, [[Span(0, 3, 0)], [Span(0, 2, 0)], [Span(1, 2, 0)]])
    assert (vague.n, vague.right.estimate, sure.n, sure.right.estimate) == (1, 0.0, 2, 0.5)
    assert sure.confidence == pytest.approx(0.94)
    assert vague.right == accuracy_interval(0, 1)
    assert span_bins([[]], [[Span(0, 1, 0)]]) == []


def test_newer_texts_against_older_ones() -> None:
    """The tagger finds the one span of each of twenty older texts and none of twenty newer ones."""
    ones = np.ones(40, dtype=np.int64)
    both = (np.arange(40) < 20).astype(np.int64)
    found = newest_against_older(Matches(both, both, ones))
    assert found is not None
    assert (found.estimate, found.low < -0.9, found.high < -0.7) == (-1, True, True)
    few = Matches(*(column[:19] for column in (both, both, ones)))
    assert newest_against_older(few) is None
