"""The kinds of question by name."""

from annotation.errors import InvalidValue
from annotation.kinds.base import LINEAR, METRICS, ONE_COLUMN, Kind, Learner, MarkKind, Merged, Schema
from annotation.kinds.boxes import Boxes
from annotation.kinds.choice import Choice
from annotation.kinds.multichoice import MultiChoice
from annotation.kinds.pairwise import Pairwise
from annotation.kinds.rating import Rating
from annotation.kinds.spans import Spans
from annotation.kinds.text import FreeText

ALL: tuple[Kind, ...] = (Choice(), MultiChoice(), Spans(), Boxes(), Rating(), FreeText(), Pairwise())
KINDS: dict[str, Kind] = {kind.name: kind for kind in ALL}
NAMES = [(name, name) for name in KINDS]  # as choices of a field

__all__ = [
    "KINDS",
    "LINEAR",
    "METRICS",
    "NAMES",
    "ONE_COLUMN",
    "Kind",
    "Learner",
    "MarkKind",
    "Merged",
    "Schema",
    "kind_of",
]


def kind_of(name: str) -> Kind:
    """Returns the kind; raises InvalidValue for a name that is unknown."""
    if name in KINDS:
        return KINDS[name]
    message = "There is no such kind."
    raise InvalidValue(f"{message} Available: {', '.join(KINDS)}.", fields={"kind": message})
