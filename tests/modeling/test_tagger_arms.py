"""The guard of spans: questions that teach less than random ones lose, by F1 on texts that neither has seen."""

import numpy as np
import pytest

from modeling.tagging.arms import Taught, compare_taggers, f1_gain
from modeling.tagging.lexicon import learn_lexicon
from modeling.tagging.span_scores import Matches
from modeling.tagging.spans import Span, tags_of, token_targets
from modeling.tagging.tagger import n_tags
from modeling.tagging.tokens import tokenize_with_places
from tests.modeling.test_tagging import world


def arms(n: int, n_wrong: int) -> Taught:
    """`n` texts, of the first `n_wrong` of which people marked the first word only."""
    texts, spans = world(n, seed=1)
    told = [[Span(0, texts[i].index(" "), 0)] if i < n_wrong else own for i, own in enumerate(spans)]
    tokens = tokenize_with_places(texts)
    targets = token_targets([tags_of(tokens, told)], [1.0], n_tags(2))
    return Taught(tokens, targets, np.ones(len(targets), dtype=np.float32), told)


@pytest.mark.parametrize(("n_wrong", "loses"), [(40, True), (0, False)])
def test_questions_that_teach_nothing_lose(n_wrong: int, *, loses: bool) -> None:
    texts = arms(100, n_wrong)
    is_protected = np.arange(100) >= 60
    random = np.arange(40, 100)  # the first twenty of them are the shuffle's: both arms learn from them
    found = compare_taggers(
        texts, np.arange(60), random, is_protected, lexicon=learn_lexicon(texts.tokens), rng=np.random.default_rng(0)
    )
    assert found.n_compared == 40
    assert found.low <= found.gain <= found.high
    assert (found.high < 0) is loses


def test_the_difference_of_two_f1_by_hand() -> None:
    """Two texts with a true span each: one tagger finds both, the other the first alone."""
    ones = np.ones(2, dtype=np.int64)
    found = f1_gain(Matches(ones, ones, ones), Matches(np.array([1, 0]), np.array([1, 0]), ones), 30)
    assert found.gain == pytest.approx(1 - 2 / 3)
    # influence of the texts on 2/3: (2 - 4/3) / 3 and (0 - 2/3) / 3, on 1: nothing; so the variance is 8/81, and
    # Wilson's interval of (1 + 1/3) / 2 of two texts has a quarter of it
    z = 1.644854
    half = z / (2 + z**2) * np.sqrt(4 * 2 / 81 + z**2 / 4)
    assert found.low == pytest.approx(2 * ((2 * 2 / 3 + z**2 / 2) / (2 + z**2) - half) - 1, abs=1e-4)
    assert found.high == pytest.approx(2 * ((2 * 2 / 3 + z**2 / 2) / (2 + z**2) + half) - 1, abs=1e-4)


def test_taggers_that_find_the_same_leave_doubt() -> None:
    """Texts without a span in any view say nothing, so of them alone nothing is known."""
    ones, none = np.ones(12, dtype=np.int64), np.zeros(12, dtype=np.int64)
    same = f1_gain(Matches(ones, ones, ones), Matches(ones, ones, ones), 30)
    assert (same.gain, round(same.high, 2), round(same.low, 2)) == (0, 0.18, -0.18)
    assert f1_gain(Matches(none, none, none), Matches(none, none, none), 30)[:3] == (0, -1, 1)
