"""Vectors that were computed outside: kept as they come, then folded into the shards of the representation `external`.

They cannot be made again, so nothing here is ever collected while the project lives.
"""

import logging
from collections.abc import Iterator, Sequence

import numpy as np
from django.db import transaction
from django.db.models import Max, Sum

from annotation.artifacts import ArtifactError, save_arrays
from annotation.models import FeatureShard, Project, Representation, VectorBatch
from annotation.operations.outbox import LaneClaim, settle_lane
from annotation.operations.shards import SMALL_SHARD, drawn_among, publish_shards, sound_shards
from annotation.representations import EXTERNAL
from annotation.vectors import SHARD_ROWS, Ints, Shard, open_shard

logger = logging.getLogger(__name__)

# Vectors from outside take over from another representation when they cover this share of the items.
LEAST_COVERED = 0.9


def outside_of(project: Project) -> Representation | None:
    """Returns the project's newest representation by vectors from outside; None while none was folded."""
    return Representation.objects.filter(project=project, name=EXTERNAL).order_by("-version").first()


def outside_is_ready(outside: Representation, item_ids: Ints) -> bool:
    """Says whether the vectors from outside cover enough of the items to take over."""
    n_rows = FeatureShard.objects.filter(representation=outside).aggregate(n=Sum("n_rows"))["n"] or 0
    return bool(n_rows >= LEAST_COVERED * len(item_ids))


def fold_vectors(claim: LaneClaim) -> bool:
    """Moves the batches that wait into shards, a few at a time; returns whether labelled items' vectors changed.

    The later batch holds where two name one item. A large batch that names nobody twice becomes a shard as it is.
    Raises StaleEpoch when the lane was taken over; what was folded until then stays.
    """
    changes_labelled = False
    while batches := _next_batches(claim.project_id):
        outside = _representation(claim, batches[0].dimension)
        changed = _fold(claim, outside, batches)
        changes_labelled |= bool(len(drawn_among(claim.project_id, changed)))
    return changes_labelled


def _next_batches(project_id: int) -> list[VectorBatch]:
    """Returns the oldest batches up to the size of a shard, at least one if any waits."""
    chosen: list[VectorBatch] = []
    for batch in VectorBatch.objects.filter(project_id=project_id).order_by("id")[:256]:
        if chosen and sum(one.n_rows for one in chosen) + batch.n_rows > SHARD_ROWS:
            break
        chosen.append(batch)
    return chosen


def _representation(claim: LaneClaim, dimension: int) -> Representation:
    project = Project.objects.get(pk=claim.project_id)
    if (outside := outside_of(project)) is not None and outside.dimension == dimension:
        return outside
    path, checksum = save_arrays({}, {"name": EXTERNAL, "format": 1, "dimension": dimension})
    with transaction.atomic():
        settle_lane(claim, [])
        last = Representation.objects.filter(project=project).aggregate(last=Max("version"))["last"] or 0
        return Representation.objects.create(
            project=project, version=last + 1, name=EXTERNAL, dimension=dimension, n_fitted=0, path=path,
            checksum=checksum,
        )  # fmt: skip


def _fold(claim: LaneClaim, outside: Representation, batches: Sequence[VectorBatch]) -> Ints:
    """Returns the items whose vectors are new or others than before."""
    came = _opened(batches)
    fresh = _newest(came, outside.dimension)
    stored = _near(fresh, sound_shards(outside))
    fresh = _without_known(fresh, list(stored.values()))
    if len(came) == 1 and len(fresh.item_ids) == batches[0].n_rows and _is_large_and_apart(fresh, stored):
        parts, replaced = [came[0]], list[FeatureShard]()
    else:
        parts, replaced = _merged(fresh, stored)
    publish_shards(claim, outside, parts, replaced=replaced, batches=batches)
    return fresh.item_ids


