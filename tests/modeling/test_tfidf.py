"""The weighted-features representation: shape, odd texts, stored copies, and that it stands for the sparse rows."""

import numpy as np
import pytest
from scipy import sparse

from modeling.ngrams import tokenize, word_hashes
from modeling.pool import count_characters, count_words, weighted_rows
from modeling.pool_fit import fit_tfidf
from modeling.tfidf import TfidfRepresentation

TEXTS = [f"the team won match {i} and the coach praised {i * i} players" for i in range(30)] + [
    f"shares fell {i} percent as the bank raised {i * 7} rates" for i in range(30)
]


@pytest.fixture(scope="module")
def representation() -> TfidfRepresentation:
    return fit_tfidf(TEXTS, rng=np.random.default_rng(0), dimension=60)


def test_with_as_many_axes_as_texts_nothing_is_lost(representation: TfidfRepresentation) -> None:
    tokens = tokenize(TEXTS)
    words = weighted_rows(count_words(tokens, word_hashes(tokens.words), representation.words), representation.words)
    characters = weighted_rows(count_characters(tokens, representation.characters), representation.characters)
    rows = sparse.hstack([words, characters]).toarray() / np.sqrt(2)
    X = representation.transform(TEXTS)
    assert np.allclose(X @ X.T, rows @ rows.T, atol=1e-3)


def test_stored_copy_is_the_same(representation: TfidfRepresentation) -> None:
    copy = TfidfRepresentation.load(*representation.dump())
    assert np.array_equal(copy.transform(TEXTS), representation.transform(TEXTS))
    with pytest.raises(ValueError, match="tfidf"):
        TfidfRepresentation.load({}, {"name": "pool", "format": 1})


@pytest.mark.parametrize("texts", [[], [""], ["one"], ["same"] * 30, ["今日は雨", "😀"], ["x" * 50_000]])
def test_odd_texts(texts: list[str]) -> None:
    X = fit_tfidf(texts, rng=np.random.default_rng(0), dimension=8).transform(texts)
    assert X.shape == (len(texts), 8)
    assert np.allclose(np.linalg.norm(X, axis=1), [bool(text) for text in texts], atol=1e-5)
