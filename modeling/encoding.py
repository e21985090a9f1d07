"""What every representation that Querent computes itself can do. Adding one is a class of this shape."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Encoder(Protocol):
    """Turns contents of items into vectors: texts, or images as data URLs."""

    @property
    def name(self) -> str:
        """The project's setting that asks for it."""

    @property
    def reads(self) -> str:
        """The part of an item's data that it is given: `text` or `image`."""

    @property
    def is_light(self) -> bool:
        """Whether it needs NumPy and SciPy only, so that web processes may use it."""

    @property
    def dimension(self) -> int:
        """The number of columns `transform` returns."""

    def transform(self, contents: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit rows (n, dimension), float32; the zero row for what says nothing."""

    def dump(self) -> tuple[Mapping[str, npt.NDArray[Any]], dict[str, Any]]:
        """Numeric arrays and JSON-able facts, from which the same encoder is made again."""
