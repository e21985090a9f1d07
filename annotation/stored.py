"""Trained models and representations, loaded from storage once a process. For web and worker: NumPy only."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from annotation.artifacts import Artifact, load_arrays, save_arrays
from annotation.models import ModelVersion, Representation
from modeling.linear import LinearModel
from modeling.pool import PoolRepresentation

T = TypeVar("T")


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


def _load_model(path: str, checksum: str) -> LinearModel:
    arrays, facts = load_arrays(path, checksum)
    return LinearModel.load(arrays, facts.get("head", "softmax"))


def _load_encoder(path: str, checksum: str) -> PoolRepresentation:
    return PoolRepresentation.load(*load_arrays(path, checksum))


_models = Recent(64, _load_model)
_encoders = Recent(2, _load_encoder)  # some twenty megabytes each


def load_model(version: ModelVersion) -> LinearModel:
    """Returns the fitted weights; raises ArtifactError when the file is missing or damaged."""
    return _models.get(version.path, version.checksum)


def load_encoder(representation: Representation) -> PoolRepresentation:
    """Returns what turns texts into vectors; raises ArtifactError when the file is missing or damaged."""
    return _encoders.get(representation.path, representation.checksum)


def save_model(model: LinearModel, classes: list[str]) -> Artifact:
    return save_arrays(model.dump(), {"name": "linear", "format": 1, "head": model.head, "classes": classes})


def save_encoder(encoder: PoolRepresentation) -> Artifact:
    return save_arrays(*encoder.dump())
