"""Two models on the same items."""

import numpy as np
import pytest
from scipy.stats import binomtest

from modeling.comparison import paired_difference


def pair(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    counts = (both, first, second, neither)
    return np.repeat([True, True, False, False], counts), np.repeat([True, False, True, False], counts)


def test_by_hand() -> None:
    found = paired_difference(*pair(70, 2, 12, 16))
    assert found[:5] == (100, 70, 2, 12, 16)
    assert found.difference.estimate == pytest.approx(0.1)
    assert found.difference[1:] == pytest.approx(
        (0.0236, 0.1725), abs=1e-4
    )  # 10/102 ± 1.96 √((16/102 - (10/102)²)/102)
    assert found.p_value == pytest.approx(binomtest(2, 14).pvalue)


def test_equals_are_equal() -> None:
    found = paired_difference(*pair(9, 0, 0, 1))
    assert found.difference == pytest.approx((0, -0.231, 0.231), abs=1e-3)  # 1.96 √((2/12)/12)
    assert found.p_value == 1.0
    assert paired_difference(*pair(0, 3, 3, 0)).p_value == 1.0


def test_swapping_turns_the_sign() -> None:
    one, other = pair(50, 4, 9, 7)
    there, back = paired_difference(one, other), paired_difference(other, one)
    assert there.difference == pytest.approx([-back.difference.estimate, -back.difference.high, -back.difference.low])
    assert there.p_value == back.p_value


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="item by item"):
        paired_difference(np.zeros(0, bool), np.zeros(0, bool))
