"""A labelled file → rows to label and rows to test on."""

import csv
import gzip
import hashlib
import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEST_SHARE = 0.2
MAX_TEST = 1_000


class SimulationError(Exception):
    """Why the simulation cannot go on, in words for the person who started it."""


@dataclass(frozen=True)
class Example:
    name: str
    text: str
    answer: str


@dataclass(frozen=True)
class Dataset:
    """`pool` is labelled by the team, `test` is only ever predicted. Empty and equal texts are left out."""

    pool: list[Example]
    test: list[Example]
    classes: list[str]
    rarest: str
    n_left_out: int


def load(path: Path, *, text: str, label: str, n_items: int, seed: int) -> Dataset:
    """Returns the examples in an order that the seed fixes.

    The test part is where a field `split` says test; without that field, a fifth of the texts chosen by their hash.
    Raises SimulationError for a file that cannot be read or has no two classes.
    """
    checked = list(_checked(path, text, label))
    rows = [row for row in checked if row is not None]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a simulation must be repeatable
    counts = Counter(example.answer for example, _ in rows)
    if len(counts) < 2:
        raise SimulationError(f"{path} holds {len(counts)} classes in {label!r}; two are the least.")
    test = [example for example, is_test in rows if is_test][:MAX_TEST]
    pool = [example for example, is_test in rows if not is_test][:n_items]
    if not test or not pool:
        raise SimulationError(f"{path} has {len(pool)} rows to label and {len(test)} to test on; both are needed.")
    rarest = min(sorted(counts), key=lambda name: counts[name])
    return Dataset(pool, test, sorted(counts), rarest, n_left_out=len(checked) - len(rows))


def _checked(path: Path, text: str, label: str) -> Iterator[tuple[Example, bool] | None]:
    """Yields an example a row and whether it is for testing; None for a text that is empty or was there before."""
    seen = set()
    for number, row in enumerate(_rows(path), 1):
        if not isinstance(row.get(text), str) or row.get(label) in (None, ""):
            raise SimulationError(f"{path}, row {number}: {text!r} and {label!r} are needed; it has {', '.join(row)}.")
        if not row[text].strip() or row[text] in seen:
            yield None
            continue
        seen.add(row[text])
        split = row.get("split")
        is_test = split == "test" if split else _hash_share(row[text]) < TEST_SHARE
        yield Example(f"row-{number}", row[text], str(row[label])), is_test


def _hash_share(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=6).digest(), "big") / 2**48


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    name = path.name.removesuffix(".gz")
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as packed:
            lines = io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
            yield from csv.DictReader(lines) if name.endswith(".csv") else map(json.loads, lines)
    except (OSError, EOFError, csv.Error, ValueError) as error:
        raise SimulationError(f"{path} cannot be read: {error}") from error
