"""The vectors of a project's items: immutable shards, memory-mapped, found by item id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.artifacts import Artifact, map_rows, save_rows
from annotation.models import FeatureShard, Representation

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

SHARD_ROWS = 16_384
MAPPED_SHARDS = 512
ITEM_IDS = "COPY (SELECT id FROM annotation_item WHERE project_id = %s) TO STDOUT (FORMAT BINARY)"


@dataclass(frozen=True, eq=False)
class Shard:
    """Rising item ids (n,) and their vectors (n, dimension) in the same order."""

    item_ids: Ints
    vectors: Floats


@dataclass(frozen=True, eq=False)
class Pool:
    """All shards of one representation. An item is in one shard only; the shards' id ranges may overlap."""

    dimension: int
    shards: Sequence[Shard]

    @property
    def n_items(self) -> int:
        return sum(len(shard.item_ids) for shard in self.shards)

    @property
    def item_ids(self) -> Ints:
        """The items by row (n_items,), in the order of `rows` and `blocks`."""
        return np.concatenate([shard.item_ids for shard in self.shards] or [np.zeros(0, dtype=np.int64)])

    def find(self, item_ids: Ints) -> Ints:
        """Returns the row of every item, -1 for those without a vector."""
        rows = np.full(len(item_ids), -1, dtype=np.int64)
        start = 0
        for shard in self.shards:
            place = np.minimum(np.searchsorted(shard.item_ids, item_ids), len(shard.item_ids) - 1)
            hit = shard.item_ids[place] == item_ids
            rows[hit] = start + place[hit]
            start += len(shard.item_ids)
        return rows

    def vectors(self, rows: Ints) -> Floats:
        """Returns the vectors (n, dimension) of these rows, copied out of the files."""
        out = np.empty((len(rows), self.dimension), dtype=np.float32)
        start = 0
        for shard in self.shards:
            here = (rows >= start) & (rows < start + len(shard.item_ids))
            if here.all():
                return shard.vectors[rows - start]
            out[here] = shard.vectors[rows[here] - start]
            start += len(shard.item_ids)
        return out

    def blocks(self) -> Iterator[Floats]:
        """Yields the vectors in row order, at most 16,384 rows at a time."""
        for shard in self.shards:
            yield shard.vectors


def save_shard(item_ids: Ints, vectors: Floats) -> Artifact:
    """Stores a shard's file; `item_ids` must rise."""
    return save_rows(item_ids.astype(np.int64), vectors.astype(np.float32))


def load_pool(representation: Representation) -> Pool:
    """Returns the shards that exist now; raises ArtifactError when a file is missing or damaged."""
    stored = (
        FeatureShard.objects.filter(representation=representation).order_by("number").values_list("path", "checksum")
    )
    return Pool(representation.dimension, [open_shard(path, checksum) for path, checksum in stored])


@lru_cache(maxsize=MAPPED_SHARDS)
def open_shard(path: str, checksum: str) -> Shard:
    """Maps a shard's file; its checksum is verified once a process."""
    item_ids, vectors = map_rows(path, checksum)
    return Shard(item_ids, vectors)


def load_item_ids(project_id: int) -> Ints:
    """Returns the project's item ids, rising: fourteen bytes a row through COPY, so a million take a second."""
    # Django's debugging cursor takes no parameters here; the id is a number of ours.
    with connection.cursor() as cursor, cursor.copy(ITEM_IDS % int(project_id)) as copy:
        content = b"".join(copy)
    header, trailer = 19, 2
    row = np.dtype([("fields", ">i2"), ("length", ">i4"), ("id", ">i8")])
    n_rows = (len(content) - header - trailer) // row.itemsize
    return np.sort(np.frombuffer(content, row, n_rows, header)["id"].astype(np.int64))
