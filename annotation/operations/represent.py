"""Items → vectors: fits a project's representation, and has its shards kept complete."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from django.db import transaction
from django.db.models import Max

from annotation.artifacts import ArtifactError
from annotation.models import Project, Representation, Topic
from annotation.operations.outbox import LaneClaim, free_lane_of, request_work, settle_lane, waiting_requests
from annotation.operations.outside_vectors import fold_vectors, outside_is_ready, outside_of
from annotation.operations.shards import TEXTS_A_QUERY, cover, texts_of
from annotation.representations import EXTERNAL, IMAGE, POOL, TFIDF
from annotation.stored import load_encoder, save_encoder
from annotation.vectors import Ints, load_item_ids
from modeling.encoders import LibraryEncoder
from modeling.encoding import Encoder
from modeling.images import ImageDescriptor
from modeling.pool_fit import fit_pool, fit_tfidf

MAX_FITTED = 20_000
GROWTH = 1.5
SAMPLE_CHARACTERS = 20_000_000


class Fit(Protocol):
    def __call__(self, texts: Sequence[str], *, rng: np.random.Generator, max_rows: int) -> Encoder: ...


# Representations that are learned from the project's own texts, and again when there are half as many more.
LEARNED: dict[str, Fit] = {POOL: fit_pool, TFIDF: fit_tfidf}


def build_features(claim: LaneClaim) -> None:
    """Gives every item a vector in the project's representation, those that people were asked about first.

    The first representation serves at once, while its shards are still being written. When the project wants another
    one, or the pool has outgrown what was learned from it, the new one is built completely behind the old one, which
    goes on getting new items, and switched on in one transaction. Every shard is published under the claim's epoch; a
    run that dies is continued where it stopped.
    """
    request_ids = waiting_requests(claim)
    project = Project.objects.get(pk=claim.project_id)
    item_ids = load_item_ids(claim.project_id)
    topic = Topic.SCORE if project.live_model_id else Topic.LEARN
    target, live = None, None
    if project.deleted_at is None and len(item_ids):
        changed = fold_vectors(claim)
        live = _sound_live(project)
        if live is not None and live.name != project.representation:
            changed |= cover(claim, live, item_ids)
        target = _target(claim, project, live, item_ids)
        if target is not None:
            changed |= cover(claim, target, item_ids) or target != live
        topic = Topic.LEARN if changed else topic
    with transaction.atomic():
        settle_lane(claim, request_ids)
        if target is not None:
            _switch_on(target)
            free_lane_of(claim.project_id, Topic.LEARN)  # it may have given up for want of vectors
            request_work(project_id=claim.project_id, topic=topic)
        if target != live:
            request_work(project_id=claim.project_id, topic=Topic.QUALITY)  # the model speaks of labels by its vectors


def has_outgrown(representation: Representation, n_items: int) -> bool:
    """Says whether it was learned from items, and half as many items again could be learned from as there were."""
    fitted = representation.n_fitted
    return fitted > 0 and min(n_items, MAX_FITTED) >= GROWTH * fitted


def _sound_live(project: Project) -> Representation | None:
    """Returns the live representation; None when there is none or its file is damaged (then another one is made)."""
    live = Representation.objects.filter(project=project, is_live=True).first()
    return live if live is not None and _is_sound(live) else None


def _is_sound(representation: Representation) -> bool:
    try:
        return representation.name == EXTERNAL or load_encoder(representation) is not None
    except ArtifactError:
        return False


def _target(claim: LaneClaim, project: Project, live: Representation | None, item_ids: Ints) -> Representation | None:
    """Returns what is to serve next: the live one, one whose building was interrupted, or a new one.

    Vectors from outside serve as soon as they are the only ones, or cover nearly all items.
    """
    if project.representation == EXTERNAL:
        outside = outside_of(project)
        return outside if outside is not None and (live is None or outside_is_ready(outside, item_ids)) else live
    serves = live is not None and live.name == project.representation and not has_outgrown(live, len(item_ids))
    if serves:
        return live
    return _unfinished(project, live, len(item_ids)) or _fit(claim, project, item_ids, is_live=live is None)


def _unfinished(project: Project, live: Representation | None, n_items: int) -> Representation | None:
    newer = Representation.objects.filter(
        project=project, is_live=False, name=project.representation, version__gt=live.version if live else 0
    )
    begun = newer.order_by("-version").first()
    usable = begun is not None and live is not None and not has_outgrown(begun, n_items) and _is_sound(begun)
    return begun if usable else None


def _fit(claim: LaneClaim, project: Project, item_ids: Ints, *, is_live: bool) -> Representation:
    """Learns from a seeded sample. Unfinished versions that are of no use any more are removed first."""
    last = Representation.objects.filter(project=project).aggregate(last=Max("version"))["last"] or 0
    rng = np.random.default_rng([project.seed, last + 1])
    encoder = _fitted(project.representation, item_ids, rng)
    path, checksum = save_encoder(encoder)
    with transaction.atomic():
        settle_lane(claim, [])
        live = Representation.objects.filter(project=project, is_live=True)
        Representation.objects.filter(
            project=project, is_live=False, version__gt=live.values("version"), model_versions=None
        ).exclude(name=EXTERNAL).delete()
        if is_live:
            live.update(is_live=False)
        return Representation.objects.create(
            project=project,
            version=last + 1,
            name=encoder.name,
            dimension=encoder.dimension,
            n_fitted=min(len(item_ids), MAX_FITTED) if project.representation in LEARNED else 0,
            path=path,
            checksum=checksum,
            is_live=is_live,
        )


def _fitted(name: str, item_ids: Ints, rng: np.random.Generator) -> Encoder:
    if name in LEARNED:
        return LEARNED[name](sample_texts(item_ids, rng), rng=rng, max_rows=MAX_FITTED)
    return ImageDescriptor() if name == IMAGE else LibraryEncoder.measured(name)


def sample_texts(item_ids: Ints, rng: np.random.Generator) -> list[str]:
    """At most 20,000 texts of random items, fewer when they are long."""
    chosen = rng.permutation(item_ids)[:MAX_FITTED]
    texts: list[str] = []
    n_characters = 0
    for start in range(0, len(chosen), TEXTS_A_QUERY):
        batch = texts_of(chosen[start : start + TEXTS_A_QUERY])
        texts += batch
        n_characters += sum(map(len, batch))
        if n_characters >= SAMPLE_CHARACTERS:
            break
    return texts


def _switch_on(representation: Representation) -> None:
    """Makes it the one that serves; the old model goes on with its own representation until the next training."""
    if not representation.is_live:
        Representation.objects.filter(project_id=representation.project_id, is_live=True).update(is_live=False)
        Representation.objects.filter(pk=representation.pk).update(is_live=True)
