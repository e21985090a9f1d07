"""What an inference gives reason to doubt about people: chance, skill, haste, repetition, drift. Nothing is stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, ndtr

from annotation.arrays import Ints
from annotation.models import Flag
from annotation.operations.inference import Inference
from annotation.operations.people_evidence import evidence_on
from annotation.operations.suspicions import Suspicion
from annotation.sentences import Sentence, say
from modeling.behavior import repetitive_log_odds, too_fast

# Nobody is judged by fewer answers.
LEAST_ANSWERS = 20
HELP_BAR = 0.75
# A flag is opened from the first odds on and stays over the second: a wobble does not close what was found.
RANDOM_LOG_ODDS, STILL_RANDOM_LOG_ODDS = float(np.log(10)), float(np.log(5))
REPETITIVE_LOG_ODDS = float(np.log(1000))
LAST_ANSWERS = 200
DRIFT_WINDOW = 30
DRIFT_DROP = 0.15
DRIFT_DEVIATIONS = 3.0


@dataclass(frozen=True)
class _Finding:
    """A rule's finding about the annotator at position `person`."""

    person: int
    score: float
    summary: Sentence
    details: dict[str, Any]
    opens: bool = True


def suspicious_people(inference: Inference, names: Mapping[int, str]) -> list[Suspicion]:
    """Returns a suspicion for every person and kind that the kind's rule finds; `names` by user id."""
    votes = inference.votes
    n_answers = np.bincount(votes.votes[:, 1], minlength=votes.n_annotators)
    who = [names[int(user_id)] for user_id in votes.annotator_ids]
    found = [(kind, finding) for kind, rule in RULES.items() for finding in rule(inference, who)]
    evidence = evidence_on(inference, sorted({finding.person for _, finding in found}))
    return [
        _suspicion(
            kind,
            finding,
            evidence[finding.person],
            int(votes.annotator_ids[finding.person]),
            int(n_answers[finding.person]),
        )
        for kind, finding in found
    ]


def _suspicion(kind: str, finding: _Finding, evidence: dict[str, Any], user_id: int, n_answers: int) -> Suspicion:
    return Suspicion(
        kind=kind,
        subject=f"annotator:{user_id}",
        score=min(max(finding.score, 0.0), 1.0),
        evidence=evidence | _rounded(finding.details) | {"n": n_answers, "summary": finding.summary},
        annotator_id=user_id,
        weight=n_answers,
        opens=finding.opens,
    )


def careless_people(inference: Inference, log_odds: float = RANDOM_LOG_ODDS) -> Ints:
    """Returns the people (positions) whose answers look random: ten to one, from twenty answers that can be judged."""
    judged = inference.n_judged >= LEAST_ANSWERS
    return np.flatnonzero(judged & (inference.truth.random_log_odds >= log_odds))


def _looks_random(inference: Inference, who: list[str]) -> Iterator[_Finding]:
    for person in careless_people(inference, STILL_RANDOM_LOG_ODDS).tolist():
        log_odds = float(inference.truth.random_log_odds[person])
        english = f"The answers of {{who}} are {_times(log_odds)} likelier from somebody who does not look."
        summary = say("flag.looks_random", english, who=who[person], times=min(float(np.exp(log_odds)), 1000.0))
        details = _skill(inference, person) | {"log_odds": log_odds}
        yield _Finding(person, float(expit(log_odds)), summary, details, opens=log_odds >= RANDOM_LOG_ODDS)


def _needs_help(inference: Inference, who: list[str]) -> Iterator[_Finding]:
    """The whole interval lies under 75 %, and under what is usual here: a hard question is nobody's fault."""
    truth = inference.truth
    judged = truth.n_informative >= LEAST_ANSWERS
    bar = min(HELP_BAR, float(np.median(truth.accuracy[judged]))) if judged.any() else HELP_BAR
    below = np.flatnonzero(judged & (truth.accuracy_high < bar))
    for person in np.setdiff1d(below, careless_people(inference)).tolist():
        accuracy, low, high = (
            float(part[person]) for part in (truth.accuracy, truth.accuracy_low, truth.accuracy_high)
        )
        score = float(ndtr((bar - accuracy) / max((high - low) / 3.29, 1e-6)))
        english = "{who} is right in {accuracy:.0%} of answers ({low:.0%} to {high:.0%}); the bar is {bar:.0%}."
        summary = say("flag.needs_help", english, who=who[person], accuracy=accuracy, low=low, high=high, bar=bar)
        yield _Finding(person, score, summary, _skill(inference, person) | {"bar": bar})


