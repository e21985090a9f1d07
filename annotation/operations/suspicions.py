"""What an inference gives reason to doubt: single labels, people, pairs of classes. Nothing is stored here."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from annotation.arrays import Floats, Ints, Votes
from annotation.models import Flag
from annotation.operations.agreement_report import excerpts
from annotation.operations.inference import Inference
from annotation.sentences import Sentence, say

# A label is flagged from the first P(wrong) on and stays so over the second: a wobble does not open and close it. What
# the model says against a lone answer is held down by what is not known of its author: less is needed there. Of what
# these open, 85 to 90 % was wrong on eight crowd-labelled sets with 2, 3 and 5 answers an item (without a model), and
# 91 % or more on three text sets with simulated answers.
SEVERAL_OPEN_AT, SEVERAL_KEEP_AT = 0.8, 0.7
SINGLE_OPEN_AT, SINGLE_KEEP_AT = 0.6, 0.5
MOST_LABELS = 1000
MOST_OTHERS = 10
LEAST_CONFUSED_ITEMS = 10
LEAST_CONFUSED_RATE = 0.3


@dataclass(frozen=True)
class Suspicion:
    """One thing to doubt. `subject` names it, `opens` says whether it is strong enough for a new flag.

    `basis` and `weight` tell what the evidence was: a person who dismissed it is not asked again before the basis is
    another or the weight (how many answers speak) has grown by half.
    """

    kind: str
    subject: str
    score: float
    evidence: dict[str, Any]
    item_id: int | None = None
    annotation_id: int | None = None
    annotator_id: int | None = None
    basis: str = ""
    weight: int = 1
    opens: bool = True


def suspicious_labels(inference: Inference, names: Mapping[int, str]) -> list[Suspicion]:
    """Returns the labels that are probably wrong, the worst first, a thousand at most.

    A label nobody and nothing else speaks about is never among them: an average error rate is no evidence against it.
    Nor is one that a reviewer has judged, or that its author has taken back.
    """
    counted = inference.is_informative & ~inference.votes.withdrawn
    p_wrong = np.where(counted, inference.truth.p_wrong, 0.0)
    p_wrong[np.isin(inference.votes.votes[:, 0], inference.votes.reviewed)] = 0
    is_single = inference.n_votes[inference.votes.votes[:, 0]] == 1
    candidates = np.flatnonzero(p_wrong >= np.where(is_single, SINGLE_KEEP_AT, SEVERAL_KEEP_AT))
    worst = candidates[np.argsort(-p_wrong[candidates], kind="stable")][:MOST_LABELS]
    votes = inference.votes
    shown = excerpts([int(votes.item_ids[item]) for item in np.unique(votes.votes[worst, 0])])
    neighbours = _Neighbours(inference)
    return [
        _suspicious_label(inference, int(row), float(p_wrong[row]), neighbours, names, shown)
        for row in worst
        if int(votes.item_ids[votes.votes[row, 0]]) in shown
    ]


class _Neighbours:
    """Finds the votes of an item without a scan for each."""

    def __init__(self, inference: Inference) -> None:
        items = inference.votes.votes[:, 0]
        self.order = np.argsort(items, kind="stable")
        self.sorted_items = items[self.order]

    def of(self, item: int) -> Ints:
        first, last = np.searchsorted(self.sorted_items, [item, item + 1])
        return np.asarray(self.order[first:last])


def _suspicious_label(
    inference: Inference,
    row: int,
    p_wrong: float,
    neighbours: _Neighbours,
    names: Mapping[int, str],
    shown: Mapping[int, Mapping[str, Any]],
) -> Suspicion:
    votes, classes = inference.votes, inference.votes.class_names
    item, person, said = (int(part) for part in votes.votes[row])
    rest = [int(other) for other in neighbours.of(item) if other != row]
    others = [(classes[votes.votes[r, 2]], names[int(votes.annotator_ids[votes.votes[r, 1]])]) for r in rest]
    who, was, expected = names[int(votes.annotator_ids[person])], classes[said], _expected(inference, item, said)
    known, model = bool(inference.gold_class[item] >= 0), _model_view(inference, item)
    evidence = {
        "text": shown[int(votes.item_ids[item])]["text"],
        "class": was,
        "expected": expected,
        "others": [{"class": name, "annotator": other} for name, other in others[:MOST_OTHERS]],
        "n_others": len(others),
        "known": known,
        "summary": _label_summary(who, was, expected, [name for name, _ in others], known, model),
    } | ({"model": model} if model else {})
    basis = digest(was, expected, *sorted(f"{other}={name}" for name, other in others))
    opens = p_wrong >= (SEVERAL_OPEN_AT if rest else SINGLE_OPEN_AT)
    return doubted_label(votes, row, p_wrong, evidence, basis=basis, opens=opens)


def doubted_label(
    votes: Votes, row: int, p_wrong: float, evidence: dict[str, Any], *, basis: str, opens: bool
) -> Suspicion:
    """Returns the suspicion against the answer in this row."""
    item, person, _ = (int(part) for part in votes.votes[row])
    return Suspicion(
        kind=Flag.Kind.LABEL_SUSPECT,
        subject=f"annotation:{votes.annotation_ids[row]}",
        score=min(p_wrong, 1.0),
        evidence=evidence,
        item_id=int(votes.item_ids[item]),
        annotation_id=int(votes.annotation_ids[row]),
        annotator_id=int(votes.annotator_ids[person]),
        basis=basis,
        opens=opens,
    )


def _expected(inference: Inference, item: int, said: int) -> str:
    """The most probable class besides the one that was said."""
    beliefs = inference.truth.posterior[item].copy()
    beliefs[said] = -1
    return inference.votes.class_names[int(beliefs.argmax())]


def _model_view(inference: Inference, item: int) -> dict[str, float]:
    """The model's three most probable classes; empty where it is silent."""
    if inference.voice is None or not inference.voice.speaks[item]:
        return {}
    view: Floats = inference.voice.probabilities[item]
    return {inference.votes.class_names[k]: round(float(view[k]), 3) for k in np.argsort(-view, kind="stable")[:3]}


