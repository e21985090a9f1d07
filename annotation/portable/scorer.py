"""Class probabilities by a downloaded model. Needs Python 3.11 and NumPy, nothing else.

    from scorer import Scorer
    scorer = Scorer.load("folder")
    scorer.predict_proba(["Where is my parcel?"])      # array (n, n_classes), columns as in scorer.classes
    scorer.predict(["Where is my parcel?"])            # ["question"]

From a shell, one item a line in, one JSON object a line out, both in UTF-8 whatever the console's own is (what
is no UTF-8 is read as U+FFFD):

    python scorer.py < texts.txt

What an item is, `reads` in model.json says. "text": a text. "image": an image as a data URL; on a line also the path of
its file. "vectors": the item's vector, a list of numbers. A model of preferences takes pairs of them, ("this", "that");
texts and paths on a line are separated by a tab. One on uploaded vectors takes the pair's own vector.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from annotation.portable.files import Arrays, read_folder, sound
from modeling.image_files import PNG
from modeling.images import ImageDescriptor
from modeling.linear import LinearModel, probabilities_of
from modeling.pool_numpy import transform, unit_rows

Floats = npt.NDArray[np.float32]

ITEMS_A_TIME = 500
LIKELY = 0.5
READS = ("text", "image", "vectors")


@dataclass(frozen=True)
class Scorer:
    """A loaded model; any number of threads may use it at once. `facts` is all of model.json."""

    classes: list[str]
    facts: Mapping[str, Any]
    model: LinearModel
    representation: Arrays

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The model in the folder. Raises ValueError when a file is missing, damaged, or not what was downloaded."""
        facts, arrays = read_folder(folder)
        with sound(Path(folder) / "model.json"):
            model = LinearModel.load(arrays["model.npz"], facts["head"])
            scorer = cls(list(facts["classes"]), facts, model, arrays["representation.npz"])
            scorer.check()
        return scorer

    def check(self) -> None:
        """Raises LookupError, TypeError or ValueError where the facts lack something or do not fit the weights."""
        if len(self.classes) != self.model.n_classes:
            raise ValueError(f"{len(self.classes)} classes, but weights of {self.model.n_classes}")
        if self.facts["reads"] not in READS or not 0 < float(self.facts["temperature"]) < np.inf:
            raise ValueError(f"the scorer reads {', '.join(READS)}, by a temperature above 0")
        dimension = self.facts["representation"]["dimension"]
        if self.model.coef.shape[0] != dimension:
            raise ValueError(f"vectors of {dimension!r} numbers, but weights of {self.model.coef.shape[0]}")

    @property
    def takes_pairs(self) -> bool:
        """Whether an item is two of what the model reads."""
        return self.model.head == "preference" and self.facts["representation"]["name"] != "external"

    def predict_proba(self, items: Sequence[Any]) -> Floats:
        """Probabilities (n, n_classes); rows sum to one unless an item may have several classes.

        Raises ValueError for vectors of another length, or that are not finite.
        """
        parts = [np.zeros((0, len(self.classes)), dtype=np.float32)]
        for start in range(0, len(items), ITEMS_A_TIME):
            logits = self.model.logits(self._vectors(items[start : start + ITEMS_A_TIME])) / np.float32(
                self.facts["temperature"]
            )
            parts.append(probabilities_of(logits, self.model.head))
        return np.concatenate(parts)

    def _vectors(self, items: Sequence[Any]) -> Floats:
        """The vectors of the items; of pairs, what sets the first apart from the second."""
        if not self.takes_pairs:
            return self._alone(items)
        first, second = (self._alone([pair[side] for pair in items]) for side in (0, 1))
        return first - second

    def _alone(self, items: Sequence[Any]) -> Floats:
        if self.facts["reads"] == "image":
            return ImageDescriptor().transform(items)
        return self._given(items) if self.facts["reads"] == "vectors" else transform(self.representation, items)

    def _given(self, items: Sequence[Any]) -> Floats:
        rows, dimension = np.asarray(items, dtype=np.float32), self.facts["representation"]["dimension"]
        if rows.shape != (len(items), dimension) or not np.isfinite(rows).all():
            raise ValueError(f"every item is a vector of {dimension} finite numbers")
        return unit_rows(rows)

    def predict(self, items: Sequence[Any]) -> list[Any]:
        """The likeliest class of every item; where it may have several, a list of those above one half; of a scale the
        point nearest to the expected one."""
        probabilities = self.predict_proba(items)
        if self.model.head == "sigmoid":
            return [[name for name, p in zip(self.classes, row, strict=True) if p > LIKELY] for row in probabilities]
        if self.model.head == "ordinal":
            points = np.array([float(name) for name in self.classes])
            apart = np.abs(points[None, :] - (probabilities @ points)[:, None])
            return [self.classes[k] for k in apart.argmin(axis=1)]
        return [self.classes[k] for k in probabilities.argmax(axis=1)]


def _scored(scorer: Scorer, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    while items := [_shown(scorer, line.rstrip("\n")) for line in islice(lines, ITEMS_A_TIME)]:
        pairs = zip(scorer.predict(items), scorer.predict_proba(items).tolist(), strict=True)
        for found, row in pairs:
            yield {"class": found, "probabilities": dict(zip(scorer.classes, row, strict=True))}


def _shown(scorer: Scorer, line: str) -> Any:
    if scorer.facts["reads"] == "vectors":
        return json.loads(line)
    content = _image if scorer.facts["reads"] == "image" else str
    return [content(part) for part in line.partition("\t")[::2]] if scorer.takes_pairs else content(line)


def _image(line: str) -> str:
    if line.startswith("data:"):
        return line
    content = Path(line).read_bytes()
    kind = "png" if content.startswith(PNG) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


if __name__ == "__main__":
    with open(0, encoding="utf-8-sig", errors="replace") as lines, open(1, "w", encoding="utf-8") as out:
        for answer in _scored(Scorer.load(Path(__file__).parent), lines):
            print(json.dumps(answer, ensure_ascii=False), file=out)