def _opened(batches: Sequence[VectorBatch]) -> list[Shard]:
    """A batch whose file is damaged is lost: its vectors must be sent again, and the log says so."""
    found = []
    for batch in batches:
        try:
            found.append(open_shard(batch.path, batch.checksum))
        except ArtifactError as error:
            logger.error("vectors of project %s are lost: %s", batch.project_id, error)
    return found


def _newest(came: Sequence[Shard], dimension: int) -> Shard:
    """One shard of all rows; where an item is named twice, its last vector."""
    item_ids = np.concatenate([np.zeros(0, dtype=np.int64), *(shard.item_ids for shard in came)])
    vectors = np.concatenate([np.zeros((0, dimension), dtype=np.float32), *(shard.vectors for shard in came)])
    distinct, last = np.unique(item_ids[::-1], return_index=True)
    return Shard(distinct, vectors[::-1][last])


def _near(fresh: Shard, stored: dict[FeatureShard, Shard]) -> dict[FeatureShard, Shard]:
    """The shards that may hold one of the rows, and the small ones."""
    low, high = (fresh.item_ids[0], fresh.item_ids[-1]) if len(fresh.item_ids) else (0, -1)
    return {
        row: shard
        for row, shard in stored.items()
        if row.n_rows <= SMALL_SHARD or (row.first_item <= high and row.last_item >= low)
    }


def _without_known(fresh: Shard, stored: Sequence[Shard]) -> Shard:
    """The rows that are not stored already just as they are."""
    is_new = np.ones(len(fresh.item_ids), dtype=np.bool_)
    for shard in stored:
        _, here, there = np.intersect1d(fresh.item_ids, shard.item_ids, assume_unique=True, return_indices=True)
        is_new[here] = (fresh.vectors[here] != shard.vectors[there]).any(axis=1)
    return Shard(fresh.item_ids[is_new], fresh.vectors[is_new])


def _is_large_and_apart(fresh: Shard, stored: dict[FeatureShard, Shard]) -> bool:
    known = (np.isin(fresh.item_ids, shard.item_ids).any() for shard in stored.values())
    return len(fresh.item_ids) > SMALL_SHARD and not any(known)


def _merged(fresh: Shard, stored: dict[FeatureShard, Shard]) -> tuple[list[Shard], list[FeatureShard]]:
    """New shards in place of those that hold one of the rows, and of small ones; and which these are."""
    if not len(fresh.item_ids):
        return [], []
    touched = {
        row: shard
        for row, shard in stored.items()
        if row.n_rows <= SMALL_SHARD or np.isin(shard.item_ids, fresh.item_ids).any()
    }
    return list(_rewritten(fresh, touched)), list(touched)


def _rewritten(fresh: Shard, touched: dict[FeatureShard, Shard]) -> Iterator[Shard]:
    """Each large shard with its rows exchanged; then the small ones with what is left over, cut to size."""
    left = [fresh]
    for row, shard in touched.items():
        if row.n_rows <= SMALL_SHARD:
            left.append(_others(shard, fresh))
            continue
        here = np.isin(fresh.item_ids, shard.item_ids)
        yield _sorted([_others(shard, fresh), Shard(fresh.item_ids[here], fresh.vectors[here])])
        left[0] = _others(left[0], shard)
    rest = _sorted(left)
    for start in range(0, len(rest.item_ids), SHARD_ROWS):
        rows = slice(start, start + SHARD_ROWS)
        yield Shard(rest.item_ids[rows], rest.vectors[rows])


def _others(shard: Shard, than: Shard) -> Shard:
    keep = ~np.isin(shard.item_ids, than.item_ids)
    return Shard(shard.item_ids[keep], shard.vectors[keep])


def _sorted(shards: Sequence[Shard]) -> Shard:
    item_ids = np.concatenate([shard.item_ids for shard in shards])
    order = np.argsort(item_ids)
    return Shard(item_ids[order], np.concatenate([shard.vectors for shard in shards])[order])
