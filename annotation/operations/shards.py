"""Keeps a representation's shards complete: every item in one of them, once (see annotation/vectors.py)."""

import time
from collections.abc import Sequence

import numpy as np
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max

from annotation.artifacts import FOLDER, ArtifactError
from annotation.errors import Postponed
from annotation.models import FeatureShard, Project, Representation, Topic, VectorBatch
from annotation.operations.outbox import LaneClaim, request_work, settle_lane
from annotation.representations import EXTERNAL
from annotation.rows import every
from annotation.stored import load_encoder
from annotation.vectors import SHARD_ROWS, Floats, Ints, Shard, open_shard, save_shard
from modeling.encoding import Encoder

TEXT_CHARACTERS = 20_000
TEXTS_A_QUERY = 2_000
IMAGES_A_QUERY = 50
# An encoder that takes its time shows its progress, and is continued by another task, in smaller steps.
SLOW_ROWS = 1_024
MOST_SECONDS = 1_800
# Shards up to this size are rewritten together with new rows, so that trickling items do not make a thousand files.
SMALL_SHARD = SHARD_ROWS // 4

DRAWN_IDS = "SELECT id FROM annotation_item WHERE project_id = %s AND drawn_at IS NOT NULL"
TEXTS = """
    SELECT id, left(coalesce(data->>'text', data->'texts'->>0), %(longest)s), left(data->'texts'->>1, %(longest)s)
    FROM annotation_item WHERE id = ANY(%(items)s)
"""

IMAGES = "SELECT id, data->>'image' FROM annotation_item WHERE id = ANY(%s) AND data->>'image' LIKE 'data:%%'"


def cover(claim: LaneClaim, representation: Representation, item_ids: Ints) -> bool:
    """Writes shards for all items that are in none, whatever the order in which imports committed their ids.

    Returns whether items that people were asked about are among them. Stops early when the project was deleted. Raises
    Postponed after half an hour: what was written stays, and the next run goes on.
    """
    shards = sound_shards(representation)
    if representation.name == EXTERNAL:
        return False
    encoder = load_encoder(representation)
    covered = [shard.item_ids for shard in shards.values()]
    missing = np.setdiff1d(item_ids, np.concatenate(covered)) if covered else item_ids
    small = {row: shard for row, shard in shards.items() if row.n_rows <= SMALL_SHARD}
    drawn = drawn_among(claim.project_id, missing)
    started = time.monotonic()
    for chunk in _chunks(missing, drawn, SHARD_ROWS if encoder.is_light else SLOW_ROWS):
        if time.monotonic() > started + MOST_SECONDS:
            raise Postponed("another task goes on with the vectors")
        if Project.objects.filter(pk=claim.project_id, deleted_at__isnull=False).exists():
            break
        shard = _encode(encoder, chunk)
        merged = small if sum(row.n_rows for row in small) + len(chunk) <= SHARD_ROWS else {}
        if merged:
            shard = _merge([shard, *merged.values()])
            small = {}
        wakes_learning = representation.is_live and bool(np.isin(chunk, drawn).any())
        publish_shards(claim, representation, [shard], replaced=list(merged), wakes_learning=wakes_learning)
    return bool(len(drawn))


def sound_shards(representation: Representation) -> dict[FeatureShard, Shard]:
    """The stored shards; rows whose file is damaged are removed, and their items count as missing again.

    Raises ArtifactError for vectors from outside while the storage as a whole is away: they cannot be made again.
    """
    sound: dict[FeatureShard, Shard] = {}
    for row in FeatureShard.objects.filter(representation=representation):
        try:
            sound[row] = open_shard(row.path, row.checksum)
        except ArtifactError:
            if representation.name == EXTERNAL and not default_storage.exists(FOLDER):
                raise
            row.delete()
    return sound


def drawn_among(project_id: int, item_ids: Ints) -> Ints:
    """Returns those of the items that people were asked about."""
    if not len(item_ids):
        return item_ids
    drawn = np.array([row[0] for row in every(DRAWN_IDS, [project_id])], dtype=np.int64)
    return np.intersect1d(item_ids, drawn)


