"""Learns a `pool` or a `tfidf` representation from a project's texts. Imports scikit-learn: for workers only."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from modeling.ngrams import MAX_CHARACTERS, Hashes, Tokens, character_hashes, tokenize, word_features, word_hashes
from modeling.pool import (
    Floats,
    PoolRepresentation,
    Vocabulary,
    average_vectors,
    count_characters,
    count_words,
    unit_rows,
    weighted_rows,
)
from modeling.tfidf import DIMENSION, TfidfRepresentation

MAX_WORD_FEATURES = 16_000
MAX_CHARACTER_FEATURES = 24_000
MAX_VECTOR_WORDS = 20_000
MAX_TOTAL_CHARACTERS = 20_000_000
WINDOW = 10
RARE_WORD_WEIGHT = 1e-2
CONTEXT_POWER = 0.75


def fit_pool(
    texts: Sequence[str], *, rng: np.random.Generator, dimension: int = 128, max_rows: int = 20_000
) -> PoolRepresentation:
    """The representation learned from at most `max_rows` random texts; it always has 2 × `dimension` columns.

    Deerwester et al. 1990 (latent semantic analysis), Levy and Goldberg 2014 (factorised PMI), Arora et al. 2017
    (weighted averages without their common component).
    """
    tokens = tokenize(_sample(texts, rng, max_rows))
    hashes = word_hashes(tokens.words)
    words, characters = _word_vocabulary(tokens, hashes), _character_vocabulary(tokens)
    axes = _principal_axes(_feature_rows(tokens, hashes, words, characters), dimension, rng)
    known_words, vectors, common = _fit_word_vectors(tokens, hashes, dimension, rng)
    return PoolRepresentation(
        words=words,
        characters=characters,
        word_axes=axes[: len(words.hashes)],
        character_axes=axes[len(words.hashes) :],
        known_words=known_words,
        word_vectors=vectors,
        common=common,
    )


def fit_tfidf(
    texts: Sequence[str], *, rng: np.random.Generator, dimension: int = DIMENSION, max_rows: int = 20_000
) -> TfidfRepresentation:
    """The weighted features of at most `max_rows` random texts and their principal axes, each as long as any other."""
    tokens = tokenize(_sample(texts, rng, max_rows))
    hashes = word_hashes(tokens.words)
    words, characters = _word_vocabulary(tokens, hashes), _character_vocabulary(tokens)
    axes = _principal_axes(_feature_rows(tokens, hashes, words, characters), dimension, rng, scaled=False)
    return TfidfRepresentation(words, characters, axes[: len(words.hashes)], axes[len(words.hashes) :])


def _feature_rows(tokens: Tokens, hashes: Hashes, words: Vocabulary, characters: Vocabulary) -> sparse.csr_matrix:
    parts = [
        weighted_rows(count_words(tokens, hashes, words), words),
        weighted_rows(count_characters(tokens, characters), characters),
    ]
    return sparse.hstack(parts, format="csr")


def _sample(texts: Sequence[str], rng: np.random.Generator, max_rows: int) -> list[str]:
    """At most `max_rows` texts in their order, fewer when they are so long that memory would suffer."""
    chosen: list[int] = list(range(len(texts)))
    if len(texts) > max_rows:
        chosen = np.sort(rng.choice(len(texts), max_rows, replace=False)).tolist()
    total = sum(min(len(texts[i]), MAX_CHARACTERS) for i in chosen)
    if total > MAX_TOTAL_CHARACTERS:
        n_affordable = max(1, int(len(chosen) * MAX_TOTAL_CHARACTERS / total))
        chosen = np.sort(rng.choice(chosen, n_affordable, replace=False)).tolist()
    return [texts[i] for i in chosen]


def _word_vocabulary(tokens: Tokens, hashes: Hashes) -> Vocabulary:
    features, text_of = word_features(tokens, hashes)
    return _commonest(features, text_of, len(tokens.offsets) - 1, MAX_WORD_FEATURES)


def _character_vocabulary(tokens: Tokens) -> Vocabulary:
    """N-grams are made once per distinct word; their document frequencies come from a product with the texts' words."""
    hashes, owner = character_hashes(tokens.words)
    distinct, column = np.unique(hashes, return_inverse=True)
    n_texts, n_words = len(tokens.offsets) - 1, len(tokens.words)
    by_word = sparse.csr_matrix((np.ones(len(owner), np.float32), (owner, column)), shape=(n_words, len(distinct)))
    by_text = sparse.csr_matrix(
        (np.ones(len(tokens.word_of), np.float32), (tokens.text_of, tokens.word_of)), shape=(n_texts, n_words)
    )
    n_holding = np.bincount((by_text @ by_word).indices, minlength=len(distinct))
    return _weighted_vocabulary(distinct, n_holding, n_texts, MAX_CHARACTER_FEATURES)


