"""Arms of a simulation by what sets them apart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol


class Combination(Protocol):
    """One arm: a strategy on a representation, so many answers an item by so many people."""

    @property
    def strategy(self) -> str: ...

    @property
    def representation(self) -> str: ...

    @property
    def overlap(self) -> int: ...

    @property
    def team(self) -> int: ...


PARTS = ("strategy", "representation", "overlap", "team")
WORDS = {"overlap": "overlap {}", "team": "{} people"}


def names(arms: Sequence[Combination]) -> list[str]:
    """Returns a name for each arm, of the parts in which they differ; files without their folder, if that is enough."""
    varying = [part for part in PARTS if len({getattr(arm, part) for arm in arms}) > 1] or ["strategy"]
    files = {arm.representation for arm in arms}
    is_enough = len({Path(one).name for one in files}) == len(files)

    def shown(arm: Combination, part: str) -> Any:
        value = getattr(arm, part)
        return Path(value).name if part == "representation" and is_enough and value.endswith(".npy") else value

    return [" · ".join(WORDS.get(part, "{}").format(shown(arm, part)) for part in varying) for arm in arms]
