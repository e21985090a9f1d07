"""A version knows the classes of its time; what it says is read in those of today, as people's answers are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.kinds.history import rename_since
from annotation.models import ModelVersion, Project
from modeling.folding import Folding

SCHEMA = "schema_version"

Doubles = npt.NDArray[np.float64]
Span = dict[str, Any]


def todays_names(project: Project, version: ModelVersion) -> list[str | None]:
    """Returns what each class of the version is called today, None where it is gone."""
    rename = rename_since(project.class_history, version.metrics.get(SCHEMA, 0))
    known = set(project.question.columns(project.schema))
    names = [rename(name) if rename else name for name in version.classes]
    return [name if name in known else None for name in names]


def folding_of(project: Project, version: ModelVersion) -> Folding | None:
    """Returns how the version's columns become those of today; None when they are the same."""
    place = {name: k for k, name in enumerate(project.question.columns(project.schema))}
    names = todays_names(project, version)
    found = Folding(np.array([-1 if name is None else place[name] for name in names], dtype=np.int64), len(place))
    return found if found.changes else None


def measured_before(project: Project, live: ModelVersion | None) -> dict[str, Any]:
    """Returns what the live version has measured; nothing where it knew other classes, for then all is measured afresh.

    λ, the model's belief in itself, the control arm and the guard go on from it.
    """
    return {} if live is None or folding_of(project, live) is not None else live.metrics


def counts_today(project: Project, serving: ModelVersion) -> Doubles:
    """Returns how many labels each class of today has, by the newest version: a pinned one counts no new ones."""
    newest = newest_version(project, serving)
    counts = np.array(newest.metrics["labeled_counts"], dtype=np.float64)
    folding = folding_of(project, newest)
    return counts if folding is None else folding.added(counts[None])[0]


def newest_version(project: Project, serving: ModelVersion) -> ModelVersion:
    """Returns the version that was trained last, which may be the serving one."""
    newest = None if project.live_model_id == serving.pk else project.live_model
    return newest or serving


def spans_today(project: Project, version: ModelVersion, spans: Sequence[Span]) -> list[Span]:
    """Returns the version's spans under the names of today, without those whose class is gone."""
    today = dict(zip(version.classes, todays_names(project, version), strict=True))
    return [span | {"class": today[span["class"]]} for span in spans if today[span["class"]] is not None]
