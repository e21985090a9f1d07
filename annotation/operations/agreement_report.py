"""How far people agree, as the manager reads it: coefficients with their doubt, and the disagreements behind them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from django.db.models import TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from annotation.arrays import Ints, Votes
from annotation.models import Item
from annotation.models.items import SHOWN_TEXT
from annotation.operations.agreement_slices import agreement_slices
from annotation.operations.coefficients import TOO_MANY_PEOPLE, shown_coefficient
from modeling import agreement, confusion, kappa
from modeling.agreement import Coefficient
from modeling.distances import ordinal_distances

ENOUGH_ITEMS = 30
EXAMPLES = 5
PAIRS = 10
EXCERPT = 200
SHOWN = RawSQL(SHOWN_TEXT, [], output_field=TextField())  # noqa: S611 - a constant
# Every pair of people has its own table: beyond this many people the average over pairs is not worth its time.
MOST_PEOPLE_FOR_COHEN = 200


def agreement_report(votes: Votes, names: Mapping[int, str], *, seed: int, is_ordinal: bool = False) -> dict[str, Any]:
    """Returns what `agreement/` shows, from the items with two votes or more; a missing number has its reason.

    `names` by user id. Where classes have an order, α counts how far apart answers are. Under thirty such items
    `enough_overlap` is false: the numbers are there, and mean little.
    """
    per_item = np.bincount(votes.votes[:, 0], minlength=votes.n_items)
    shared = votes.votes[per_item[votes.votes[:, 0]] > 1]
    distances = ordinal_distances(shared, votes.n_classes) if is_ordinal else None
    rng = np.random.default_rng(seed)
    alpha = agreement.krippendorff_alpha(shared, votes.n_classes, distances=distances, rng=rng)
    coefficients = {
        "krippendorff_alpha": alpha,
        "cohen_kappa": _over_pairs(kappa.cohen_kappa, shared, votes),
        "fleiss_kappa": agreement.fleiss_kappa(shared, votes.n_classes),
        "gwet_ac1": agreement.gwet_ac1(shared, votes.n_classes),
        "scott_pi": _over_pairs(kappa.scott_pi, shared, votes),
    }
    return {
        "items_with_overlap": int((per_item > 1).sum()),
        "enough_overlap": bool((per_item > 1).sum() >= ENOUGH_ITEMS),
        "percent": _percent(shared),
        "coefficients": {name: shown_coefficient(one) for name, one in coefficients.items()},
        "confused_pairs": _confused_pairs(shared, votes),
    } | agreement_slices(votes, names, seed=seed)


def _percent(shared: Ints) -> float | None:
    """The share of agreeing pairs among all pairs of answers to one item; None when there is none."""
    if not len(shared):
        return None
    n_classes = int(shared[:, 2].max()) + 1
    _, same = np.unique(shared[:, 0] * n_classes + shared[:, 2], return_counts=True)
    _, n = np.unique(shared[:, 0], return_counts=True)
    return float((same * (same - 1)).sum() / (n * (n - 1)).sum())


def _over_pairs(coefficient: Callable[[Ints, int], Coefficient], shared: Ints, votes: Votes) -> Coefficient:
    if votes.n_annotators > MOST_PEOPLE_FOR_COHEN:
        return Coefficient(None, undefined_because=TOO_MANY_PEOPLE)
    return coefficient(shared, votes.n_classes)


def _confused_pairs(shared: Ints, votes: Votes) -> list[dict[str, Any]]:
    pairs = confusion.confused_pairs(shared, votes.n_classes, limit=PAIRS)
    examples = [confusion.items_with_both(shared, one.first, one.second, limit=EXAMPLES) for one in pairs]
    shown = excerpts([int(votes.item_ids[item]) for items in examples for item in items])
    return [
        {
            "classes": [votes.class_names[one.first], votes.class_names[one.second]],
            "count": one.n_items,
            "share": one.share,
            "examples": [shown[int(votes.item_ids[item])] for item in items if int(votes.item_ids[item]) in shown],
        }
        for one, items in zip(pairs, examples, strict=True)
    ]


def excerpts(item_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Returns {item, external_id, text} of each item by id; of a long text only the beginning leaves the database."""
    rows = (
        Item.objects.filter(pk__in=item_ids)
        .annotate(text=Left(SHOWN, EXCERPT + 1))
        .values_list("pk", "external_id", "text")
    )
    return {pk: {"item": pk, "external_id": name, "text": _shortened(text or "")} for pk, name, text in rows}


def _shortened(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
