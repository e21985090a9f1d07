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
from modeling.agreement_slices import Share, share_of, wilson
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

    AC1 alone also looks at lone votes, for what chance would do. `names` by user id. Where classes have an order, α
    counts how far apart answers are. Under thirty such items `enough_overlap` is false: the numbers are there, and mean
    little.
    """
    per_item = np.bincount(votes.votes[:, 0], minlength=votes.n_items)
    shared = votes.votes[per_item[votes.votes[:, 0]] > 1]
    distances = ordinal_distances(shared, votes.n_classes) if is_ordinal else None
    rng = np.random.default_rng(seed)
    alpha = agreement.krippendorff_alpha(shared, votes.n_classes, distances=distances, rng=rng)
    coefficients = {
        "krippendorff_alpha": alpha,
        "cohen_kappa": _over_pairs(kappa.cohen_kappa, shared, votes),
        "fleiss_kappa": agreement.fleiss_kappa(shared, votes.n_classes, rng=rng),
        "gwet_ac1": agreement.gwet_ac1(votes.votes, votes.n_classes, rng=rng),
        "scott_pi": _over_pairs(kappa.scott_pi, shared, votes),
    }
    return {
        "items_with_overlap": int((per_item > 1).sum()),
        "enough_overlap": bool((per_item > 1).sum() >= ENOUGH_ITEMS),
        "coefficients": {name: shown_coefficient(one) for name, one in coefficients.items()},
        "confused_pairs": _confused_pairs(shared, votes),
        **shown_percent(_agreeing(shared)),
        **agreement_slices(votes, names, seed=seed),
    }


def _agreeing(shared: Ints) -> Share:
    """The share of agreeing pairs among all pairs of answers to one item."""
    items, item = np.unique(shared[:, 0], return_inverse=True)
    n_classes = int(shared[:, 2].max(initial=0)) + 1
    cell, same = np.unique(item * n_classes + shared[:, 2], return_counts=True)
    agreeing = np.bincount(cell // n_classes, weights=same * (same - 1), minlength=len(items)).astype(np.float64)
    n = np.bincount(item, minlength=len(items)).astype(np.float64)
    return share_of(agreeing, n * (n - 1))


def shown_percent(share: Share) -> dict[str, float | None]:
    """Returns the share of agreeing pairs with its 90 % interval as `agreement/` names them."""
    return {"percent": share.value, "percent_low": share.low, "percent_high": share.high}


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
            **_shown_share(one, votes.n_classes),
            "examples": [shown[int(votes.item_ids[item])] for item in items if int(votes.item_ids[item]) in shown],
        }
        for one, items in zip(pairs, examples, strict=True)
    ]


def _shown_share(one: confusion.ConfusedPair, n_classes: int) -> dict[str, float | None]:
    """The pair's share of all disagreements, each an item with two of the classes, with its 90 % interval; of two
    classes there is no other pair."""
    share = wilson(one.share, one.n_items / one.share)
    low = one.share if n_classes == 2 else share.low
    return {"share": one.share, "low": low, "high": share.high}


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
