"""How much rarer or more frequent the mistakes of the consensus may be, by what nothing in the answers can tell."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.engine import Beliefs
from modeling.suspicion import normalised
from modeling.truth import Truth

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Z90 = 1.645
# No answer says more than so many times what it seems to.
MOST_STRENGTH = 3.0


class Mistakes(NamedTuple):
    """P(wrong) of what is held for true about each item, or sums of it over groups of items: as estimated, at best and
    at worst, (n,) each."""

    expected: Floats
    least: Floats
    most: Floats

    def of(self, items: Bools) -> "Mistakes":
        """Those of some items."""
        return Mistakes(self.expected[items], self.least[items], self.most[items])

    def summed(self, group: Ints, n_groups: int) -> "Mistakes":
        """The sums over the items of each group, `group` (n,) being each item's."""
        return Mistakes(*(np.bincount(group, weights=part, minlength=n_groups).astype(np.float64) for part in self))

    @property
    def factors(self) -> tuple[Floats, Floats]:
        """By which factors they may be fewer (≤ 1) and more (≥ 1) than expected, (n,) each; 1 where none are."""
        none = self.expected < 1e-9
        total = np.where(none, 1.0, self.expected)
        fewer, more = np.minimum(self.least / total, 1.0), np.maximum(self.most / total, 1.0)
        return np.where(none, 1.0, fewer), np.where(none, 1.0, more)

    @property
    def scale(self) -> tuple[float, float]:
        """The factors of all of them together."""
        fewer, more = self.summed(np.zeros(len(self.expected), dtype=np.int64), 1).factors
        return float(fewer[0]), float(more[0])


def scales_by_confidence(probability: Floats, mistakes: Mistakes) -> list[tuple[int, float, float]]:
    """The factors of all items that are sure to so many thousandths or more, by rising thousandth; one row for each
    that any item has. probability: (n_items,) of what is held for true."""
    levels, place = np.unique(np.floor(probability * 1000).astype(np.int64), return_inverse=True)
    above = Mistakes(*(part[::-1].cumsum()[::-1] for part in mistakes.summed(place, len(levels))))
    fewer, more = above.factors
    return list(zip(levels.tolist(), fewer.tolist(), more.tolist(), strict=True))


def skill_range(truth: Truth) -> tuple[float, float]:
    """By which factors people's common error rate may be smaller (≤ 1) or larger (≥ 1) than estimated (90 %); 1 without
    people."""
    if not len(truth.accuracy):
        return 1.0, 1.0
    error, total = _common_error(truth)
    spread = Z90 * float(np.sqrt(error * (1 - error) / (total + 3)))
    return max(0.0, error - spread) / error, min(1.0, error + spread) / error


def _common_error(truth: Truth) -> tuple[float, float]:
    """How often people err, each as often as she was judged, and on how many answers that rests."""
    if not len(truth.accuracy):
        return 0.5, 0.0
    seen = truth.n_informative.astype(np.float64)
    total = float(seen.sum())
    error = float(np.average(1 - truth.accuracy, weights=seen if total else None))
    return max(error, 1 / (total + 3)), total


def mistakes_of(posterior: Floats, people: Beliefs, n_votes: Ints, spoken: Bools) -> Mistakes:
    """What is expected to be wrong of every item, and between which ends that lies.

    posterior: (n_items, K), calibrated, the model's voice included. n_votes: (n_items,) votes that count, 0 where the
    class is known. spoken: (n_items,) about which items something besides people's answers speaks.
    At best people err more rarely than it seems, and as independently of each other as is plausible; at worst more
    often, and together. What follows from two people alone may be all right at best, and all wrong at worst where they
    disagree. Ends are told by item, for what is held for certain moves by another factor than what is in doubt.
    """
    held = posterior.argmax(axis=1)
    expected = 1 - posterior[np.arange(len(held)), held]
    judged = np.flatnonzero(n_votes > 0)
    unspoken = ~spoken & (n_votes > 0)
    by_two = (people.shared_alone & unspoken, 0.0), (people.undecided & unspoken, 1.0)
    k, (error, _) = posterior.shape[1], _common_error(people.truth)
    ends = []
    for dependence, factor, (alone, if_alone), wider in zip(
        people.plausible, skill_range(people.truth), by_two, (np.minimum, np.maximum), strict=True
    ):
        strength = min(_evidence(error * factor, k) / _evidence(error, k), MOST_STRENGTH)
        as_seems, otherwise = (
            _wrong(posterior, held, people, judged, n_votes[judged], dependence, one) for one in (1.0, strength)
        )
        end = expected.copy()
        end[judged] = wider(wider(otherwise, np.minimum(as_seems * factor, 1.0)), expected[judged])
        end[alone] = if_alone
        ends.append(end)
    return Mistakes(expected, *ends)


def wrong_if(posterior: Floats, people: Beliefs, n_votes: Ints, factor: float) -> Floats:
    """P(wrong) of what is held for true about each item (n_items,) if people erred `factor` times as often."""
    k, (error, _), judged = posterior.shape[1], _common_error(people.truth), np.flatnonzero(n_votes > 0)
    strength = min(_evidence(error * factor, k) / _evidence(error, k), MOST_STRENGTH)
    wrong, held = 1 - posterior.max(axis=1), posterior.argmax(axis=1)
    wrong[judged] = _wrong(posterior, held, people, judged, n_votes[judged], people.dependence, strength)
    return np.asarray(wrong)


def _evidence(error: float, k: int) -> float:
    """What one answer says for its class of k, in log odds, where people err so often; hardly anything of guessers."""
    k = max(k, 2)
    error = float(np.clip(error, 1e-4, (1 - 1 / k) * 0.99))
    return float(np.log((1 - error) * (k - 1) / error))


def _wrong(
    posterior: Floats, held: Ints, people: Beliefs, items: Ints, n_votes: Ints, dependence: float, strength: float
) -> Floats:
    """P(wrong) of what is held about `items` (n,), if people's mistakes depended on each other as much as that and each
    of their n_votes (n,) said `strength` times what it seems to say."""
    weight, now = (1 / (1 + one * (n_votes - 1))[:, None] for one in (dependence, people.dependence))
    said = np.log(np.maximum(people.truth.unfixed[items], 1e-12))
    by_votes = said - np.log(people.truth.class_prior)
    shift = (weight - now) * said + weight * (strength - 1) * by_votes
    anew = normalised(np.log(np.maximum(posterior[items], 1e-12)) + shift)
    return np.asarray(1 - anew[np.arange(len(items)), held[items]])
