"""The representation without SciPy gives the same vectors."""

import random

import numpy as np
import pytest

from modeling.pool import PoolRepresentation
from modeling.pool_fit import fit_pool
from modeling.pool_numpy import transform

WORDS = [
    "lunch",
    "tomorrow",
    "home",
    "prize",
    "claim",
    "free",
    "cash",
    "urgent",
    "無料",
    "ความ",
    "naïve",
    "🙂",
    "don't",
    "U.S.",
    "12%",
]


@pytest.fixture(scope="module")
def representation() -> PoolRepresentation:
    draw = random.Random(1)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 12))) for _ in range(300)]
    return fit_pool(texts, rng=np.random.default_rng(0), dimension=16)


@pytest.mark.parametrize(
    "texts",
    [
        ["free cash"],
        [""],
        ["", "claim", "", "nothing known here: qqqq", " "],
        ["無料ความ🙂", "FREE free Free", "a" * 50_000, "\ud800 lone", "\0"],
        [" ".join(WORDS) * 30, *WORDS],
        [],
    ],
)
def test_the_same_vectors(representation: PoolRepresentation, texts: list[str]) -> None:
    arrays, _ = representation.dump()
    assert transform(arrays, texts) == pytest.approx(representation.transform(texts), abs=2e-6)


def test_a_representation_that_knows_nothing(representation: PoolRepresentation) -> None:
    empty = fit_pool(["", ""], rng=np.random.default_rng(0), dimension=4)
    arrays, _ = empty.dump()
    assert transform(arrays, ["lunch", ""]) == pytest.approx(empty.transform(["lunch", ""]))
