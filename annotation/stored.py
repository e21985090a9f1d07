"""Trained models and representations, loaded from storage once a process. For web and worker: NumPy only."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from annotation.artifacts import Array, Artifact, ArtifactError, load_arrays, save_arrays
from annotation.models import ModelVersion, Representation
from modeling.encoders import LibraryEncoder
from modeling.encoding import Encoder
from modeling.images import ImageDescriptor
from modeling.linear import LinearModel
from modeling.pool import PoolRepresentation
from modeling.recipes import RecipeModel
from modeling.tagging.tagger import Tagger
from modeling.tfidf import TfidfRepresentation

T = TypeVar("T")
PROBE, PROTECTED = "probe", "protected"
Ints = npt.NDArray[np.int64]


class Probe(NamedTuple):
    """Different item ids (n,), and the class that a model gives to each (n,)."""

    item_ids: Ints
    classes: Ints

    def beside(self, other: "Probe") -> tuple[Ints, Ints, Ints]:
        """Returns the items that both have, this model's classes of them, and the other one's."""
        shared, mine, theirs = np.intersect1d(self.item_ids, other.item_ids, assume_unique=True, return_indices=True)
        return shared, self.classes[mine], other.classes[theirs]


NOTHING = Probe(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass
class Recent(Generic[T]):
    """The `size` objects used last, by checksum. Safe for threads; two that miss at once both load, and one is kept."""

    size: int
    load: Callable[[str, str], T]
    kept: OrderedDict[str, T] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: str, checksum: str) -> T:
        with self.lock:
            if checksum in self.kept:
                self.kept.move_to_end(checksum)
                return self.kept[checksum]
        loaded = self.load(path, checksum)
        with self.lock:
            self.kept[checksum] = loaded
            if len(self.kept) > self.size:
                self.kept.popitem(last=False)
        return loaded


class WorkersOnly(ArtifactError):
    """The version is a recipe: its classifier has to be fitted again, which no web process does."""


def _load_model(path: str, checksum: str) -> LinearModel:
    arrays, facts = load_arrays(path, checksum)
    if facts["name"] == "recipe":
        raise WorkersOnly(f"{path} is a recipe")
    return LinearModel.load(arrays, facts.get("head", "softmax"))


def _load_tagger(path: str, checksum: str) -> Tagger:
    return Tagger.load(load_arrays(path, checksum)[0])


ENCODERS: dict[str, Callable[[Mapping[str, Array], Mapping[str, Any]], Encoder]] = {
    PoolRepresentation.name: PoolRepresentation.load,
    TfidfRepresentation.name: TfidfRepresentation.load,
    ImageDescriptor.name: ImageDescriptor.load,
}


def _load_encoder(path: str, checksum: str) -> Encoder:
    arrays, facts = load_arrays(path, checksum)
    load = ENCODERS.get(facts["name"])
    return load(arrays, facts) if load else LibraryEncoder.load(arrays, facts)


_models = Recent(64, _load_model)
_taggers = Recent(16, _load_tagger)  # a megabyte or more each, by labelled texts
_encoders = Recent(2, _load_encoder)  # some twenty megabytes each


def load_model(version: ModelVersion) -> LinearModel:
    """Returns the fitted weights; raises ArtifactError when the file is missing or damaged, WorkersOnly for recipes."""
    return _models.get(version.path, version.checksum)


def load_tagger(version: ModelVersion) -> Tagger:
    """Returns the fitted tagger; raises ArtifactError when the file is missing or damaged."""
    return _taggers.get(version.path, version.checksum)


def load_encoder(representation: Representation) -> Encoder:
    """Returns what turns texts or images into vectors; raises ArtifactError when the file is missing or damaged."""
    return _encoders.get(representation.path, representation.checksum)


def save_model(model: LinearModel | RecipeModel, classes: list[str], probe: Probe, protected: Probe) -> Artifact:
    """Stores the weights or the recipe, and what they say of the fixed probe and of that moment's protected items."""
    own = model.facts if isinstance(model, RecipeModel) else {"name": "linear", "format": 1}
    return save_arrays(model.dump() | _spoken(probe, protected), own | {"head": model.head, "classes": classes})


def save_tagger(tagger: Tagger, classes: list[str]) -> Artifact:
    """Stores the weights; a tagger says of no item that it belongs to one class."""
    return save_arrays(tagger.dump() | _spoken(NOTHING, NOTHING), {"name": "tagger", "format": 1, "classes": classes})


def _spoken(probe: Probe, protected: Probe) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for name, one in ((PROBE, probe), (PROTECTED, protected)):
        arrays |= {f"{name}_items": one.item_ids, f"{name}_classes": one.classes.astype(np.int16)}
    return arrays


def load_spoken(version: ModelVersion, name: str) -> Probe:
    """Returns what the version said of the items called `name` when it was made.

    Raises ArtifactError when the file is gone or older than these.
    """
    arrays, _ = load_arrays(version.path, version.checksum)
    if f"{name}_items" not in arrays:
        raise ArtifactError(f"model {version.number} was stored without what it said of the {name} items")
    return Probe(arrays[f"{name}_items"], arrays[f"{name}_classes"].astype(np.int64))


def save_encoder(encoder: Encoder) -> Artifact:
    return save_arrays(*encoder.dump())
