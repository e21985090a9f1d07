"""Spans rehearsed without a server: entity F1 against labelled sentences, `team` beside `random`, some seconds a run.

    python -m benchmarks.span_replay --data wnut17_ner.jsonl.gz [--seeds 12] [--sentences 300]

As `benchmarks.spans` asks through the API: 5 % of the spans are missed or given another class, a tenth of the answers
are protected and teach nothing, and there is a training every 25 sentences. `team` is compared with `random` in pairs
that begin with the same sentences. *Best* is what the same taggers reach with the boldness that is best on the test
sentences, so that the questions can be told from how readily spans are drawn.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.spans import Sentence, sentences
from modeling.batches import rank_team
from modeling.pool_fit import fit_pool
from modeling.tagging.arms import GRID
from modeling.tagging.boldness import choose_boldness, drawn
from modeling.tagging.lexicon import learn_lexicon
from modeling.tagging.outlook import look_ahead, spans_wanted
from modeling.tagging.span_scores import f1, match_exactly
from modeling.tagging.spans import Span, tags_of, token_targets
from modeling.tagging.tagger import Tagger, n_tags
from modeling.tagging.tagger_fit import fit_tagger
from modeling.tagging.tokens import tokenize_with_places

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

MISTAKES, PROTECTED, PAUSE, EVERY, BATCH, QUEUE = 0.05, 0.1, 25, 50, 8, 500
GROWTH = 1.3  # texts more until boldness is measured again, as a training does it


class Point(NamedTuple):
    """F1 on the test sentences as spans are drawn, with the best boldness, and how many spans were taught."""

    f1: float
    best: float
    n_spans: int


class Pool:
    """Sentences to ask about in a seeded order, what people will say of them, and test sentences."""

    def __init__(self, rows: Sequence[Sentence], seed: int) -> None:
        self.classes = sorted({span["class"] for row in rows for span in row.spans})
        self.rng = random.Random(seed)  # noqa: S311 - the same mistakes at each run
        asked, test = [row for row in rows if not row.is_test], [row for row in rows if row.is_test]
        self.rng.shuffle(asked)
        self.texts = [row.text for row in asked]
        self.said = [self._said(self._spans(row)) for row in asked]
        self.test_true = [self._spans(row) for row in test]
        self.tokens = tokenize_with_places(self.texts)
        self.test_tokens = tokenize_with_places([row.text for row in test])
        self.lexicon = learn_lexicon(self.tokens)
        self.X: Floats = fit_pool(self.texts, rng=np.random.default_rng(seed)).transform(self.texts)

    def _spans(self, row: Sentence) -> list[Span]:
        return [Span(span["start"], span["end"], self.classes.index(span["class"])) for span in row.spans]

    def _said(self, spans: list[Span]) -> list[Span]:
        kept = [span for span in spans if self.rng.random() >= MISTAKES / 2]
        other = [span._replace(k=self.rng.randrange(len(self.classes))) for span in kept]
        pairs = zip(kept, other, strict=True)
        return sorted({wrong if self.rng.random() < MISTAKES / 2 else span for span, wrong in pairs})


class SpanReplay:
    """One strategy at work on a pool. `taught` are the sentences that the tagger learns from."""

    def __init__(self, pool: Pool, strategy: str, seed: int) -> None:
        self.pool, self.strategy, self.rng = pool, strategy, np.random.default_rng(seed)
        self.shuffle = iter(self.rng.permutation(len(pool.texts)))
        self.is_open = np.ones(len(pool.texts), dtype=np.bool_)
        self.taught: list[int] = []
        self.tagger: Tagger | None = None
        self.n_measured = 0

    def points(self, n_sentences: int) -> Iterator[Point]:
        """What the tagger is worth after each fifty sentences."""
        for n in range(PAUSE, n_sentences + 1, PAUSE):
            self._ask()
            self._learn()
            if n % EVERY == 0:
                yield self._measured()

    def _ask(self) -> None:
        n_protected = int(self.rng.binomial(PAUSE, PROTECTED))
        self._drawn(n_protected)
        n = PAUSE - n_protected
        self.taught += self._drawn(n) if self.tagger is None or self.strategy == "random" else self._chosen(n)

    def _drawn(self, n: int) -> list[int]:
        rows = [row for row, _ in zip(self._undrawn(), range(n), strict=False)]
        self.is_open[rows] = False
        return rows

    def _undrawn(self) -> Iterator[int]:
        return (int(row) for row in self.shuffle if self.is_open[row])

    def _chosen(self, n: int) -> list[int]:
        """The first of the queue that `operations/tagging/ranking.py` would publish."""
        assert self.tagger is not None
        outlook = look_ahead(self.tagger.log_probabilities(self.pool.tokens), self.pool.tokens.offsets)
        known = [span.k for row in self.taught for span in self.pool.said[row]]
        counts = np.bincount(known, minlength=len(self.pool.classes)).astype(np.float64)
        choice = rank_team(
            X=self.pool.X,
            probabilities=np.minimum(outlook.expected, 1),
            uncertainty=outlook.uncertainty,
            candidates=np.flatnonzero(self.is_open),
            labeled_counts=spans_wanted(counts),
            batch=BATCH,
            n_wanted=QUEUE,
            rng=self.rng,
        )
        rows = [int(row) for row in choice.rows[:n]]
        self.is_open[rows] = False
        return rows

    def _learn(self) -> None:
        tokens, said = tokenize_with_places([self.pool.texts[row] for row in self.taught]), self._said()
        targets = token_targets([tags_of(tokens, said)], [1.0], n_tags(len(self.pool.classes)))
        weights = np.ones(len(targets), dtype=np.float32)
        boldness = self.tagger.boldness if self.tagger else 0.0
        if len(self.taught) >= GROWTH * self.n_measured:
            lexicon, self.n_measured = self.pool.lexicon, len(self.taught)
            boldness = choose_boldness(tokens, targets, weights, said, lexicon=lexicon, rng=self.rng).value
        self.tagger = fit_tagger(
            tokens, targets, weights, lexicon=self.pool.lexicon, boldness=boldness, start=self.tagger
        )

    def _said(self) -> list[list[Span]]:
        return [self.pool.said[row] for row in self.taught]

    def _measured(self) -> Point:
        assert self.tagger is not None
        logs = self.tagger.log_probabilities(self.pool.test_tokens)
        own = self._f1(logs, self.tagger.boldness)
        best = max(own, *(self._f1(logs, value) for value in GRID))
        return Point(own, best, sum(map(len, self._said())))

    def _f1(self, logs: Floats, boldness: float) -> float:
        return f1(match_exactly(drawn(self.pool.test_tokens, logs, boldness), self.pool.test_true))


def print_rows(name: str, runs: npt.NDArray[np.float64], random_runs: npt.NDArray[np.float64] | None) -> None:
    """Means over seeds, and the difference to `random` in points with its standard error."""
    for place, measure in enumerate(Point._fields):
        values = runs[:, :, place]
        cells = [f"{mean:.3f}" if place < 2 else f"{mean:.0f}" for mean in values.mean(axis=0)]
        if random_runs is not None and place < 2:
            gap = 100 * (values - random_runs[:, :, place])
            errors = gap.std(axis=0, ddof=1) / np.sqrt(len(gap))
            cells = [f"{c}, {g:+.1f} ± {e:.1f}" for c, g, e in zip(cells, gap.mean(axis=0), errors, strict=True)]
        print(f"| `{name}`, {measure} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--sentences", type=int, default=300)
    options = parser.parse_args()
    rows, arms = sentences(options.data), {name: list[list[Point]]() for name in ("random", "team")}
    for seed in range(1, options.seeds + 1):
        pool = Pool(rows, seed)
        for name, runs in arms.items():
            runs.append(list(SpanReplay(pool, name, seed).points(options.sentences)))
    shown = range(EVERY, options.sentences + 1, EVERY)
    print(f"| {options.seeds} seeds, sentences | {' | '.join(map(str, shown))} |\n|{'---|' * (len(shown) + 1)}")
    print_rows("random", np.array(arms["random"]), None)
    print_rows("team", np.array(arms["team"]), np.array(arms["random"]))


if __name__ == "__main__":
    main()
