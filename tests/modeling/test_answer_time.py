"""The model of seconds: recovers a law, holds its bounds, and is silent without evidence."""

import numpy as np
import pytest

from modeling.answer_time import fit_answer_time


def test_a_law_is_recovered() -> None:
    lengths = np.arange(10, 500, 7)
    found = fit_answer_time(lengths, 2.0 * (1 + lengths) ** 0.5)
    assert found is not None
    assert (found.power, np.exp(found.base)) == (pytest.approx(0.5), pytest.approx(2.0))
    assert found.predict(np.array([0, 99])) == pytest.approx([2.0, 20.0], rel=1e-4)


def test_a_pause_does_not_make_long_items_endless() -> None:
    lengths = np.arange(1, 101)
    seconds = np.full(100, 3.0)
    seconds[50] = 1e7
    found = fit_answer_time(lengths, seconds)
    assert found is not None
    assert found.predict(np.array([100]))[0] < 5


@pytest.mark.parametrize("seconds", [np.linspace(10, 1, 40), np.full(40, 3.0)])
def test_longer_items_never_count_as_quicker(seconds: np.ndarray) -> None:
    found = fit_answer_time(np.arange(40), seconds)
    assert found is not None
    assert found.power == 0


def test_few_or_untimed_answers_say_nothing() -> None:
    assert fit_answer_time(np.arange(19), np.ones(19)) is None
    assert fit_answer_time(np.arange(40), np.full(40, np.nan)) is None
    same = fit_answer_time(np.full(40, 12), np.full(40, 3.0))
    assert same is not None
    assert same.predict(np.array([12, 1000])) == pytest.approx([3.0, 3.0])
