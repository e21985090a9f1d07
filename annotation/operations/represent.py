"""Items → vectors: fits a project's representation and keeps its shards complete (see annotation/vectors.py)."""

from collections.abc import Sequence

import numpy as np
from django.db import connection, transaction
from django.db.models import Max

from annotation.artifacts import ArtifactError
from annotation.models import FeatureShard, Project, Representation, Topic
from annotation.operations.outbox import LaneClaim, request_work, settle_lane, waiting_requests
from annotation.stored import load_encoder, save_encoder
from annotation.vectors import SHARD_ROWS, Ints, Shard, open_shard, save_shard
from modeling.pool import PoolRepresentation
from modeling.pool_fit import fit_pool

MAX_FITTED = 20_000
GROWTH = 1.5
TEXT_CHARACTERS = 20_000
SAMPLE_CHARACTERS = 20_000_000
TEXTS_A_QUERY = 2_000
# Shards up to this size are rewritten together with new rows, so that trickling items do not make a thousand files.
SMALL_SHARD = SHARD_ROWS // 4

ITEM_IDS = "COPY (SELECT id FROM annotation_item WHERE project_id = %s) TO STDOUT (FORMAT BINARY)"
DRAWN_IDS = "SELECT id FROM annotation_item WHERE project_id = %s AND drawn_at IS NOT NULL"
TEXTS = "SELECT id, left(data->>'text', %s) FROM annotation_item WHERE id = ANY(%s)"


def build_features(claim: LaneClaim) -> None:
    """Gives every item a vector, those that people were asked about first.

    The first representation serves at once, while its shards are still being written. When the pool has outgrown what
    was learned from it, a new version is built completely behind the old one and switched on in one transaction. Every
    shard is published under the claim's epoch; a run that dies is continued where it stopped.
    """
    request_ids = waiting_requests(claim)
    project = Project.objects.get(pk=claim.project_id)
    item_ids = load_item_ids(claim.project_id)
    topic = Topic.SCORE if project.live_model_id else Topic.LEARN
    live = None
    if project.deleted_at is None and len(item_ids):
        live = _sound_live(project)
        if live is None or has_outgrown(live, len(item_ids)):
            live = _fit(claim, project, item_ids, is_live=live is None)
            topic = Topic.LEARN
        if _cover(claim, live, item_ids):
            topic = Topic.LEARN
    with transaction.atomic():
        settle_lane(claim, request_ids)
        if live is not None:
            _switch_on(live)
            request_work(project_id=claim.project_id, topic=topic)


def has_outgrown(representation: Representation, n_items: int) -> bool:
    """Says whether half as many items again could be learned from as there were."""
    return min(n_items, MAX_FITTED) >= GROWTH * representation.n_fitted


def load_item_ids(project_id: int) -> Ints:
    """Returns the project's item ids, rising: fourteen bytes a row through COPY, so a million take a second."""
    # Django's debugging cursor takes no parameters here; the id is a number of ours.
    with connection.cursor() as cursor, cursor.copy(ITEM_IDS % int(project_id)) as copy:
        content = b"".join(copy)
    header, trailer = 19, 2
    row = np.dtype([("fields", ">i2"), ("length", ">i4"), ("id", ">i8")])
    n_rows = (len(content) - header - trailer) // row.itemsize
    return np.sort(np.frombuffer(content, row, n_rows, header)["id"].astype(np.int64))


def _sound_live(project: Project) -> Representation | None:
    """Returns the live representation; None when there is none or its file is damaged (then another one is made)."""
    live = Representation.objects.filter(project=project, is_live=True).first()
    try:
        if live is not None:
            load_encoder(live)
    except ArtifactError:
        return None
    return live


def _fit(claim: LaneClaim, project: Project, item_ids: Ints, *, is_live: bool) -> Representation:
    """Learns from a seeded sample. Unfinished versions of runs that died are removed first."""
    last = Representation.objects.filter(project=project).aggregate(last=Max("version"))["last"] or 0
    rng = np.random.default_rng([project.seed, last + 1])
    encoder = fit_pool(_sample_texts(item_ids, rng), rng=rng, max_rows=MAX_FITTED)
    path, checksum = save_encoder(encoder)
    with transaction.atomic():
        settle_lane(claim, [])
        live = Representation.objects.filter(project=project, is_live=True)
        Representation.objects.filter(
            project=project, is_live=False, version__gt=live.values("version"), model_versions=None
        ).delete()
        if is_live:
            live.update(is_live=False)
        return Representation.objects.create(
            project=project,
            version=last + 1,
            name=encoder.name,
            dimension=encoder.dimension,
            n_fitted=min(len(item_ids), MAX_FITTED),
            path=path,
            checksum=checksum,
            is_live=is_live,
        )


