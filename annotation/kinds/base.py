"""What every kind of question can do. Adding a kind is one file here and one editor in the front end.

A kind is told what the project has settled (`Schema`) and what the item shows (`data`); it knows no tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable

from annotation.kinds.items import Shown

Answer = Mapping[str, Any]
Data = Mapping[str, Any]
Mark = dict[str, Any]


class Learner(StrEnum):
    """Which model learns from a kind's answers. The first four are heads of the linear model."""

    SOFTMAX = "softmax"  # one column of several
    SIGMOID = "sigmoid"  # any number of columns, each for itself
    ORDINAL = "ordinal"  # one column of several that have an order
    PREFERENCE = "preference"  # the first or the second of two: vectors are differences
    TAGGER = "tagger"  # parts of a text
    NONE = "none"  # no model of ours; predictions may come from outside


# The learners whose answers are columns: each has a probability.
LINEAR = frozenset((Learner.SOFTMAX, Learner.SIGMOID, Learner.ORDINAL, Learner.PREFERENCE))

# Those with one column an answer: votes are (item, annotator, column).
ONE_COLUMN = LINEAR - {Learner.SIGMOID}

# What a model's performance is measured by.
METRICS: dict[Learner, str] = {
    Learner.SOFTMAX: "accuracy",
    Learner.PREFERENCE: "accuracy",
    Learner.ORDINAL: "closeness",
    Learner.SIGMOID: "f1_micro",
    Learner.TAGGER: "entity_f1",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """What an answer in the project must look like."""

    classes: Sequence[str]
    spans_overlap: bool = True


class Merged(NamedTuple):
    """The answer that the given ones amount to, and how far they agree with it: 0 to 1."""

    value: dict[str, Any]
    probability: float


class Kind(Protocol):
    """The server's side of one kind of question."""

    name: str
    learner: Learner
    reads_item: bool
    """Whether `canonical` looks at `data`; others are called with None."""

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        """Returns the classes as they are kept; raises InvalidValue naming what does not fit this kind.

        Given none, a kind that can do without the user's classes returns its own.
        """

    def checked_item(self, data: Data) -> Shown:
        """Returns what people are shown; raises InvalidValue naming the part of `data` that does not fit."""

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        """Returns the answer in its one stored form; raises InvalidValue with the place that does not fit."""

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        """Returns the answer in other names for its classes, each at most once; None when nothing of it is left.

        `rename` returns None for a class that is gone.
        """

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """Returns 0 for equal answers up to 1 for answers with nothing in common; symmetric."""

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """Returns the consensus of one answer or more, each with a weight above 0; the order makes no difference."""

    def columns(self, schema: Schema) -> list[str]:
        """Returns the name of each column that the model learns; empty for a kind without a model of ours."""

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        """Returns the columns that the answer names, rising; None when its class is gone.

        For SOFTMAX, ORDINAL and PREFERENCE that is exactly one column.
        """

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        """Returns the answer that names these columns; raises ValueError for a kind whose answers say more."""


@runtime_checkable
class MarkKind(Kind, Protocol):
    """A kind whose answers are marks on parts of the item, each with its class, under the kind's own name."""

    def overlap(self, one: Mark, other: Mark) -> float:
        """Returns how much of two marks' places is common to both, 0 to 1, whatever their classes."""
