"""The `encoder:` representations: sentence encoders of other libraries, loaded by them from a folder or a hub.

None of the libraries is needed by Querent; each is imported when a project asks for it, and only in workers.
Weights are read as safetensors or ONNX: formats that hold numbers, never code.
"""

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.pool import Floats, unit_rows

PREFIX = "encoder:"
BATCH = 64
LONGEST = 512

Encode = Callable[[list[str]], npt.NDArray[Any]]


class EncoderError(Exception):
    """The encoder cannot be used on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LibraryEncoder:
    """An encoder by its name (`encoder:` and a folder or a hub's name); the library loads it with the first text."""

    name: str
    dimension: int

    reads = "text"
    is_light = False

    @classmethod
    def measured(cls, name: str) -> Self:
        """The encoder with the dimension that it has; raises EncoderError when it cannot be loaded."""
        return cls(name, int(_encoded(name, ["a"]).shape[1]))

    def transform(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n_texts, dimension), float32; raises EncoderError when it cannot be loaded or gives no numbers."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            part = list(texts[start : start + BATCH])
            vectors = _encoded(self.name, part)
            if vectors.shape != (len(part), self.dimension):
                raise EncoderError(f"{self.name} gave vectors of shape {vectors.shape}, not {self.dimension} numbers.")
            out[start : start + BATCH] = unit_rows(vectors)
        return out

    def dump(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """Facts from which `load` names the same encoder; its weights stay where its library keeps them."""
        return {}, {"name": self.name, "format": 1, "dimension": self.dimension}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Self:
        return cls(str(meta["name"]), int(meta["dimension"]))


def _encoded(name: str, texts: list[str]) -> Floats:
    try:
        vectors = np.asarray(load_encode(name.removeprefix(PREFIX))(texts), dtype=np.float32)
    except EncoderError:
        raise
    except Exception as error:  # whatever a library raises: its reason is what the project's manager needs to see
        raise EncoderError(f"{name} cannot be used: {type(error).__name__}: {error}"[:1000]) from error
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise EncoderError(f"{name} gave vectors that are not finite numbers.")
    return vectors


@lru_cache(maxsize=1)
def load_encode(source: str) -> Encode:
    """The function that encodes texts with the model in this folder or of this hub name; kept while it is in use.

    Raises EncoderError for a folder that is not there, or where the library that it needs is missing.
    """
    folder = Path(source)
    if not folder.is_dir():
        if folder.is_absolute():
            raise EncoderError(f"{PREFIX}{source}: the workers have no such folder.")
        return _by_library(source, ("sentence_transformers", "model2vec"))
    if _onnx_file(folder) is not None:
        return _onnx(folder)
    return _by_library(source, ("model2vec",) if _is_model2vec(folder) else ("sentence_transformers",))


def _by_library(source: str, names: Sequence[str]) -> Encode:
    for name in names:
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        return LOADERS[name](library, source)
    packages = " or ".join(name.replace("_", "-") for name in names)
    raise EncoderError(f"{PREFIX}{source} needs the package {packages} on the workers: pip install {packages}.")


def _sentence_transformers(library: Any, source: str) -> Encode:
    options = {"trust_remote_code": False, "model_kwargs": {"use_safetensors": True}}
    model = library.SentenceTransformer(source, **options)

    def encode(texts: list[str]) -> npt.NDArray[Any]:
        return np.asarray(model.encode(texts, batch_size=BATCH, show_progress_bar=False))

    return encode


def _model2vec(library: Any, source: str) -> Encode:
    model = library.StaticModel.from_pretrained(source)
    return lambda texts: np.asarray(model.encode(texts))


LOADERS: dict[str, Callable[[Any, str], Encode]] = {
    "sentence_transformers": _sentence_transformers,
    "model2vec": _model2vec,
}


def _is_model2vec(folder: Path) -> bool:
    """Whether the folder is a static model's: its settings know the type of the embeddings, or call it by its name."""
    try:
        settings = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and (settings.get("model_type") == "model2vec" or "embedding_dtype" in settings)


def _onnx_file(folder: Path) -> Path | None:
    return next((place for place in (folder / "model.onnx", folder / "onnx" / "model.onnx") if place.is_file()), None)


def _onnx(folder: Path) -> Encode:
    """An exported transformer beside its tokenizer.json: the mean of its token vectors, or its own sentence vector."""
    try:
        runtime, tokenizers = importlib.import_module("onnxruntime"), importlib.import_module("tokenizers")
    except ImportError as error:
        packages = "onnxruntime tokenizers"
        raise EncoderError(f"{PREFIX}{folder} needs {packages} on the workers: pip install {packages}.") from error
    session = runtime.InferenceSession(str(_onnx_file(folder)), providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    wanted = {one.name for one in session.get_inputs()}

    def encode(texts: list[str]) -> npt.NDArray[Any]:
        tokens = tokenizer.encode_batch(texts)
        mask = np.array([one.attention_mask for one in tokens], dtype=np.int64)
        given = {"input_ids": np.array([one.ids for one in tokens], dtype=np.int64), "attention_mask": mask}
        given["token_type_ids"] = np.zeros_like(mask)
        found = np.asarray(session.run(None, {name: value for name, value in given.items() if name in wanted})[0])
        return pooled(found, mask)

    return encode


def pooled(found: npt.NDArray[Any], mask: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """The mean over each text's tokens (n, d) of vectors (n, tokens, d); what is (n, d) already stays."""
    if found.ndim == 2:
        return found
    weights = mask[:, :, None] / np.maximum(mask.sum(axis=1), 1)[:, None, None]
    return np.asarray((found * weights).sum(axis=1))