def _commonest(features: Hashes, text_of: npt.NDArray[np.int64], n_texts: int, max_features: int) -> Vocabulary:
    distinct, column = np.unique(features, return_inverse=True)
    cells = np.unique(column * np.int64(max(n_texts, 1)) + text_of)
    n_holding = np.bincount(cells // max(n_texts, 1), minlength=len(distinct))
    return _weighted_vocabulary(distinct, n_holding, n_texts, max_features)


def _weighted_vocabulary(
    distinct: Hashes, n_holding: npt.NDArray[np.int64], n_texts: int, max_features: int
) -> Vocabulary:
    """Features in at least two texts (one, for a handful of texts), the commonest first when there are too many."""
    keep = np.flatnonzero(n_holding >= (2 if n_texts >= 20 else 1))
    if len(keep) > max_features:
        keep = np.sort(keep[np.argsort(-n_holding[keep], kind="stable")[:max_features]])
    weights = (1 + np.log((1 + n_texts) / (1 + n_holding[keep]))) ** 1.5
    return Vocabulary(distinct[keep], weights.astype(np.float32))


def _principal_axes(
    rows: sparse.csr_matrix, dimension: int, rng: np.random.Generator, *, scaled: bool = True
) -> Floats:
    """Right singular vectors (n_features, dimension), zero where the rank is lower; `scaled` by singular values."""
    axes = np.zeros((rows.shape[1], dimension), dtype=np.float32)
    n_axes = min(dimension, *rows.shape)
    if n_axes and rows.nnz:
        _, sizes, right = randomized_svd(rows, n_axes, n_iter=2, random_state=int(rng.integers(2**31)))
        sizes = _trusted(sizes)
        axes[:, : len(sizes)] = (right * (sizes if scaled else sizes > 0)[:, None]).T
    return axes


def _fit_word_vectors(
    tokens: Tokens, hashes: Hashes, dimension: int, rng: np.random.Generator
) -> tuple[Hashes, Floats, Floats]:
    """Hashes (ascending) and frequency-weighted vectors of the commonest words, and the direction all texts share."""
    n_uses = np.bincount(tokens.word_of, minlength=len(tokens.words))
    common_first = np.argsort(-n_uses, kind="stable")[:MAX_VECTOR_WORDS]
    kept = common_first[n_uses[common_first] >= (2 if len(tokens.offsets) > 20 else 1)]
    kept = kept[np.argsort(hashes[kept])]
    row_of_word = np.full(len(tokens.words), -1, dtype=np.int64)
    row_of_word[kept] = np.arange(len(kept))
    vectors = np.zeros((len(kept), dimension), dtype=np.float32)
    associations = _positive_pmi(_cooccurrences(row_of_word[tokens.word_of], tokens.text_of, len(kept)))
    n_axes = min(dimension, len(kept))
    if n_axes and associations.nnz:
        left, sizes, _ = randomized_svd(associations, n_axes, n_iter=2, random_state=int(rng.integers(2**31)))
        vectors[:, : len(sizes)] = left * _trusted(sizes)
    share = n_uses[kept] / max(n_uses.sum(), 1)
    vectors = unit_rows(vectors) * (RARE_WORD_WEIGHT / (RARE_WORD_WEIGHT + share))[:, None].astype(np.float32)
    return hashes[kept], vectors, _common_direction(average_vectors(tokens, row_of_word, vectors))


def _cooccurrences(rows: npt.NDArray[np.int64], text_of: npt.NDArray[np.int64], n_words: int) -> sparse.csr_matrix:
    """How often two words stand within ten words of each other, each time weighted by 1 / distance: symmetric."""
    total = sparse.csr_matrix((n_words, n_words), dtype=np.float32)
    for distance in range(1, min(WINDOW, len(rows) - 1) + 1):
        first, second = rows[:-distance], rows[distance:]
        near = (text_of[:-distance] == text_of[distance:]) & (first >= 0) & (second >= 0)
        weight = np.full(int(near.sum()), 1 / distance, dtype=np.float32)
        total = total + sparse.csr_matrix((weight, (first[near], second[near])), shape=total.shape)
    return sparse.csr_matrix(total + total.T)


def _positive_pmi(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive pointwise mutual information, contexts smoothed by the power 0.75 (Levy, Goldberg and Dagan 2015)."""
    marginal = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    context = marginal**CONTEXT_POWER
    context /= max(context.sum(), 1e-12)
    pairs = counts.tocoo()
    values = np.log(np.maximum(pairs.data / (marginal[pairs.row] * context[pairs.col]), 1e-12))
    positive = values > 0
    cells = (values[positive].astype(np.float32), (pairs.row[positive], pairs.col[positive]))
    return sparse.csr_matrix(cells, shape=counts.shape)


def _common_direction(rows: Floats) -> Floats:
    """The first right singular vector of the rows; zero when there are too few texts to tell common from all."""
    direction = np.zeros(rows.shape[1], dtype=np.float32)
    if len(rows) < 20 or not rows.any():
        return direction
    _, axes = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    return np.asarray(axes[:, -1], dtype=np.float32)


def _trusted(sizes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Singular values with rounding noise set to zero."""
    return np.where(sizes > 1e-4 * sizes.max(initial=0), sizes, 0).astype(np.float32)
