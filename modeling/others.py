"""What everything but a vote itself says of its item, and who seems not to look at the items at all."""

import numpy as np
import numpy.typing as npt

from modeling.later import special
from modeling.skills import Skills, honest_pool
from modeling.suspicion import answer_logs, normalised, random_log_odds
from modeling.votes import CodedVotes, Floats, Ints

Bools = npt.NDArray[np.bool_]

HONEST_ROUNDS = 3
# Log odds that somebody looks at the items, before anything is known of her.
USUALLY_HONEST = float(np.log(9))


def elsewhere(votes: CodedVotes, rows: Ints, skills: Skills, posterior: Floats) -> Floats:
    """Log P(answer | truth) of these votes (len(rows), K), each by what its author did on other items."""
    item = votes.item[rows]
    own = posterior[item] * votes.informative[item, None]
    return skills.elsewhere(votes.annotator[rows], votes.answer[rows], own)


def judged_by_others(
    votes: CodedVotes, logs: Floats, skills: Skills, before: Floats, counted: Bools
) -> tuple[Floats, Floats]:
    """How probable everything but the vote itself finds each answer (n_votes,), and everybody's odds of not looking.

    logs: the items' log scores (n_items, K), from `skills` that were counted by the posterior `before`. counted:
    (n_votes,) the votes that somebody is judged by.

    Whether somebody looks is judged by others who look, each taken for the average honest person, and that person is
    measured without those who seem not to look. Among few people two who guess would else make the average poor and
    speak for each other, and a dozen answers say less about a person's own skill than about whether she looks. Where
    all others who answered an item seem not to look either, it says nothing: of two people who never agree, nothing
    tells which one guesses. How good honest people are here is learned only once it is known who seems to look.
    """
    supported, base = _supported(votes, logs, skills, before)
    odds, honest = np.zeros(votes.n_annotators), np.zeros(votes.n_annotators)
    for _ in range(HONEST_ROUNDS):
        looks = special.expit(USUALLY_HONEST - odds)
        pool = honest_pool(skills, votes.answer, looks)
        answered = _answered(votes, base, pool, looks)
        odds = _odds(votes, answered, counted, honest)
        honest = special.expit(USUALLY_HONEST - odds)
    judged = counted & _has_a_judge(votes, odds < USUALLY_HONEST)
    return supported, _odds(votes, answered, judged, honest)


def _odds(votes: CodedVotes, answered: Floats, rows: Bools, looks: Floats) -> Floats:
    """`random_log_odds` of everybody (n_annotators,) by these votes; what honest people are like, by how far each looks
    (n_annotators,)."""
    sizes = {"n_annotators": votes.n_annotators, "n_classes": votes.n_classes}
    return random_log_odds(answered[:, rows], votes.annotator[rows], votes.answer[rows], looks=looks, **sizes)


def _has_a_judge(votes: CodedVotes, looks: Bools) -> Bools:
    """Whether somebody else who looks (n_annotators,) answered each vote's item (n_votes,), or nobody else did, or it
    is known."""
    n_items = len(votes.fixed)
    n_votes = np.bincount(votes.item, minlength=n_items)
    looking = looks[votes.annotator].astype(np.int64)
    n_looking = np.bincount(votes.item, weights=looking, minlength=n_items)
    others = n_looking[votes.item] - looking > 0
    return np.asarray(others | (n_votes[votes.item] == 1) | (votes.fixed[votes.item] >= 0))


def _supported(votes: CodedVotes, logs: Floats, skills: Skills, before: Floats) -> tuple[Floats, Floats]:
    """How probable everything but the vote itself finds each answer (n_votes,), and the logs without any vote."""
    supported, base = np.empty(len(votes.item)), logs.copy()
    for rows in votes.chunks():
        own = elsewhere(votes, rows, skills, before)
        supported[rows] = _others(votes, rows, logs, own)[np.arange(len(rows)), votes.answer[rows]]
        base -= votes.item_sums(rows, own)
    return supported, base


def _answered(votes: CodedVotes, base: Floats, pool: Floats, looks: Floats) -> Floats:
    """`answer_logs` of all votes (5, n_votes), where everybody answers as the pool as far as she looks (0 to 1)."""
    logs, found = base.copy(), np.empty((5, len(votes.item)))
    for rows in votes.chunks():
        logs += votes.item_sums(rows, _mixed(votes, rows, pool, looks))
    for rows in votes.chunks():
        others = _others(votes, rows, logs, _mixed(votes, rows, pool, looks))
        found[:, rows] = answer_logs(others, votes.answer[rows], pool)
    return found


def _mixed(votes: CodedVotes, rows: Ints, pool: Floats, looks: Floats) -> Floats:
    """Log P(answer | truth) of these votes (len(rows), K): by the pool as far as the author looks, else by chance."""
    answer = votes.answer[rows]
    share = looks[votes.annotator[rows], None]
    credible = np.minimum(pool.T[answer], pool[answer, answer, None])
    return np.asarray(np.log(share * credible + (1 - share) / votes.n_classes))


def _others(votes: CodedVotes, rows: Ints, logs: Floats, own: Floats) -> Floats:
    """What everything but the vote itself says of each vote's item, (len(rows), K)."""
    item = votes.item[rows]
    others = normalised(logs[item] - own)
    known = votes.fixed[item] >= 0
    others[known] = np.eye(votes.n_classes)[votes.fixed[item[known]]]
    return others
