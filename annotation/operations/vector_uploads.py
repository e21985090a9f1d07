"""Vectors that come in from outside, a thousand at most a call; files of them are read by jobs (transfer/vector_files).

They are kept as a batch and folded into shards by a worker (outside_vectors).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import Sum

from annotation.artifacts import Artifact
from annotation.errors import BadRequest, Conflict, NotFound
from annotation.models import FeatureShard, ModelVersion, Project, Topic, VectorBatch
from annotation.operations.outbox import request_work
from annotation.operations.outside_vectors import outside_of
from annotation.operations.references import find_items
from annotation.representations import EXTERNAL
from annotation.sentences import beside, say
from annotation.vectors import Floats, Ints, save_shard

MAX_ROWS = 1_000
DIMENSIONS = range(2, 4_097)
FIELDS = frozenset(("item", "external_id", "vector"))
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).tiny)
NOT_FINITE = say("vector.not_finite", "A number is not finite, or too large.")
ALL_ZERO = say("vector.zero", "All numbers are 0: such a vector says nothing of its item.")


@dataclass
class Taken:
    """What became of the rows: accepted + errors = rows given. `dimension` is that of the project's vectors."""

    accepted: int = 0
    dimension: int | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, index: int, name: str, message: str) -> None:
        self.errors.append({"index": index, "field": name, "message": message, **beside(message)})


def add_vectors(*, project: Project, rows: Sequence[Any]) -> Taken:
    """Keeps the vectors that are right and names what is wrong with the others.

    The length of most vectors of the first call is the dimension of the project's vectors, until they start anew
    (`starts_anew`). The same vector again changes nothing; another one for the same item replaces it. Vectors are
    scaled to length one. Raises BadRequest for more than a thousand rows, NotFound when the project was deleted
    meanwhile, and Conflict when somebody else has sent the project's first vectors just now, of another dimension.
    """
    if not isinstance(rows, list | tuple) or len(rows) > MAX_ROWS:
        english = "vectors is a list of at most {n:,}; larger sets come in as a file."
        message = say("vector.at_most", english, n=MAX_ROWS)
        raise BadRequest(message, fields={"vectors": message})
    taken = Taken(dimension=_wanted(project, rows))
    vectors = {index: vector for index, row in enumerate(rows) if (vector := _vector(index, row, taken)) is not None}
    found = _items(project, {index: rows[index] for index in vectors}, taken)
    taken.errors.sort(key=lambda error: int(error["index"]))
    taken.accepted = len(found)
    if found:
        item_ids = np.array(list(found), dtype=np.int64)
        store_batch(project, item_ids, np.stack([vectors[index] for index in found.values()]))
    return taken


def dimension_of(project: Project) -> int | None:
    """Returns the dimension of the vectors that came from outside; None before the first."""
    waiting = VectorBatch.objects.filter(project=project).order_by("id").values_list("dimension", flat=True).first()
    outside = outside_of(project) if waiting is None else None
    return outside.dimension if outside is not None else waiting


def starts_anew(project: Project, n_rows: int) -> bool:
    """Whether so many vectors of another dimension take the place of those that came before them.

    They do where they are more, as after a first row that was wrong, and no model has learned from the others, which
    serve until the new ones cover nearly all items.
    """
    if ModelVersion.objects.filter(project=project, representation__name=EXTERNAL).exists():
        return False
    batches = VectorBatch.objects.filter(project=project)
    shards = FeatureShard.objects.filter(representation=outside_of(project))
    return n_rows > sum(rows.aggregate(n=Sum("n_rows"))["n"] or 0 for rows in (batches, shards))


def _wanted(project: Project, rows: Sequence[Any]) -> int | None:
    """The dimension that rows must have: the project's, or that of most of them where these are the first, or start
    anew."""
    known = dimension_of(project)
    given = (row.get("vector") for row in rows if isinstance(row, dict))
    lengths = Counter(len(vector) for vector in given if _is_vector(vector)).most_common(1)
    if not lengths or lengths[0][0] == known:
        return known
    [(dimension, n_rows)] = lengths
    return dimension if known is None or starts_anew(project, n_rows) else known


