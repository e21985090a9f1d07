"""What an inference gives reason to suspect about two people: one repeats the other's answers. Nothing is stored."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from annotation.models import Flag
from annotation.operations.agreement_report import excerpts
from annotation.operations.inference import Inference
from annotation.operations.suspicions import Suspicion
from annotation.sentences import Sentence, say
from modeling.copying import Copying, copying_pairs

COPYING_LOG_ODDS = float(np.log(1000))
EXAMPLES = 5


def copying_people(inference: Inference, names: Mapping[int, str]) -> Iterator[Suspicion]:
    """Yields every two people with a thousand to one for copying, about the one who mostly answered later.

    The sentence names nobody else: the person reads it on her own page. `with` is for those who decide.
    """
    votes = inference.votes
    for pair in copying_pairs(votes.votes, inference.truth.posterior, least_log_odds=COPYING_LOG_ODDS):
        copier, source = (int(votes.annotator_ids[one]) for one in (pair.copier, pair.source))
        first, second = sorted((copier, source))
        yield Suspicion(
            kind=Flag.Kind.COPYING,
            subject=f"copying:{first}:{second}",
            score=float(expit(pair.log_odds)),
            evidence=_evidence(inference, pair) | {"with": names[source], "summary": _summary(names[copier], pair)},
            annotator_id=copier,
            weight=pair.n_same,
        )


def _summary(who: str, pair: Copying) -> Sentence:
    return say(
        "flag.copying",
        "{same} of {mistakes} mistakes on items that {who} and one colleague both answered are the same; about "
        "{usual:.0f} would be usual here.",
        same=pair.n_same, mistakes=pair.n_mistakes, who=who, usual=float(pair.expected),
    )  # fmt: skip


def _evidence(inference: Inference, pair: Copying) -> dict[str, Any]:
    votes, classes = inference.votes, inference.votes.class_names
    rows = pair.rows[:EXAMPLES]
    items = [int(votes.item_ids[item]) for item in votes.votes[rows, 0]]
    texts = excerpts(items)
    believed = inference.truth.posterior[votes.votes[rows, 0]].argmax(axis=1)
    return {
        "n_items": pair.n_items,
        "mistakes": pair.n_mistakes,
        "same": pair.n_same,
        "expected_same": round(pair.expected, 1),
        "log_odds": round(pair.log_odds, 2),
        "examples": [
            {**texts[item], "class": classes[int(said)], "expected": classes[int(true)]}
            for item, said, true in zip(items, votes.votes[rows, 2], believed, strict=True)
            if item in texts
        ],
    }
