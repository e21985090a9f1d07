"""What became of a project's classes: answers are never rewritten, they are read in the names of today.

The history is a list of {"version", "names"}, the oldest first: answers given under a schema before `version` that name
one of `names` mean the class that it maps to, or (None) one that is gone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Step = Mapping[str, Any]


def rename_since(history: Sequence[Step], version: int) -> Callable[[str], str | None] | None:
    """Returns what a class named under schema `version` is called today; None when every name has stayed."""
    steps = [step["names"] for step in history if step["version"] > version]
    if not steps:
        return None

    def rename(name: str) -> str | None:
        current: str | None = name
        for names in steps:
            if current is not None:
                current = names.get(current, current)
        return current

    return rename


def names_by_version(history: Sequence[Step]) -> dict[int, dict[str, str | None]]:
    """Returns, for every schema before the last change of names, what each name that changed since is called today."""
    found: dict[int, dict[str, str | None]] = {}
    for version in range(1, max((step["version"] for step in history), default=1)):
        rename = rename_since(history, version)
        changed = {name for step in history if step["version"] > version for name in step["names"]}
        found[version] = {name: rename(name) for name in sorted(changed)} if rename else {}
    return found
