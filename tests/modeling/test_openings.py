"""How a text opens counts for itself; what was learned without openings reads texts as it always did."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling import pool_numpy
from modeling.ngrams import NO_WORD, Hashes, pair_hashes, tokenize, word_features, word_hashes
from modeling.pool import PoolRepresentation, Vocabulary
from modeling.pool_fit import fit_pool, fit_tfidf
from modeling.tfidf import TfidfRepresentation


def features(texts: list[str]) -> list[Counter[int]]:
    """How often every text has every feature."""
    tokens = tokenize(texts)
    hashes, text_of = word_features(tokens, word_hashes(tokens.words))
    return [Counter(hashes[text_of == place].tolist()) for place in range(len(texts))]


def hashed(*words: str) -> Hashes:
    """The feature of one word, of two neighbours, or of an opening where the first of them is no word."""
    total = word_hashes([words[0]])
    for word in words[1:]:
        total = pair_hashes(total, word_hashes([word]))
    return total


def counted(*kinds: tuple[str, ...]) -> Counter[int]:
    return Counter(int(hashed(*words)[0]) for words in kinds)


def test_hand_counted_features() -> None:
    assert features(["Who is who", "", "who", "is it"]) == [
        counted(*[("who",)] * 2, ("is",), ("who", "is"), ("is", "who"), (NO_WORD, "who"), (NO_WORD, "who", "is")),
        Counter(),
        counted(("who",), (NO_WORD, "who")),
        counted(("is",), ("it",), ("is", "it"), (NO_WORD, "is"), (NO_WORD, "is", "it")),
    ]


def test_without_spaces_the_first_characters_open_a_text() -> None:
    expected = counted(("何",), ("時",), ("何", "時"), (NO_WORD, "何"), (NO_WORD, "何", "時"))
    assert features(["何時"]) == [expected]


@pytest.mark.parametrize("texts", [[], [""], ["", " \n"]])
def test_texts_without_words_have_no_features(texts: list[str]) -> None:
    assert features(texts) == [Counter()] * len(texts)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=8), max_size=6))
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    assert features(texts) == [features([text])[0] for text in texts]
    assert NO_WORD not in tokenize(texts).words


def stored_without_openings() -> PoolRepresentation:
    """Knows the words a and b and the pair of both, each on an axis of its own, as one learned in earlier days does."""
    known = np.concatenate([hashed("a"), hashed("b"), hashed("a", "b")])
    order, nothing = np.argsort(known), np.zeros(0, dtype=np.uint64)
    return PoolRepresentation(
        words=Vocabulary(known[order], np.ones(3, dtype=np.float32)),
        characters=Vocabulary(nothing, np.zeros(0, dtype=np.float32)),
        word_axes=np.eye(3, dtype=np.float32)[order],
        character_axes=np.zeros((0, 3), dtype=np.float32),
        known_words=nothing,
        word_vectors=np.zeros((0, 1), dtype=np.float32),
        common=np.zeros(1, dtype=np.float32),
    )


def test_one_learned_without_openings_reads_as_before() -> None:
    arrays, meta = stored_without_openings().dump()
    third, half = 1 / np.sqrt(3), 1 / np.sqrt(2)
    expected = [[third, third, third, 0], [half, half, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    texts = ["a b", "b a", "b", ""]
    assert PoolRepresentation.load(arrays, meta).transform(texts) == pytest.approx(np.array(expected), abs=1e-6)
    assert pool_numpy.transform(arrays, texts) == pytest.approx(np.array(expected), abs=1e-6)


@pytest.mark.parametrize("fit", [fit_pool, fit_tfidf])
def test_an_opening_is_learned_and_the_scorer_finds_it(
    fit: Callable[..., PoolRepresentation | TfidfRepresentation],
) -> None:
    texts = [f"who knows why {i}" for i in range(15)] + [f"nobody knows who {i}" for i in range(15)]
    made = fit(texts, rng=np.random.default_rng(0), dimension=8)
    assert np.isin(np.concatenate([hashed(NO_WORD, "who"), hashed(NO_WORD, "who", "knows")]), made.words.hashes).all()
    asked = [*texts[:2], "who", "knows who", ""]
    assert pool_numpy.transform(made.dump()[0], asked) == pytest.approx(made.transform(asked), abs=2e-6)
