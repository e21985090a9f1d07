"""The kinds of question by name."""

from annotation.errors import InvalidValue
from annotation.kinds.base import Kind
from annotation.kinds.choice import Choice

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Choice(),)}
PLANNED = ("multichoice", "spans", "boxes", "rating", "text", "pairwise")


def kind_of(name: str) -> Kind:
    """Returns the kind; raises InvalidValue for a name that is unknown or not yet served."""
    if name in KINDS:
        return KINDS[name]
    message = f"Projects of kind {name} are not available yet." if name in PLANNED else "There is no such kind."
    raise InvalidValue(f"{message} Available: {', '.join(KINDS)}.", fields={"kind": message})
