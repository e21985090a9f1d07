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
    (n_votes,) the votes that somebody is judged by. The average honest person is measured without those who seem not
    to look: among few people two of them would make the average poor, and themselves look ordinary.
    """
    supported, odds = np.empty(len(votes.item)), np.zeros(votes.n_annotators)
    for _ in range(HONEST_ROUNDS):
        pool = honest_pool(skills, votes.answer, special.expit(USUALLY_HONEST - odds))
        answered = np.empty((4, len(votes.item)))
        for rows in votes.chunks():
            answer = votes.answer[rows]
            others = _others(votes, rows, logs, elsewhere(votes, rows, skills, before))
            supported[rows] = others[np.arange(len(rows)), answer]
            answered[:, rows] = answer_logs(others, answer, pool)
        sizes = {"n_annotators": votes.n_annotators, "n_classes": votes.n_classes}
        odds = random_log_odds(answered[:, counted], votes.annotator[counted], votes.answer[counted], **sizes)
    return supported, odds


def _others(votes: CodedVotes, rows: Ints, logs: Floats, own: Floats) -> Floats:
    """What everything but the vote itself says of each vote's item, (len(rows), K)."""
    item = votes.item[rows]
    others = normalised(logs[item] - own)
    known = votes.fixed[item] >= 0
    others[known] = np.eye(votes.n_classes)[votes.fixed[item[known]]]
    return others
