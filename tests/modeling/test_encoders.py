"""Encoders of other libraries: what is said when they are missing or broken, and what is made of their vectors."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from modeling.encoders import EncoderError, LibraryEncoder, load_encode, pooled

# A library of another name's shape: what Querent calls of model2vec, and nothing else.
LIBRARY = """
import numpy as np
class StaticModel:
    @classmethod
    def from_pretrained(cls, source):
        if source.endswith("broken"):
            raise OSError("no such model")
        return cls()
    def encode(self, texts):
        return np.array([[len(text), text.count("a"), 3.0 if text != "bad" else np.nan] for text in texts])
"""


@pytest.fixture
def _library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "model2vec.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(str(tmp_path))
    load_encode.cache_clear()
    yield
    sys.modules.pop("model2vec", None)
    load_encode.cache_clear()


def test_a_missing_library_is_named() -> None:
    with pytest.raises(EncoderError, match="pip install sentence-transformers"):
        LibraryEncoder.measured("encoder:example/none")


def test_a_folder_says_which_library_it_needs(tmp_path: Path) -> None:
    for settings in ({"model_type": "model2vec"}, {"normalize": False, "embedding_dtype": "float32"}):
        (tmp_path / "config.json").write_text(json.dumps(settings))
        with pytest.raises(EncoderError, match="pip install model2vec"):
            LibraryEncoder.measured(f"encoder:{tmp_path}")
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(EncoderError, match="onnxruntime"):
        LibraryEncoder.measured(f"encoder:{tmp_path}")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="the workers have no such folder"):
        LibraryEncoder.measured(f"encoder:{tmp_path / 'none'}")


@pytest.mark.usefixtures("_library")
def test_vectors_are_unit_rows_of_the_library_s() -> None:
    encoder = LibraryEncoder.measured("encoder:example/small")
    assert encoder.dimension == 3
    texts = ["a" * place for place in range(150)]
    X = encoder.transform(texts)
    assert np.allclose(np.linalg.norm(X, axis=1), 1)
    assert np.allclose(X[4], np.array([4, 4, 3]) / np.sqrt(41))
    assert LibraryEncoder.load(*encoder.dump()) == encoder


@pytest.mark.usefixtures("_library")
def test_what_a_library_cannot_do_is_an_error_of_ours() -> None:
    with pytest.raises(EncoderError, match="no such model"):
        LibraryEncoder.measured("encoder:broken")
    with pytest.raises(EncoderError, match="finite"):
        LibraryEncoder.measured("encoder:x").transform(["bad"])
    with pytest.raises(EncoderError, match="shape"):
        LibraryEncoder("encoder:x", 5).transform(["good"])


def test_the_mean_of_a_text_s_tokens() -> None:
    found = np.array([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])
    assert pooled(found, np.array([[1, 1, 0]])).tolist() == [[2.0, 3.0]]
    assert pooled(found[0], np.array([[1]])) is not None