def _chunks(missing: Ints, drawn: Ints, size: int) -> list[Ints]:
    """Rising ids, at most `size` each; items that people were asked about first: the model waits for them."""
    ordered = np.concatenate([drawn, np.setdiff1d(missing, drawn)])
    return [np.sort(ordered[start : start + size]) for start in range(0, len(ordered), size)]


def _encode(encoder: Encoder, item_ids: Ints) -> Shard:
    size = IMAGES_A_QUERY if encoder.reads == "image" else TEXTS_A_QUERY
    parts = [item_ids[start : start + size] for start in range(0, len(item_ids), size)]
    return Shard(item_ids, np.concatenate([_vectors(encoder, part) for part in parts]))


def _vectors(encoder: Encoder, item_ids: Ints) -> Floats:
    """The vectors of the items' images or texts; of two texts, what sets the first apart from the second."""
    if encoder.reads == "image":
        return encoder.transform(images_of(item_ids))
    firsts, seconds = zip(*pairs_of(item_ids), strict=True)
    vectors = encoder.transform(firsts)
    is_pair = np.array([second is not None for second in seconds])
    if is_pair.any():
        vectors[is_pair] -= encoder.transform([second for second in seconds if second is not None])
    return vectors


def _merge(shards: Sequence[Shard]) -> Shard:
    item_ids = np.concatenate([shard.item_ids for shard in shards])
    order = np.argsort(item_ids)
    return Shard(item_ids[order], np.concatenate([shard.vectors for shard in shards])[order])


def publish_shards(
    claim: LaneClaim,
    representation: Representation,
    shards: Sequence[Shard],
    *,
    replaced: Sequence[FeatureShard],
    batches: Sequence[VectorBatch] = (),
    wakes_learning: bool = False,
) -> None:
    """Makes shards visible in place of those, and of the uploaded batches, that they contain.

    Raises StaleEpoch, and nothing is changed, when the lane was taken over.
    """
    stored = [save_shard(shard.item_ids, shard.vectors) for shard in shards]
    with transaction.atomic():
        settle_lane(claim, [])
        rows = FeatureShard.objects.filter(representation=representation)
        rows.filter(pk__in=[row.pk for row in replaced]).delete()
        VectorBatch.objects.filter(pk__in=[batch.pk for batch in batches]).delete()
        last = rows.aggregate(last=Max("number"))["last"] or 0
        FeatureShard.objects.bulk_create(
            FeatureShard(
                representation=representation,
                number=last + place,
                n_rows=len(shard.item_ids),
                first_item=int(shard.item_ids[0]),
                last_item=int(shard.item_ids[-1]),
                path=file.path,
                checksum=file.checksum,
            )
            for place, (shard, file) in enumerate(zip(shards, stored, strict=True), 1)
        )
        if wakes_learning:
            request_work(project_id=claim.project_id, topic=Topic.LEARN)


def texts_of(item_ids: Ints) -> list[str]:
    """The beginnings of the items' texts in the order given, two texts as one; empty for an item without text."""
    return [first if second is None else f"{first}\n{second}" for first, second in pairs_of(item_ids)]


def pairs_of(item_ids: Ints) -> list[tuple[str, str | None]]:
    """The beginnings of the items' texts in the order given, and of the second one where an item shows two."""
    rows = every(TEXTS, {"longest": TEXT_CHARACTERS, "items": item_ids.tolist()})
    found = {item_id: (first or "", second) for item_id, first, second in rows}
    return [found.get(item_id, ("", None)) for item_id in item_ids.tolist()]


def images_of(item_ids: Ints) -> list[str]:
    """The items' images as data URLs in the order given; empty for an item without one."""
    found = dict(every(IMAGES, [item_ids.tolist()]))
    return [found.get(item_id) or "" for item_id in item_ids.tolist()]
