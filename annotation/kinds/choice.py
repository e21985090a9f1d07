"""`choice`: one class of a list. The answer is {"class": name}."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.errors import InvalidValue


class Choice:
    name = "choice"

    def canonical(self, value: Any, classes: Sequence[str]) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"class"}:
            raise InvalidValue('An answer to this project looks like {"class": "…"}.', fields={"value": "wrong shape"})
        name = value["class"]
        if not isinstance(name, str) or name not in classes:
            raise InvalidValue(
                f"The class must be one of {', '.join(classes)}.", fields={"value.class": "not a class of this project"}
            )
        return {"class": name}

    def distance(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        return float(one["class"] != other["class"])

    def target(self, value: Mapping[str, Any], classes: Sequence[str]) -> int | None:
        return classes.index(value["class"]) if value["class"] in classes else None
