"""Single answers of a large project: their items anew by the kept version, until enough came for a full inference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotation.arrays import Beliefs, Floats, Ints, Votes, load_consensus, load_votes, protected_items
from annotation.artifacts import ArtifactError
from annotation.kept_quality import KeptQuality, load_quality, save_quality
from annotation.models import Project, QualityVersion, WorkRequest
from annotation.operations.flags import raise_flags
from annotation.operations.inference import Inference, consensus_of
from annotation.operations.outbox import LaneClaim, require_lane, settle_lane
from annotation.operations.quality_rows import names_of, write_consensus
from annotation.operations.suspicions import suspicious_labels
from annotation.rows import every
from annotation.snapshots import snapshot
from modeling.engine import MOST_CELLS as MOST_MATRIX_CELLS
from modeling.live import judge_items
from modeling.model_voice import Voice, heard
from modeling.truth import Truth

# Below this many answers a full inference takes less than a second: nothing is kept. With hundreds of classes it takes
# longer, by the cells of (answers, classes) and of everybody's matrix: two to three seconds for so many.
FULL_BELOW = 20_000
FULL_BELOW_CELLS, LEAST_FOR_CELLS = 3_000_000, 2_000
# Cells of (items, classes) that are kept at most.
MOST_CELLS = 20_000_000
LEAST_UPDATES = 200
UPDATES_SHARE = 0.01
MANY_CLASSES = 20

ITEMS = "SELECT DISTINCT item_id FROM annotation_annotation WHERE id = ANY(%s) ORDER BY item_id"


@dataclass(frozen=True)
class _Seen:
    """What one moment looked like: the requests, and the votes and stored consensus of the items that they name."""

    project: Project
    request_ids: list[int]
    n_answers: int
    kept: KeptQuality
    votes: Votes
    stored: Beliefs
    protected: Ints


def updates_are_enough(*, n_votes: int, n_updates: int, n_classes: int) -> bool:
    """Returns whether so many single answers came since that everything is to be inferred anew."""
    most = max(LEAST_UPDATES, UPDATES_SHARE * n_votes)
    return n_updates >= (most / 2 if n_classes > MANY_CLASSES else most)


def takes_long(*, n_votes: int, n_annotators: int, n_classes: int) -> bool:
    """Returns whether a full inference takes so long that single answers are judged by themselves meanwhile."""
    cells = n_votes * n_classes + min(n_annotators * n_classes**2, MOST_MATRIX_CELLS)
    return n_votes >= FULL_BELOW or (n_votes >= LEAST_FOR_CELLS and cells >= FULL_BELOW_CELLS)


def update_items(claim: LaneClaim) -> bool:
    """Judges anew the items of the waiting answers; returns False where a full inference is due instead.

    Writes consensus and flags of these items in one transaction, only while the lane's epoch is still the claim's;
    people's figures, agreement and the list of second opinions wait for the full inference.
    """
    seen = _look(claim)
    if seen is None:
        return False
    inference = _judged(seen)
    believed = consensus_of(inference, target_confidence=seen.project.target_confidence)
    suspicions = suspicious_labels(inference, names_of(seen.votes))
    with transaction.atomic():
        require_lane(claim)
        write_consensus(project=seen.project, inference=inference, believed=believed, stored=seen.stored)
        QualityVersion.objects.filter(project=seen.project).update(n_updates=F("n_updates") + seen.n_answers)
        raise_flags(project_id=seen.project.pk, suspicions=suspicions, items=seen.votes.item_ids.tolist())
        settle_lane(claim, seen.request_ids)
    return True


def keep_version(*, project: Project, inference: Inference) -> None:
    """Replaces the project's kept version, within the caller's transaction; small projects and huge ones have none."""
    votes, people = inference.votes, inference.people
    sizes = {"n_votes": len(votes.votes), "n_annotators": votes.n_annotators, "n_classes": votes.n_classes}
    if people is None or not takes_long(**sizes) or votes.n_items * votes.n_classes > MOST_CELLS:
        QualityVersion.objects.filter(project=project).delete()
        return
    path, checksum = save_quality(votes, people, inference.voice)
    values = {
        "path": path,
        "checksum": checksum,
        "schema_version": project.schema_version,
        "n_votes": len(votes.votes),
        "n_updates": 0,
        "created_at": Now(),
    }
    QualityVersion.objects.update_or_create(project=project, defaults=values)


def _look(claim: LaneClaim) -> _Seen | None:
    with snapshot():
        row = QualityVersion.objects.select_related("project").filter(project=claim.project_id).first()
        if row is None:
            return None
        waiting = WorkRequest.objects.filter(project_id=claim.project_id, topic=claim.topic)
        requests = list(waiting.values_list("id", "annotation_id"))
        if not _is_small(row, requests):
            return None
        try:
            kept = load_quality(row)
        except ArtifactError:
            return None
        items = _items_of([annotation for _, annotation in requests])
        votes = load_votes(row.project, items)
        return _Seen(
            project=row.project,
            request_ids=[request for request, _ in requests],
            n_answers=len({annotation for _, annotation in requests}),
            kept=kept,
            votes=votes,
            stored=load_consensus(row.project, items),
            protected=protected_items(row.project, items),
        )


def _is_small(row: QualityVersion, requests: Sequence[tuple[int, int | None]]) -> bool:
    """Whether the requests are single answers under the version's classes, and few."""
    if not requests or any(annotation is None for _, annotation in requests):
        return False
    n_updates = row.n_updates + len(requests)
    due = updates_are_enough(n_votes=row.n_votes, n_updates=n_updates, n_classes=len(row.project.class_names))
    return row.schema_version == row.project.schema_version and not due