def store_batch(project: Project, item_ids: Ints, vectors: npt.NDArray[Any]) -> None:
    """Keeps vectors (n, dimension), finite and not zero, of n different items of the project, to be folded."""
    order = np.argsort(item_ids)
    stored = save_shard(item_ids[order], unit_rows(vectors[order]))
    with transaction.atomic():
        keep_batch(project, stored, vectors.shape)
        request_work(project_id=project.pk, topic=Topic.REPRESENT)


def keep_batch(project: Project, stored: Artifact, shape: tuple[int, ...]) -> None:
    """Writes the batch's row into the caller's transaction.

    The project is locked against other uploads, so that its vectors have one dimension: raises Conflict for another,
    unless with these they start anew.
    """
    locked = Project.objects.select_for_update(no_key=True).filter(pk=project.pk, deleted_at__isnull=True)
    if not locked.exists():
        raise NotFound("There is no such project.")
    n_rows, dimension = shape
    known = dimension_of(project)
    if known not in (None, dimension):
        if not starts_anew(project, n_rows):
            raise Conflict(_other_length(known, dimension), code="other_dimension")
        VectorBatch.objects.filter(project=project).delete()
    VectorBatch.objects.create(
        project=project, n_rows=n_rows, dimension=dimension, path=stored.path, checksum=stored.checksum
    )


def _other_length(known: int | None, dimension: int) -> str:
    english = (
        "The vectors of this project have {known} numbers, not {n}. Others take their place when one call brings more"
        " than there are, and no model has learned from them."
    )
    return say("vector.other_length", english, known=known, n=dimension)


def unit_rows(vectors: npt.NDArray[Any]) -> Floats:
    """The vectors at length one, float32; computed in doubles, so that no square overflows. None may be zero."""
    wide = vectors.astype(np.float64)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True), dtype=np.float32)


def is_zero(vectors: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Says of each vector (…, dimension) whether it has no direction: every number is 0, or none to speak of.

    Models hold all such items for alike and unsure, so questions about them would come before all others.
    """
    return np.asarray(np.abs(vectors).max(axis=-1) < SMALLEST)


def _vector(index: int, row: Any, taken: Taken) -> npt.NDArray[np.float64] | None:
    """Returns the row's vector, or None after having said what is wrong."""
    if not isinstance(row, dict) or not row.keys() <= FIELDS:
        english = 'A row looks like {"external_id": "…", "vector": [0.1, …]}, or has "item": id.'
        taken.refuse(index, "", say("vector.row", english))
        return None
    given = row.get("vector")
    if not _is_vector(given):
        english = "A vector is a list of {least} to {most:,} numbers."
        taken.refuse(index, "vector", say("vector.list", english, least=DIMENSIONS[0], most=DIMENSIONS[-1]))
        return None
    if len(given) != (taken.dimension or len(given)):
        taken.refuse(index, "vector", _other_length(taken.dimension, len(given)))
        return None
    if not all(-LARGEST <= number <= LARGEST for number in given):  # NaN is refused, too
        taken.refuse(index, "vector", NOT_FINITE)
        return None
    vector = np.array(given, dtype=np.float64)
    if is_zero(vector):
        taken.refuse(index, "vector", ALL_ZERO)
        return None
    taken.dimension = len(given)
    return vector


def _is_vector(given: Any) -> TypeGuard[list[float]]:
    return isinstance(given, list) and len(given) in DIMENSIONS and {type(one) for one in given} <= {int, float}


def _items(project: Project, rows: dict[int, dict[str, Any]], taken: Taken) -> dict[int, int]:
    """Returns {item id: index of its row}; rows without an item of the project, or with one twice, are refused."""
    found: dict[int, int] = {}
    for index, item_id in find_items(project, rows, taken.refuse).items():
        if item_id in found:
            twice = say("vector.twice", "Two vectors of one item.")
            taken.refuse(index, "item" if "item" in rows[index] else "external_id", twice)
        else:
            found[item_id] = index
    return found
