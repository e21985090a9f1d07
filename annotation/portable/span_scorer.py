"""Spans of texts by a downloaded tagger. Needs Python 3.11 and NumPy, nothing else.

    from scorer import Scorer
    scorer = Scorer.load("folder")
    scorer.predict(["Ada lives in Turin"])      # [[{"start": 0, "end": 3, "class": "person", "probability": 0.93}, …]]

Places are counted in code points, the end exclusive. From a shell, one text a line in, one JSON object a line
out, both in UTF-8:

    python scorer.py < texts.txt
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from annotation.portable.files import read_folder, sound
from annotation.tagged import read_texts
from modeling.tagging.tagger import Tagger

TEXTS_A_TIME = 64


@dataclass(frozen=True)
class Scorer:
    """A loaded tagger; any number of threads may use it at once. `facts` is all of model.json."""

    classes: list[str]
    facts: Mapping[str, Any]
    model: Tagger

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The model in the folder. Raises ValueError when a file is missing, damaged, or not what was downloaded."""
        facts, arrays = read_folder(folder)
        with sound(Path(folder) / "model.json"):
            scorer = cls(list(facts["classes"]), facts, Tagger.load(arrays["model.npz"]))
            if len(scorer.classes) != scorer.model.n_classes:
                raise ValueError(f"{len(scorer.classes)} classes, but weights of {scorer.model.n_classes}")
        return scorer

    def predict(self, texts: Sequence[str]) -> list[list[dict[str, Any]]]:
        """The spans of every text as {start, end, class, probability}, by place."""
        found: list[list[dict[str, Any]]] = []
        for start in range(0, len(texts), TEXTS_A_TIME):
            found += read_texts(self.model, texts[start : start + TEXTS_A_TIME]).answers(self.classes)
        return found


def _scored(scorer: Scorer, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    while texts := [line.rstrip("\n") for line in islice(lines, TEXTS_A_TIME)]:
        yield from ({"spans": spans} for spans in scorer.predict(texts))


if __name__ == "__main__":
    with open(0, encoding="utf-8-sig", errors="replace") as lines, open(1, "w", encoding="utf-8") as out:
        for answer in _scored(Scorer.load(Path(__file__).parent), lines):
            print(json.dumps(answer, ensure_ascii=False), file=out)
