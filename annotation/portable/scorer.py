"""Class probabilities of texts by a downloaded model. Needs Python 3.11 and NumPy, nothing else.

    from scorer import Scorer
    scorer = Scorer.load("folder")
    scorer.predict_proba(["Where is my parcel?"])      # array (n_texts, n_classes), columns as in scorer.classes
    scorer.predict(["Where is my parcel?"])            # ["question"]

From a shell, one text a line in, one JSON object a line out:

    python scorer.py < texts.txt

A model of preferences takes pairs of texts, ("this", "that"); on a line they are separated by a tab.
"""

import hashlib
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.linear import LinearModel, probabilities_of
from modeling.pool_numpy import transform

Floats = npt.NDArray[np.float32]

FORMAT = 1
TEXTS_A_TIME = 500
LIKELY = 0.5


@dataclass(frozen=True)
class Scorer:
    """A loaded model; any number of threads may use it at once. `facts` is all of model.json."""

    classes: list[str]
    facts: Mapping[str, Any]
    model: LinearModel
    representation: Mapping[str, npt.NDArray[Any]]

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The model in the folder. Raises ValueError when a file is not what was downloaded."""
        facts = json.loads((Path(folder) / "model.json").read_text(encoding="utf-8"))
        if facts.get("format") != FORMAT:
            raise ValueError(f"this scorer reads format {FORMAT}, not {facts.get('format')!r}")
        arrays = {name: _read(Path(folder) / name, checksum) for name, checksum in facts["files"].items()}
        model = LinearModel.load(arrays["model.npz"], facts["head"])
        return cls(list(facts["classes"]), facts, model, arrays["representation.npz"])

    def predict_proba(self, texts: Sequence[Any]) -> Floats:
        """Probabilities (n_texts, n_classes); rows sum to one unless a text may have several classes."""
        parts = [np.zeros((0, len(self.classes)), dtype=np.float32)]
        for start in range(0, len(texts), TEXTS_A_TIME):
            logits = self.model.logits(self._vectors(texts[start : start + TEXTS_A_TIME])) / np.float32(
                self.facts["temperature"]
            )
            parts.append(probabilities_of(logits, self.model.head))
        return np.concatenate(parts)

    def _vectors(self, texts: Sequence[Any]) -> Floats:
        """The vectors of the texts; of pairs, what sets the first apart from the second."""
        if self.model.head != "preference":
            return transform(self.representation, texts)
        first, second = (transform(self.representation, [pair[side] for pair in texts]) for side in (0, 1))
        return first - second

    def predict(self, texts: Sequence[Any]) -> list[Any]:
        """The likeliest class of every text; where it may have several, a list of those with at least one half."""
        probabilities = self.predict_proba(texts)
        if self.model.head == "sigmoid":
            return [[name for name, p in zip(self.classes, row, strict=True) if p >= LIKELY] for row in probabilities]
        return [self.classes[k] for k in probabilities.argmax(axis=1)]


def _read(path: Path, checksum: str) -> dict[str, npt.NDArray[Any]]:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise ValueError(f"{path.name} is not what was downloaded")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _scored(scorer: Scorer, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    while texts := [_shown(scorer, line.rstrip("\n")) for line in islice(lines, TEXTS_A_TIME)]:
        pairs = zip(scorer.predict(texts), scorer.predict_proba(texts).tolist(), strict=True)
        for found, row in pairs:
            yield {"class": found, "probabilities": dict(zip(scorer.classes, row, strict=True))}


def _shown(scorer: Scorer, line: str) -> Any:
    return line.partition("\t")[::2] if scorer.model.head == "preference" else line


if __name__ == "__main__":
    for answer in _scored(Scorer.load(Path(__file__).parent), iter(sys.stdin)):
        print(json.dumps(answer, ensure_ascii=False))
