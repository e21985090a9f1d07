"""Entity F1 against labelled sentences, `team` beside `random`, through the API of a running server.

    python -m benchmarks.spans --url http://127.0.0.1:8000 --password … --data wnut17_ner.jsonl.gz

The file holds {"tokens", "tags" (IOB2), "split"} a line; the text is the tokens with a blank between them. Sentences of
the split `test` are only predicted, those of all other splits are imported. A team marks them by the truth, with
mistakes, and waits at every pause until a model has seen every answer and its queue is out. Projects and accounts are
new at each run and stay on the server.
"""

import argparse
import gzip
import itertools
import json
import random
import secrets
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from annotation.simulation.client import Api, log_in, wait_for
from annotation.simulation.dataset import SimulationError

IMPORT_ROWS = 500
PREDICT_ROWS = 200

Spans = list[dict[str, Any]]


class Sentence(NamedTuple):
    text: str
    spans: Spans
    is_test: bool


def sentences(path: Path) -> list[Sentence]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Sentence(" ".join(row["tokens"]), list(spans_of(row["tokens"], row["tags"])), row["split"] == "test")
        for row in rows
    ]


def spans_of(tokens: Sequence[str], tags: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The character spans that IOB2 tags say of tokens joined by blanks; an I without a beginning begins one."""
    start, open_span = 0, None
    for token, tag in zip(tokens, tags, strict=True):
        name = tag[2:]
        goes_on = tag.startswith("I") and open_span is not None and open_span["class"] == name
        if open_span and not goes_on:
            yield open_span
            open_span = None
        if goes_on and open_span:
            open_span["end"] = start + len(token)
        elif tag != "O":
            open_span = {"start": start, "end": start + len(token), "class": name}
        start += len(token) + 1
    if open_span:
        yield open_span


def f1(found: Sequence[Spans], true: Sequence[Spans]) -> float:
    """Entity F1 over all sentences: the same start, end and class."""
    counts = [0, 0, 0]
    for ours, theirs in zip(found, true, strict=True):
        one, other = ({(span["start"], span["end"], span["class"]) for span in side} for side in (ours, theirs))
        counts = [a + b for a, b in zip(counts, (len(one & other), len(one), len(other)), strict=True)]
    return 2 * counts[0] / max(1, counts[1] + counts[2])


class Run:
    """One strategy, one seed: a project, its team, and what was measured."""

    def __init__(self, options: argparse.Namespace, token: str, rows: list[Sentence], strategy: str, seed: int) -> None:
        self.options, self.admin, self.strategy, self.seed = options, Api(options.url, token), strategy, seed
        self.rng = random.Random(seed)  # noqa: S311 - the same mistakes at each run
        self.truth = {sentence.text: sentence.spans for sentence in rows}
        self.test = [sentence for sentence in rows if sentence.is_test]
        self.classes = sorted({span["class"] for sentence in rows for span in sentence.spans})
        self.name = f"spans-{strategy}-{seed}-{secrets.token_hex(3)}"
        settings = {"strategy": strategy, "overlap": 1, "gold_rate": 0}
        body = {"name": self.name, "kind": "spans", "classes": self.classes, "settings": settings}
        self.path = f"projects/{self.admin.want('POST', 'projects/', body)['id']}/"
        self.team = [self._member(place) for place in range(options.annotators)]
        self._import([sentence.text for sentence in rows if not sentence.is_test])

    def _member(self, place: int) -> Api:
        username, password = f"{self.name}-{place}", secrets.token_hex(12)
        body = {"username": username, "password": password, "role": "annotator"}
        self.admin.want("POST", f"{self.path}members/", body)
        return Api(self.options.url, log_in(self.options.url, username, password))

    def _import(self, texts: list[str]) -> None:
        self.rng.shuffle(texts)
        for start in range(0, len(texts), IMPORT_ROWS):
            items = [{"data": {"text": text}} for text in texts[start : start + IMPORT_ROWS]]
            self.admin.want("POST", f"{self.path}items/", {"items": items})

    def measure(self) -> Iterator[dict[str, Any]]:
        """Labels until the budget is spent; yields what the model is worth at every checkpoint."""
        characters = 0
        for n, member in enumerate(itertools.cycle(self.team), 1):
            characters += self._answer(member)
            if n % self.options.pause == 0:
                self._catch_up()
            if n % self.options.every == 0:
                yield {"sentences": n, "characters": characters, "f1": self._score()}
            if n == self.options.sentences:
                return

    def _answer(self, member: Api) -> int:
        """Marks the next sentence by the truth: some spans are missed, some get another class."""
        lease = member.want("POST", f"{self.path}assignments/", {"count": 1})["assignments"][0]
        text = lease["item"]["data"]["text"]
        spans = [dict(span) for span in self.truth[text] if self.rng.random() >= self.options.mistakes / 2]
        for span in spans:
            if self.rng.random() < self.options.mistakes / 2:
                span["class"] = self.rng.choice(self.classes)
        spans = list({(span["start"], span["end"], span["class"]): span for span in spans}.values())
        member.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"spans": spans}, "seconds": 5})
        return len(text)

    def _catch_up(self) -> None:
        """Waits until the model has seen every answer and its queue is published."""
        if not wait_for(self._is_fresh, self.options.patience):
            raise SimulationError(f"{self.path}: the model did not catch up in {self.options.patience:.0f} s")

    def _is_fresh(self) -> bool:
        model = self.admin.want("GET", f"{self.path}model/")
        if model["labels_behind"] or model["trained_at"] is None:
            return False
        published = self.admin.want("GET", f"{self.path}queue/?limit=1")["published_at"]
        return published is not None and bool(published >= model["trained_at"])

    def _score(self) -> float:
        found: list[Spans] = []
        for start in range(0, len(self.test), PREDICT_ROWS):
            items = [{"text": sentence.text} for sentence in self.test[start : start + PREDICT_ROWS]]
            answer = self.admin.want("POST", f"{self.path}predict/", {"items": items})
            found += [one["spans"] for one in answer["predictions"]]
        return f1(found, [sentence.spans for sentence in self.test])


def main() -> None:
    options = parsed()
    rows, token = sentences(options.data), log_in(options.url, options.username, options.password)
    curves: dict[str, dict[int, list[float]]] = {}
    for seed, strategy in itertools.product(options.seeds, options.strategies):
        started = time.monotonic()
        for point in Run(options, token, rows, strategy, seed).measure():
            curves.setdefault(strategy, {}).setdefault(point["sentences"], []).append(point["f1"])
            seconds = time.monotonic() - started
            print(f"{strategy} seed {seed}: {point} after {seconds:.0f} s", flush=True)
    print_table(curves)


def print_table(curves: dict[str, dict[int, list[float]]]) -> None:
    """Mean F1 and its standard deviation over seeds."""
    checkpoints = sorted({n for curve in curves.values() for n in curve})
    print("\n| sentences | " + " | ".join(str(n) for n in checkpoints) + " |")
    print("|---|" + "---|" * len(checkpoints))
    for strategy, curve in curves.items():
        cells = [f"{statistics.mean(curve[n]):.3f} ± {statistics.pstdev(curve[n]):.3f}" for n in checkpoints]
        print(f"| `{strategy}` | " + " | ".join(cells) + " |")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--strategies", type=lambda names: names.split(","), default=["team", "random"])
    parser.add_argument("--seeds", type=lambda names: [int(name) for name in names.split(",")], default=[1, 2, 3])
    parser.add_argument("--sentences", type=int, default=300, help="answers to spend in each project")
    parser.add_argument("--every", type=int, default=50, help="answers between two measurements")
    parser.add_argument("--pause", type=int, default=25, help="answers until the team waits for the model")
    parser.add_argument("--annotators", type=int, default=4)
    parser.add_argument("--mistakes", type=float, default=0.05, help="share of spans missed or given another class")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds that the model may take to catch up")
    return parser.parse_args()


if __name__ == "__main__":
    main()