def _label_summary(
    who: str, said: str, expected: str, others: list[str], is_known: bool, model: Mapping[str, float]
) -> Sentence:
    against, n_others = others.count(expected), len(others)
    parts = {"who": who, "said": said, "expected": expected, "against": against, "n_others": n_others}
    start = "{who} said “{said}”; "
    if is_known:
        known = start + "the known answer is “{expected}”."
        if n_others >= 2 and others.count(said) >= 0.75 * n_others:
            doubt = " Nearly everybody says the same: look at the known answer first."
            return say("flag.known_in_doubt", known + doubt, **parts)
        return say("flag.known", known, **parts)
    is_models = bool(model) and next(iter(model)) == expected
    if is_models:
        parts["model"] = model[expected]
    if not against and not is_models:
        english = start + "“{expected}” is more probable by what is known of the people who answered."
        return say("flag.more_probable", english, **parts)
    voices = [_share_of(against, n_others)] * bool(against) + ["the model ({model:.0%})"] * is_models
    verb = "says" if len(voices) == 1 and against <= 1 else "say"
    code = "flag.others_and_model" if len(voices) == 2 else "flag.model" if is_models else "flag.others"
    return say(code, f"{start}{' and '.join(voices)} {verb} “{{expected}}”.", **parts)


def _share_of(against: int, n_others: int) -> str:
    if against < n_others:
        return f"{against} of {n_others} others"
    return {1: "the one other", 2: "both others"}.get(n_others, f"all {n_others} others")


def digest(*parts: str) -> str:
    """Returns a short name of evidence: the same parts have the same one."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def confused_classes(inference: Inference, careless: Ints) -> Iterator[Suspicion]:
    """Yields pairs of classes that many people mix up: a question for the guidelines, not for a person.

    Of all pairs of answers within the two classes three in ten must differ, on ten items and between at least three
    people (two where there are only two). `careless` people (positions) are left out: they mix up everything.
    """
    votes = inference.votes
    shared = votes.votes[(inference.n_votes[votes.votes[:, 0]] > 1) & ~np.isin(votes.votes[:, 1], careless)]
    for a, b, n_items, rate in _confusions(shared, votes.n_classes):
        both = np.intersect1d(shared[shared[:, 2] == a, 0], shared[shared[:, 2] == b, 0])
        on_both = shared[np.isin(shared[:, 0], both) & np.isin(shared[:, 2], (a, b))]
        n_people = len(np.unique(on_both[:, 1]))
        if n_people < min(3, len(np.unique(shared[:, 1]))):
            continue
        first, second = votes.class_names[a], votes.class_names[b]
        examples = list(excerpts([int(votes.item_ids[item]) for item in both[:5]]).values())
        yield Suspicion(
            kind=Flag.Kind.CONFUSED_PAIR,
            subject=f"pair:{digest(*sorted((first, second)))}",
            score=min(rate, 1.0),
            evidence={
                "classes": [first, second],
                "n": n_items,
                "rate": round(rate, 4),
                "n_people": n_people,
                "examples": examples,
                "summary": say(
                    "flag.confused_pair",
                    "{n_people} people mix up “{first}” and “{second}” on {n_items} items: {rate:.0%} of the paired "
                    "answers within the two differ. The guidelines may not tell them apart.",
                    n_people=n_people,
                    first=first,
                    second=second,
                    n_items=n_items,
                    rate=rate,
                ),
            },
            weight=n_items,
        )


def _confusions(shared: Ints, n_classes: int) -> list[tuple[int, int, int, float]]:
    """Pairs of classes over both limits: first, second, items given both, share of differing answer pairs."""
    _, row = np.unique(shared[:, 0], return_inverse=True)
    shape = (int(row.max(initial=-1)) + 1, n_classes)
    counts = sparse.csr_matrix((np.ones(len(shared)), (row, shared[:, 2])), shape=shape)
    given = counts.sign()
    together, products = (given.T @ given).toarray(), (counts.T @ counts).toarray()
    same = (np.diag(products) - np.asarray(counts.sum(axis=0)).ravel()) / 2
    found = []
    for a, b in zip(*np.nonzero(np.triu(together, 1) >= LEAST_CONFUSED_ITEMS), strict=True):
        rate = float(products[a, b] / (products[a, b] + same[a] + same[b]))
        if rate >= LEAST_CONFUSED_RATE:
            found.append((int(a), int(b), int(together[a, b]), rate))
    return found
