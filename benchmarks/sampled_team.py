"""The teams of `small_team`, judged by sampling all that is unknown: what could any rule at ten to one find?

    python -m benchmarks.sampled_team --data FOLDER --set sms_spam --seeds 200 [--noise 0.1] [--questions team]

Gibbs sampling (Geman and Geman 1984, DOI 10.1109/TPAMI.1984.4767596) over the classes of items, who guesses, how good
each honest person is, how good honest people are as a rule, and how common classes are; one in ten guesses. The odds of
guessing are averaged over the samples, so that nothing is taken for certain that is not. It knows what the service has
to find out: that careless people guess evenly, and that mistakes are even too. 0.1 s a team.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit, logsumexp

from benchmarks.small_team import CUT, GUESSING, N_PEOPLE, Options, answers, people_and_voice, read_options
from modeling.model_voice import said_beyond
from modeling.rehearsal import Pool

N_SWEEPS, N_WARM_UP = 250, 100
GUESSERS = 0.1
# Honest people are as good as each other within what a hundred answers tell apart.
ALIKE = 100.0
USUAL = np.linspace(0.55, 0.99, 23)


@dataclass
class Sampler:
    """Votes (n, 3) of item, person, class, and what the model says of each item beyond the class shares, as logs."""

    votes: np.ndarray
    said: np.ndarray
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.n_items, self.n_classes = self.said.shape
        counts = np.zeros_like(self.said)
        np.add.at(counts, (self.votes[:, 0], self.votes[:, 2]), 1 + 1e-6 * self.rng.random(len(self.votes)))
        self.true = counts.argmax(axis=1)
        self.guesses, self.usual = np.zeros(N_PEOPLE, dtype=bool), 0.85

    def log_odds(self) -> np.ndarray:
        """Log Bayes factor of guessing for every person, (8,)."""
        shares = [self._sweep() for _ in range(N_SWEEPS)][N_WARM_UP:]
        share = np.clip(np.mean(shares, axis=0), 1e-6, 1 - 1e-6)
        return np.asarray(np.log(share / (1 - share)) - np.log(GUESSERS / (1 - GUESSERS)))

    def _sweep(self) -> np.ndarray:
        """Draws everything once; returns how probable it is that each person guesses, given all the rest."""
        item, person, answer = self.votes.T
        hits = np.bincount(person, weights=self.true[item] == answer, minlength=N_PEOPLE)
        misses = np.bincount(person, minlength=N_PEOPLE) - hits
        honest = _evidence(hits, misses, self.usual) - misses * np.log(self.n_classes - 1)
        guess = -(hits + misses) * np.log(self.n_classes)
        probable = expit(guess - honest + np.log(GUESSERS / (1 - GUESSERS)))
        self.guesses = self.rng.random(N_PEOPLE) < probable
        by_usual = np.array([_evidence(hits, misses, usual)[~self.guesses].sum() for usual in USUAL])
        self.usual = float(self.rng.choice(USUAL, p=np.exp(by_usual - logsumexp(by_usual))))
        drawn = self.rng.beta(hits + ALIKE * self.usual, misses + ALIKE * (1 - self.usual))
        self._draw_classes(np.where(self.guesses, 1 / self.n_classes, drawn))
        return np.asarray(probable)

    def _draw_classes(self, right: np.ndarray) -> None:
        item, person, answer = self.votes.T
        shares = self.rng.dirichlet(1 + np.bincount(self.true, minlength=self.n_classes))
        logs = self.said + np.log(np.maximum(shares, 1e-9))
        wrong = (1 - right) / (self.n_classes - 1)
        np.add.at(logs, (item, answer), np.log(right / wrong)[person])
        # The largest of logs with Gumbel noise is a draw by their probabilities.
        self.true = (logs + self.rng.gumbel(size=logs.shape)).argmax(axis=1)


def _evidence(hits: np.ndarray, misses: np.ndarray, usual: float) -> np.ndarray:
    """Log probability of hits and misses, each in its place, of people who are right about as often as is usual."""
    a, b = ALIKE * usual, ALIKE * (1 - usual)
    return np.asarray(betaln(hits + a, misses + b) - betaln(a, b))


def odds_of(pool: Pool, seed: int, options: Options) -> np.ndarray:
    """Returns the sampled odds of everybody in one team, (8,), with the same voice of a model as `small_team` has."""
    rng = np.random.default_rng(seed)
    rows, votes = answers(pool, options, rng)
    people, voice = people_and_voice(pool, rows, votes, rng)
    said = np.zeros((len(rows), pool.n_classes)) if voice is None else said_beyond(people.truth.class_prior, voice)
    return Sampler(votes, said, rng).log_odds()


def main() -> None:
    pool, options = read_options(__doc__)
    found = np.array([odds_of(pool, seed, options) for seed in range(options.n_seeds)])
    print(f"| both look random | {(found[:, GUESSING] >= CUT).all(axis=1).mean():.3f} |")
    print(f"| somebody honest looks random | {(found[:, ~GUESSING] >= CUT).any(axis=1).mean():.3f} |")


if __name__ == "__main__":
    main()
