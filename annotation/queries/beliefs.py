"""What is believed of items, in the classes of today: it is stored in those of the last inference."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from annotation.kinds.doubt import renamed_posterior
from annotation.kinds.history import rename_since
from annotation.models import Project
from annotation.queries.quality import consensus_schema


@dataclass(frozen=True)
class Beliefs:
    """Reads a project's stored consensus; `schema_version` is that in whose classes it speaks."""

    project: Project
    schema_version: int

    @cached_property
    def is_of_today(self) -> bool:
        """Whether every class in it is called the same today."""
        return not self.project.is_renamed_since(self.schema_version)

    def value(self, value: dict[str, Any]) -> dict[str, Any]:
        """Returns the consensus in the classes of today; as it is stored where these have no place for it."""
        if self.is_of_today:
            return value
        today = self.project.today(value, self.schema_version)
        return value if today is None else today

    def posterior(self, posterior: Mapping[str, float]) -> dict[str, float]:
        """Returns what is believed of each class of today."""
        rename = rename_since(self.project.class_history, self.schema_version)
        return dict(posterior) if rename is None else renamed_posterior(self.project.question, posterior, rename)


def beliefs_of(project: Project) -> Beliefs:
    """Returns the reader of the consensus that is stored at this moment."""
    return Beliefs(project, consensus_schema(project) or project.schema_version)