def _too_fast(inference: Inference, who: list[str]) -> Iterator[_Finding]:
    votes = inference.votes
    speed = too_fast(votes.seconds, votes.votes[:, 1], n_annotators=votes.n_annotators)
    for person in np.flatnonzero(speed.is_too_fast).tolist():
        share = float(speed.hasty_share[person])
        median = float(np.nanmedian(votes.seconds[votes.votes[:, 1] == person]))
        summary = say(
            "flag.too_fast",
            "{share:.0%} of the answers of {who} took under {floor:.1f} s, less than reading takes here; the median "
            "is {median:.1f} s.",
            share=share, who=who[person], floor=speed.floor_seconds, median=median,
        )  # fmt: skip
        details = {"floor_seconds": speed.floor_seconds, "hasty_share": share, "median_seconds": median}
        yield _Finding(person, share, summary, details)


def _repetitive(inference: Inference, who: list[str]) -> Iterator[_Finding]:
    votes = inference.votes
    for person, rows in _rows_by_person(inference):
        last = votes.votes[rows[-LAST_ANSWERS:], 2]
        log_odds = repetitive_log_odds(last, inference.truth.class_prior)
        if log_odds >= REPETITIVE_LOG_ODDS:
            summary = say(
                "flag.repetitive",
                f"The last {{n}} answers of {{who}} are {_times(log_odds)} likelier as a repeated pattern than as "
                "answers to these items.",
                n=len(last), who=who[person], times=min(float(np.exp(log_odds)), 1000.0),
            )  # fmt: skip
            latest = [votes.class_names[k] for k in last[-LEAST_ANSWERS:]]
            yield _Finding(person, float(expit(log_odds)), summary, {"log_odds": log_odds, "latest": latest})


def _drift(inference: Inference, who: list[str]) -> Iterator[_Finding]:
    """The last 30 answers that can be judged are worse than all earlier ones, by 15 points and three deviations."""
    right = inference.right
    judged = inference.is_informative
    for person, rows in _rows_by_person(inference):
        own = right[rows[judged[rows]]]
        if len(own) < 2 * DRIFT_WINDOW:
            continue
        before, now, overall = (float(part.mean()) for part in (own[:-DRIFT_WINDOW], own[-DRIFT_WINDOW:], own))
        spread = np.sqrt(overall * (1 - overall) * (1 / DRIFT_WINDOW + 1 / (len(own) - DRIFT_WINDOW)))
        deviations = (before - now) / max(float(spread), 1e-6)
        if before - now >= DRIFT_DROP and deviations >= DRIFT_DEVIATIONS:
            english = "{who} was right in {before:.0%} of answers and is in {now:.0%} of the last {n}."
            summary = say("flag.drift", english, who=who[person], before=before, now=now, n=DRIFT_WINDOW)
            yield _Finding(person, float(ndtr(deviations)), summary, {"before": before, "now": now})


RULES: dict[str, Callable[[Inference, list[str]], Iterator[_Finding]]] = {
    Flag.Kind.ANNOTATOR_LOOKS_RANDOM: _looks_random,
    Flag.Kind.ANNOTATOR_NEEDS_HELP: _needs_help,
    Flag.Kind.TOO_FAST: _too_fast,
    Flag.Kind.REPETITIVE: _repetitive,
    Flag.Kind.DRIFT: _drift,
}


def _rounded(details: dict[str, Any]) -> dict[str, Any]:
    return {name: round(part, 4) if isinstance(part, float) else part for name, part in details.items()}


def _skill(inference: Inference, person: int) -> dict[str, Any]:
    truth, n_judged = inference.truth, int(inference.n_judged[person])
    if not truth.n_informative[person]:
        return {"accuracy": None, "n_judged": n_judged}
    accuracy = {
        "estimate": round(float(truth.accuracy[person]), 4),
        "low": round(float(truth.accuracy_low[person]), 4),
        "high": round(float(truth.accuracy_high[person]), 4),
    }
    return {"accuracy": accuracy, "n_judged": n_judged}


def _rows_by_person(inference: Inference) -> Iterator[tuple[int, Ints]]:
    """Yields everybody with twenty answers, with the rows of those in time order."""
    people = inference.votes.votes[:, 1]
    order = np.argsort(people, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(people[order])) + 1):
        if len(rows) >= LEAST_ANSWERS:
            yield int(people[rows[0]]), rows


def _times(log_odds: float) -> str:
    return "over 1,000 times" if log_odds > np.log(1000) else f"{np.exp(log_odds):,.0f} times"
