"""The whole inference, from votes to calibrated beliefs: people first, then the model as one more voice."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modeling.calibration import discounted, fitted_dependence, plausible_dependences
from modeling.model_voice import Voice, heard, said_beyond
from modeling.others import judged_by_others
from modeling.truth import Truth, infer
from modeling.two_alone import pairs_alone, spanning_both
from modeling.votes import coded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Confusion matrices of this many cells are kept in memory at once (a cell is 8 bytes, a few copies at a time).
MOST_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Beliefs:
    """`truth` with a calibrated posterior; how dependent votes were taken to be; the matrix of each annotator
    (n_annotators,) in `truth.skills`; on how many answers (n_annotators,) the odds of careless answering rest. How
    dependent votes may be at least and at most (`plausible`); which items (n_items,) two people share about whom
    nothing else tells who is right (`shared_alone`), and on which of these they disagree (`undecided`)."""

    truth: Truth
    dependence: float
    matrix: Ints
    n_judged: Ints
    plausible: tuple[float, float]
    shared_alone: npt.NDArray[np.bool_]
    undecided: npt.NDArray[np.bool_]


def believe_people(
    votes: Ints,
    *,
    n_items: int,
    n_annotators: int,
    n_classes: int,
    gold: Ints | None = None,
    calibrate_on: Ints | None = None,
    start: Floats | None = None,
) -> Beliefs:
    """What people and known answers alone say; see `infer` for the arguments and what is raised.

    `calibrate_on` is the part of `gold` that nobody picked for being doubtful: no verdicts of reviewers.
    With so many people and classes that their matrices would not fit, those with the fewest votes share one: each then
    has the skill of that group.
    """
    matrix = _shared_matrix(votes, n_annotators, n_classes)
    columns = np.column_stack([votes[:, 0], matrix[votes[:, 1]], votes[:, 2]])
    n_matrices = int(matrix.max(initial=-1)) + 1
    found = infer(columns, n_items=n_items, n_annotators=n_matrices, n_classes=n_classes, gold=gold, start=start)
    names = ("accuracy", "accuracy_low", "accuracy_high", "random_log_odds", "n_informative")
    found = replace(found, **{name: getattr(found, name)[matrix] for name in names})
    n_votes = np.bincount(votes[:, 0], minlength=n_items)
    dependence = fitted_dependence(found.unfixed, n_votes, calibrate_on)
    plausible = plausible_dependences(found.unfixed, n_votes, calibrate_on)
    known = _known(gold, n_items)
    posterior = discounted(found.posterior, np.where(known, 1, n_votes), dependence)
    truth = _with_posterior(found, posterior, votes)
    alone = pairs_alone(votes, truth, known)
    truth = spanning_both(truth, votes, known, alone)
    return Beliefs(truth, dependence, matrix, found.n_informative, plausible, alone.items, alone.undecided)


def hear_model(
    people: Beliefs, voice: Voice, votes: Ints, *, gold: Ints | None, silent: npt.NDArray[np.bool_]
) -> Beliefs:
    """The beliefs with the model's say in every label, and in who answers carelessly.

    Skill stays what people alone say: a model fitted on somebody's labels explains them, mistakes included. Where the
    model must not move the consensus (`silent`, (n_items,): items that measure it), it only speaks about the labels.
    """
    truth, n_items = people.truth, len(people.truth.posterior)
    joined = heard(truth.posterior, truth.class_prior, voice, _known(gold, n_items))
    odds, n_judged = _odds_with_model(people, voice, votes, gold)
    posterior = np.where(silent[:, None], truth.posterior, joined)
    p_wrong = 1 - joined[votes[:, 0], votes[:, 2]]
    return replace(
        people,
        truth=replace(truth, posterior=posterior, p_wrong=p_wrong, random_log_odds=odds),
        n_judged=n_judged,
    )


def _odds_with_model(people: Beliefs, voice: Voice, votes: Ints, gold: Ints | None) -> tuple[Floats, Ints]:
    """Log odds of careless answers by what the others and the model say of the items, and on how many answers."""
    truth = people.truth
    columns = np.column_stack([votes[:, 0], people.matrix[votes[:, 1]], votes[:, 2]])
    n_items, n_classes = truth.posterior.shape
    n_matrices = len(truth.skills.counts)
    ready = coded(columns, n_items=n_items, n_annotators=n_matrices, n_classes=n_classes, gold=gold)
    logs = np.log(np.maximum(truth.unfixed, 1e-300)) + said_beyond(truth.class_prior, voice)
    counted = (ready.informative | voice.speaks)[ready.item]
    _, odds = judged_by_others(ready, logs, truth.skills, truth.before, counted)
    n_judged = np.bincount(ready.annotator[counted], minlength=n_matrices)
    return odds[people.matrix], n_judged[people.matrix]


def _known(gold: Ints | None, n_items: int) -> npt.NDArray[np.bool_]:
    known = np.zeros(n_items, dtype=np.bool_)
    if gold is not None and len(gold):
        known[gold[:, 0]] = True
    return known


def _with_posterior(truth: Truth, posterior: Floats, votes: Ints) -> Truth:
    p_wrong = np.clip(1 - posterior[votes[:, 0], votes[:, 2]], 0, 1)
    return replace(truth, posterior=posterior, p_wrong=p_wrong)


def _shared_matrix(votes: Ints, n_annotators: int, n_classes: int) -> Ints:
    """The matrix that each annotator uses (n_annotators,)."""
    most = max(2, MOST_CELLS // n_classes**2)
    matrix = np.arange(n_annotators)
    if n_annotators <= most:
        return matrix
    n = np.bincount(votes[:, 1], minlength=n_annotators)
    order = np.argsort(-n, kind="stable")
    matrix[order] = np.minimum(np.arange(n_annotators), most - 1)
    return matrix