def _items_of(annotation_ids: list[int]) -> list[int]:
    return [item for (item,) in every(ITEMS, [annotation_ids])]


def _judged(seen: _Seen) -> Inference:
    """The inference of these items alone; people's figures are those of the version."""
    votes, kept, version = seen.votes, seen.kept, seen.kept.version
    known_as, people = _places(kept.item_ids, votes.item_ids), _places(kept.annotator_ids, votes.annotator_ids)
    gold_class = np.full(votes.n_items, -1, dtype=np.int64)
    gold_class[votes.gold[:, 0]] = votes.gold[:, 1]
    numbered = np.column_stack([votes.votes[:, 0], people[votes.votes[:, 1]], votes.votes[:, 2]])
    judged = judge_items(version, known_as, numbered, gold_class)
    voice = _voice_of(kept, known_as)
    joined = judged if voice is None else heard(judged, version.class_prior, voice, gold_class >= 0)
    posterior = np.where(np.isin(votes.item_ids, seen.protected)[:, None], judged, joined)
    return Inference(
        votes=votes,
        truth=_truth(kept, people, posterior, 1 - joined[votes.votes[:, 0], votes.votes[:, 2]]),
        matrix=np.where(people >= 0, version.matrix[people], -1),
        voice=voice,
        n_votes=np.bincount(votes.votes[:, 0], minlength=votes.n_items),
        gold_class=gold_class,
        n_judged=np.where(people >= 0, kept.n_informative[people], 0),
    )


def _places(known: Ints, wanted: Ints) -> Ints:
    """Where each wanted id is among the known ones, which rise; -1 where it is not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def _voice_of(kept: KeptQuality, known_as: Ints) -> Voice | None:
    """The version's voice about these items; it is silent about new ones."""
    voice = kept.voice
    if voice is None:
        return None
    return Voice(voice.probabilities[known_as], voice.speaks[known_as] & (known_as >= 0), voice.weight)


def _truth(kept: KeptQuality, people: Ints, posterior: Floats, p_wrong: Floats) -> Truth:
    """These items' posterior beside the version's figures of people; somebody new is an average person, unjudged."""
    hit_rate = kept.version.skills.hit_rate
    newcomer = {"accuracy": hit_rate, "accuracy_low": 0.0, "accuracy_high": 1.0, "random_log_odds": 0.0}
    return Truth(
        posterior=posterior,
        unfixed=posterior,
        before=posterior,
        skills=kept.version.skills,
        class_prior=kept.version.class_prior,
        p_wrong=np.clip(p_wrong, 0, 1),
        n_informative=np.where(people >= 0, kept.n_informative[people], 0),
        **{name: np.where(people >= 0, kept.people[name][people], usual) for name, usual in newcomer.items()},
    )
