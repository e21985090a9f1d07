"""Is one more label on an item worth its price? Expected rise of the chance that the consensus is right."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BATCH = 20_000
MOST_CLASSES = 30
MOST = 500
LEAST_GAIN = 1e-4
ROUNDING = 1e-9
# From so many judged answers a person on it is known how far to believe people; of many, these people's answers do.
WELL_KNOWN, ENOUGH_PEOPLE = 10, 20


def worth_asking(
    posterior: Floats,
    confusion: Floats,
    n_votes: Ints,
    *,
    n_judged: Ints,
    target: float,
    max_votes: int,
    rng: np.random.Generator,
    has_lone: bool = True,
) -> tuple[Ints, Floats]:
    """Which items to ask again (m,), at most five hundred, the best first, and what each is expected to gain (m,).

    posterior: (n_items, K). confusion: (K, K) of the average person. `n_judged` (n_people,) is how many answers of each
    anything else speaks about. While these are few, and some items get no more than one answer in the ordinary course
    (`has_lone`), items are drawn at random from all with a lone answer, and gains are dealt to them: people are known
    from what is asked again alone, and where that is only what is doubtful, much of it mistaken, everybody seems to
    guess. Then come the doubtful items, by their own gain; but for two people, of whom nothing tells who is right where
    they differ, however much they are asked.
    """
    is_known = len(n_judged) > 2 and n_judged.sum() >= WELL_KNOWN * min(len(n_judged), ENOUGH_PEOPLE)
    if has_lone and not is_known and max_votes > 1 and (n_votes == 1).any():
        drawn = rng.permutation(np.flatnonzero(n_votes == 1))[:MOST]
        return drawn, np.maximum(np.sort(two_step_gain(posterior[drawn], confusion))[::-1], LEAST_GAIN)
    items = np.flatnonzero(doubtful(posterior, n_votes, target=target, max_votes=max_votes))
    items = items[_may_be_best(posterior[items], confusion)]
    gains = two_step_gain(posterior[items], confusion)
    order = np.argsort(-gains, kind="stable")[: min(MOST, int((gains >= LEAST_GAIN).sum()))]
    return items[order], gains[order]


def _may_be_best(posterior: Floats, confusion: Floats) -> Ints:
    """Which items may be among the five hundred with the most to gain (m,), ascending: all of those and few others.

    Two answers gain no more than to be told the truth, which costs next to nothing to say of each item.
    """
    most = np.maximum(expected_gain(posterior, confusion), (1 - posterior.max(axis=1, initial=0)) / 2)
    likely = np.argsort(-most, kind="stable")[:MOST]
    least = two_step_gain(posterior[likely], confusion).min(initial=1.0)
    return np.flatnonzero(most >= max(least, LEAST_GAIN) - ROUNDING)


def expected_gain(posterior: Floats, confusion: Floats) -> Floats:
    """By how much one more answer is expected to raise P(consensus is right), for every item (n_items,); at least 0.

    posterior: (n_items, K). confusion: (K, K), P(answer | truth) of the one who would be asked. After the answer l the
    best class has max_k p_k × confusion[k, l], before it max_k p_k: the expected value of information of one
    observation (Howard 1966, DOI 10.1109/TSSC.1966.300074). An answer that cannot turn the consensus is worth nothing.
    """
    gains = np.empty(len(posterior))
    for start in range(0, len(posterior), BATCH):
        rows = posterior[start : start + BATCH]
        after = np.stack([(rows * confusion[:, said]).max(axis=1) for said in range(confusion.shape[1])]).sum(axis=0)
        gains[start : start + BATCH] = after - rows.max(axis=1)
    return np.maximum(gains, 0.0)


def two_step_gain(posterior: Floats, confusion: Floats) -> Floats:
    """The same for two more answers by such people, half of it each: where one alone cannot turn the consensus.

    Answers l and m are independent given the truth; of K² pairs only those with K ≤ 30 are looked at, beyond that the
    gain of one answer is returned.
    """
    k = confusion.shape[0]
    if k > MOST_CLASSES:
        return expected_gain(posterior, confusion)
    pairs = (confusion[:, :, None] * confusion[:, None, :]).reshape(k, k * k)
    return np.maximum(expected_gain(posterior, confusion), expected_gain(posterior, pairs) / 2)


def doubtful(posterior: Floats, n_votes: Ints, *, target: float, max_votes: int) -> npt.NDArray[np.bool_]:
    """(n_items,) whether an item with at least one vote may and should be asked again: below the target, and room."""
    return np.asarray((n_votes > 0) & (n_votes < max_votes) & (posterior.max(axis=1) < target))