def _sample_texts(item_ids: Ints, rng: np.random.Generator) -> list[str]:
    """At most 20,000 texts of random items, fewer when they are long."""
    chosen = rng.permutation(item_ids)[:MAX_FITTED]
    texts: list[str] = []
    n_characters = 0
    for start in range(0, len(chosen), TEXTS_A_QUERY):
        batch = _texts(chosen[start : start + TEXTS_A_QUERY])
        texts += batch
        n_characters += sum(map(len, batch))
        if n_characters >= SAMPLE_CHARACTERS:
            break
    return texts


def _texts(item_ids: Ints) -> list[str]:
    """The beginnings of the items' texts in the order given; empty for an item without text."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [TEXT_CHARACTERS, item_ids.tolist()])
        found = dict(cursor.fetchall())
    return [found.get(item_id) or "" for item_id in item_ids.tolist()]


def _cover(claim: LaneClaim, representation: Representation, item_ids: Ints) -> bool:
    """Writes shards for all items that are in none, whatever the order in which imports committed their ids.

    Returns whether items that people were asked about are among them. Stops early when the project was deleted.
    """
    encoder = load_encoder(representation)
    shards = sound_shards(representation)
    covered = [shard.item_ids for shard in shards.values()]
    missing = np.setdiff1d(item_ids, np.concatenate(covered)) if covered else item_ids
    small = {row: shard for row, shard in shards.items() if row.n_rows <= SMALL_SHARD}
    drawn = _drawn_among(claim.project_id, missing)
    for chunk in _chunks(missing, drawn):
        if Project.objects.filter(pk=claim.project_id, deleted_at__isnull=False).exists():
            break
        shard = _encode(encoder, chunk)
        merged = small if sum(row.n_rows for row in small) + len(chunk) <= SHARD_ROWS else {}
        if merged:
            shard = _merge([shard, *merged.values()])
            small = {}
        wakes_learning = representation.is_live and bool(np.isin(chunk, drawn).any())
        _publish(claim, representation, shard, replaced=list(merged), wakes_learning=wakes_learning)
    return bool(len(drawn))


def sound_shards(representation: Representation) -> dict[FeatureShard, Shard]:
    """The stored shards; rows whose file is damaged are removed, and their items count as missing again."""
    sound: dict[FeatureShard, Shard] = {}
    for row in FeatureShard.objects.filter(representation=representation):
        try:
            sound[row] = open_shard(row.path, row.checksum)
        except ArtifactError:
            row.delete()
    return sound


def _drawn_among(project_id: int, missing: Ints) -> Ints:
    if not len(missing):
        return missing
    with connection.cursor() as cursor:
        cursor.execute(DRAWN_IDS, [project_id])
        drawn = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    return np.intersect1d(missing, drawn)


def _chunks(missing: Ints, drawn: Ints) -> list[Ints]:
    """Rising ids, a shard's worth each; items that people were asked about first: the model waits for them."""
    ordered = np.concatenate([drawn, np.setdiff1d(missing, drawn)])
    return [np.sort(ordered[start : start + SHARD_ROWS]) for start in range(0, len(ordered), SHARD_ROWS)]


def _encode(encoder: PoolRepresentation, item_ids: Ints) -> Shard:
    parts = [item_ids[start : start + TEXTS_A_QUERY] for start in range(0, len(item_ids), TEXTS_A_QUERY)]
    return Shard(item_ids, np.concatenate([encoder.transform(_texts(part)) for part in parts]))


def _merge(shards: Sequence[Shard]) -> Shard:
    item_ids = np.concatenate([shard.item_ids for shard in shards])
    order = np.argsort(item_ids)
    return Shard(item_ids[order], np.concatenate([shard.vectors for shard in shards])[order])


def _publish(
    claim: LaneClaim,
    representation: Representation,
    shard: Shard,
    *,
    replaced: list[FeatureShard],
    wakes_learning: bool,
) -> None:
    """Makes one shard visible in place of those it contains; raises StaleEpoch when the lane was taken over."""
    path, checksum = save_shard(shard.item_ids, shard.vectors)
    with transaction.atomic():
        settle_lane(claim, [])
        rows = FeatureShard.objects.filter(representation=representation)
        rows.filter(pk__in=[row.pk for row in replaced]).delete()
        FeatureShard.objects.create(
            representation=representation,
            number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
            n_rows=len(shard.item_ids),
            first_item=int(shard.item_ids[0]),
            last_item=int(shard.item_ids[-1]),
            path=path,
            checksum=checksum,
        )
        if wakes_learning:
            request_work(project_id=claim.project_id, topic=Topic.LEARN)


def _switch_on(representation: Representation) -> None:
    """Makes it the one that serves; the old model goes on with its own representation until the next training."""
    if not representation.is_live:
        Representation.objects.filter(project_id=representation.project_id, is_live=True).update(is_live=False)
        Representation.objects.filter(pk=representation.pk).update(is_live=True)
