"""Fits the token tagger: soft targets, token weights, warm start, tags that share what they have in common."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from modeling.tagging.features import NEIGHBOURS, HashedWords, Hashes, token_features
from modeling.tagging.lexicon import Lexicon
from modeling.tagging.tagger import Floats, Tagger, log_softmax
from modeling.tagging.tokens import Ints, TokenizedTexts

L2 = 0.3
# The intercept is hardly held back; just enough to keep it finite for tags that nobody has given.
INTERCEPT_L2 = 0.01
# What a neighbour's feature weighs before fitting, against 1 for the token's own.
NEARNESS = {-2: 0.5, -1: 0.7, 1: 0.7, 2: 0.5}
MAX_ITERATIONS = 40


@dataclass(frozen=True, slots=True)
class _Block:
    """Features of distinct words (n_words, n_features), scaled, and the word at one place beside every token."""

    features: sparse.csr_matrix
    transposed: sparse.csr_matrix
    word_of: Ints
    tokens_of: sparse.csr_matrix

    @classmethod
    def of(cls, features: sparse.csr_matrix, word_of: Ints, scale: float) -> "_Block":
        n_tokens, n_words = len(word_of), features.shape[0]
        ones = np.ones(n_tokens, dtype=np.float32)
        tokens_of = sparse.csr_matrix((ones, (word_of, np.arange(n_tokens))), shape=(n_words, n_tokens))
        scaled = sparse.csr_matrix(features * np.float32(scale))
        return cls(scaled, sparse.csr_matrix(scaled.T), word_of, tokens_of)

    def logits(self, coef: Floats) -> Floats:
        """What these features add to the logits of every token."""
        return np.asarray((self.features @ coef)[self.word_of], dtype=np.float32)

    def gradient(self, errors: Floats) -> Floats:
        """The gradient of the loss by the coefficients, given that by the logits."""
        return np.asarray(self.transposed @ (self.tokens_of @ errors), dtype=np.float32)


def fit_tagger(
    tokens: TokenizedTexts,
    targets: Floats,
    weights: Floats,
    *,
    lexicon: Lexicon,
    boldness: float = 0.0,
    l2: float = L2,
    start: Tagger | None = None,
    max_iterations: int = MAX_ITERATIONS,
) -> Tagger:
    """The tagger with least Σ weight × cross-entropy(targets, softmax) + l2 / 2 × |coef|² in the shared coordinates.

    `targets` (n_tokens, n_tags) are probabilities, `weights` (n_tokens,). Works without tokens and with tags that
    nobody has given. `start` speeds the search up when it has the same tags, and is ignored otherwise. Raises
    ValueError on shapes that do not match.
    """
    n, width = targets.shape
    if (n,) != tokens.word_of.shape or weights.shape != (n,):
        raise ValueError(f"{len(tokens.word_of)} tokens, targets {targets.shape} and weights {weights.shape}")
    features = token_features(tokens, lexicon)
    known_words, known_contexts = np.unique(features.words.hashes), np.unique(features.contexts.hashes)
    contexts = _columns(features.contexts, known_contexts)
    blocks = [_Block.of(_columns(features.words, known_words), features.word_of, 1.0)]
    for distance, neighbour in zip(NEIGHBOURS, features.neighbours, strict=True):
        blocks.append(_Block.of(contexts, neighbour, NEARNESS[distance]))
    shared = sharing((width - 1) // 2)
    first = _warm(start, known_words, known_contexts, width) @ np.linalg.inv(shared)
    found = minimize(
        _loss,
        first.ravel(),
        args=(blocks, targets.astype(np.float32), weights.astype(np.float32), shared, l2),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations, "gtol": 1e-6, "ftol": 1e-5, "maxcor": 6},
    )
    coef = (found.x.reshape(-1, width) @ shared).astype(np.float32)
    ends = np.cumsum([len(known_words)] + [len(known_contexts)] * len(NEIGHBOURS))
    around = [coef[a:b] * NEARNESS[d] for d, a, b in zip(NEIGHBOURS, ends[:-1], ends[1:], strict=True)]
    return Tagger(
        known_words, coef[: ends[0]], known_contexts, np.stack(around).astype(np.float32), coef[-1], lexicon, boldness
    )


def sharing(n_classes: int) -> npt.NDArray[np.float64]:
    """The matrix R (n_tags, n_tags) by which free coordinates become weights, W = V R.

    Holding |V|² down instead of |W|² is the same as giving every tag's weights as a sum of parts, each held down
    alike: its own, one for its class, one for all beginnings and one for all spans (Evgeniou and Pontil 2004, DOI
    10.1145/1014052.1014067; Daumé 2007). What makes a word look like a span at all is then learned from all classes.
    """
    width = 1 + 2 * n_classes
    parts = np.zeros((n_classes + 2, width))
    parts[0, 1:] = 1
    parts[1, 1::2] = 1
    for k in range(n_classes):
        parts[2 + k, 1 + 2 * k : 3 + 2 * k] = 1
    return np.asarray(np.linalg.cholesky(np.eye(width) + parts.T @ parts).T)


def _loss(
    flat: npt.NDArray[np.float64],
    blocks: list[_Block],
    targets: Floats,
    weights: Floats,
    shared: npt.NDArray[np.float64],
    l2: float,
) -> tuple[float, npt.NDArray[np.float64]]:
    """Value and gradient, a token's worth."""
    free = flat.reshape(-1, targets.shape[1])
    coef = (free @ shared).astype(np.float32)
    ends = np.cumsum([block.features.shape[1] for block in blocks])
    logits = np.repeat(coef[-1:], len(targets), axis=0)
    for block, a, b in zip(blocks, [0, *ends], ends, strict=False):
        logits += block.logits(coef[a:b])
    logs = log_softmax(logits)
    mass = targets.sum(axis=1, keepdims=True)
    errors = weights[:, None] * (np.exp(logs) * mass - targets)
    slopes = np.concatenate([*(block.gradient(errors) for block in blocks), errors.sum(axis=0)[None]])
    strength = np.full((len(free), 1), l2)
    strength[-1] = INTERCEPT_L2
    value = -float(((targets * logs).sum(axis=1) * weights).sum(dtype=np.float64)) + 0.5 * float(
        (strength * free**2).sum()
    )
    gradient = slopes @ shared.T + strength * free
    scale = 1 / max(len(targets), 1)
    return scale * value, (scale * gradient).ravel()


def _warm(start: Tagger | None, known_words: Hashes, known_contexts: Hashes, width: int) -> npt.NDArray[np.float64]:
    """First weights for these features: the ones that `start` has for them, zero for the others."""
    size = len(known_words) + len(NEIGHBOURS) * len(known_contexts) + 1
    if start is None or len(start.intercept) != width:
        return np.zeros((size, width))
    parts = [_picked(start.word_hashes, start.word_coef, known_words)]
    for distance, coef in zip(NEIGHBOURS, start.context_coef, strict=True):
        parts.append(_picked(start.context_hashes, coef, known_contexts) / NEARNESS[distance])
    return np.concatenate([*parts, start.intercept[None]]).astype(np.float64)


def _picked(hashes: Hashes, coef: Floats, wanted: Hashes) -> Floats:
    return HashedWords(wanted, np.arange(len(wanted) + 1)).summed(hashes, coef)


def _columns(words: HashedWords, known: Hashes) -> sparse.csr_matrix:
    """Zeros and ones (n_words, n_known): which of the known features (ascending) each word has."""
    place, ends = words.known_among(known)
    ones = np.ones(len(place), dtype=np.float32)
    return sparse.csr_matrix((ones, place, ends), shape=(len(ends) - 1, len(known)))
