"""A fixed sample of a project's items, and what each model says of them: how much do two models differ?"""

from typing import Any

import numpy as np

from annotation.artifacts import ArtifactError
from annotation.models import ModelVersion
from annotation.stored import PROBE, Ints, Probe, load_spoken
from modeling.stopping import stability

N_ITEMS = 2_000
# Predictions are compared once the labels have grown by so many, and by this share.
LEAST_MORE, GROWTH = 20, 1.05
KEPT_CHECKS = 5

__all__ = ["Probe", "next_stability", "take_probe"]


def take_probe(item_ids: Ints, *, seed: int) -> Ints:
    """Returns the rows of the 2,000 items that come first in a shuffle by id: the same ones while none is added."""
    if len(item_ids) <= N_ITEMS:
        return np.arange(len(item_ids))
    keys = (item_ids.astype(np.uint64) ^ np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.sort(np.argpartition(keys ^ (keys >> np.uint64(29)), N_ITEMS)[:N_ITEMS])


def next_stability(
    live: ModelVersion | None, probe: Probe, classes: list[str], n_trained: int, number: int
) -> dict[str, Any]:
    """Returns {labels, number, kappas}: when predictions were last compared, with which version next, and the last κ.

    As before until the labels have grown enough; from the beginning when the classes are others or a file is gone.
    """
    afresh = {"labels": n_trained, "number": number, "kappas": []}
    before = live.metrics.get("stability") if live else None
    if live is None or before is None or live.classes != classes:
        return afresh
    if n_trained < max(before["labels"] + LEAST_MORE, GROWTH * before["labels"]):
        return dict(before)
    earlier = ModelVersion.objects.filter(project_id=live.project_id, number=before["number"]).first()
    try:
        found = load_spoken(earlier, PROBE).beside(probe) if earlier else None
    except ArtifactError:
        return afresh
    if found is None or not len(found[0]):
        return afresh
    kappas = [*before["kappas"], round(stability(*found[1:], len(classes)), 4)]
    return {"labels": n_trained, "number": number, "kappas": kappas[-KEPT_CHECKS:]}
