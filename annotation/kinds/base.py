"""What every kind of question can do. Adding a kind is one file here and one editor in the front end."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Kind(Protocol):
    """The server's side of one kind of question."""

    name: str

    def canonical(self, value: Any, classes: Sequence[str]) -> dict[str, Any]:
        """Returns the answer in its one stored form; raises InvalidValue with the place that does not fit."""

    def distance(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        """Returns 0 for equal answers up to 1 for answers with nothing in common."""

    def target(self, value: Mapping[str, Any], classes: Sequence[str]) -> int | None:
        """Returns the column that the model learns from this answer; None when its class is gone."""
