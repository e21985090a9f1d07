"""The trained versions of a project: which there are, how good each was, and how two of them differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import F, IntegerField, Max, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from annotation.artifacts import ArtifactError
from annotation.kinds.history import rename_since
from annotation.models import Consensus, ModelVersion, Project
from annotation.sentences import say, spoken
from annotation.stored import PROBE, PROTECTED, Ints, load_spoken
from modeling.class_report import ClassFigures, Confused, class_figures, figures_of, most_confused
from modeling.comparison import Paired, paired_difference
from modeling.evaluation import Interval
from modeling.stopping import stability

KEPT_VERSIONS = 20
MOST_CONFUSED = 10


def serving_version(project: Project) -> ModelVersion | None:
    """Returns the version of this moment that predicts and chooses: the pinned one, else the newest; one statement."""
    at_work = Project.objects.filter(pk=project.pk).values(pk_at_work=Coalesce("pinned_model", "live_model"))
    return ModelVersion.objects.select_related("representation").filter(pk__in=at_work).first()


def versions_of(project: Project) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(project=project).select_related("representation")


def kept_versions(project: Project) -> QuerySet[ModelVersion]:
    """Returns the versions whose files are kept: the newest twenty, the live and the pinned one, and some others.

    These are the ones that later predictions were compared with: one for every twentieth by which the labels grew.
    Versions of one content, as trainings without new labels make, count as one of the twenty: they have one file.
    """
    contents = ModelVersion.objects.filter(project=project).values("checksum").annotate(last=Max("number"))
    newest = contents.order_by("-last").values("checksum")[:KEPT_VERSIONS]
    serving = Q(pk=project.live_model_id) | Q(pk=project.pinned_model_id)
    compared = Cast(KT("metrics__stability__number"), IntegerField())
    kept = serving | Q(checksum__in=newest) | Q(compared=F("number"))
    return versions_of(project).alias(compared=compared).filter(kept)


def last_of_other_classes(project: Project) -> int:
    """Returns the number of the newest version that knew other classes than today's, 0 when none did.

    A class by another name is the same. What it measured cannot be held against what is measured today.
    """
    if project.schema_version == 1:
        return 0
    own = ModelVersion.objects.filter(project=project)
    newest = own.values("classes").annotate(last=Max("number")).values("last")
    today = Counter(project.question.columns(project.schema))
    others = [one.number for one in own.filter(number__in=newest) if Counter(_named_today(project, one)) != today]
    return max(others, default=0)


def _named_today(project: Project, version: ModelVersion) -> list[str | None]:
    """What each class of the version is called today, None where it is gone."""
    rename = rename_since(project.class_history, version.metrics.get("schema_version", 0))
    return [rename(name) if rename else name for name in version.classes]


def version_row(project: Project, version: ModelVersion, kept: set[int]) -> dict[str, Any]:
    """Returns a version as lists show it; `kept` are the keys of those that still have files."""
    metrics = version.metrics
    return {
        "number": version.number,
        "created_at": version.created_at,
        "trained_through": version.trained_through,
        "annotations": version.n_annotations,
        "strategy": version.strategy,
        "classes": version.classes,
        "representation": {"name": version.representation.name, "version": version.representation.version},
        "seconds": version.seconds,
        "checksum": version.checksum,
        "performance": metrics.get("performance"),
        "f1": metrics.get("f1"),
        "is_newest": version.pk == project.live_model_id,
        "is_pinned": version.pk == project.pinned_model_id,
        "is_serving": version.pk == (project.pinned_model_id or project.live_model_id),
        "is_stored": version.pk in kept,
        "is_portable": metrics.get("is_portable", True),
    }


def version_rows(project: Project, versions: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    keys = [version.pk for version in versions]
    kept = set(kept_versions(project).filter(pk__in=keys).values_list("pk", flat=True))
    return [version_row(project, version, kept) for version in versions]


def version_detail(project: Project, version: ModelVersion) -> dict[str, Any]:
    """Returns the row with everything that was measured when it was trained, class by class."""
    metrics = version.metrics
    names = ("agreement", "calibration", "drift", "belief", "stability", "n_trained", "n_protected", "l2")
    return {
        **version_rows(project, [version])[0],
        **{name: metrics.get(name) for name in names},
        **_by_class(version),
    }


def _by_class(version: ModelVersion) -> dict[str, Any]:
    found = _of_sets(version) if version.metrics.get("class_counts") else _of_one_class(version)
    if found is None:
        return {"by_class": None, "confused": None}
    names, (figures, confused) = version.classes, found
    return {
        "by_class": [{"class": name, **_figures(row)} for name, row in zip(names, figures, strict=True)],
        "confused": [
            {"true": names[pair.true], "guessed": names[pair.guessed], "n": pair.n, "share": pair.share}
            for pair in confused
        ],
    }


def _of_one_class(version: ModelVersion) -> tuple[list[ClassFigures], list[Confused]] | None:
    """Where each item has one class; None while too little was measured."""
    counted = version.metrics.get("confusion")
    if counted is None:
        return None
    confusion = _matrix(counted, len(version.classes))
    return class_figures(confusion), most_confused(confusion, MOST_CONFUSED)


def _of_sets(version: ModelVersion) -> tuple[list[ClassFigures], list[Confused]]:
    """Where an item may have several classes, or hold spans of them."""
    hits, n_true, n_said = np.array(version.metrics["class_counts"], dtype=np.int64).T
    confused = _matrix(version.metrics["class_mistakes"], len(version.classes))
    return figures_of(hits, n_true, n_said), most_confused(confused, MOST_CONFUSED, n_true)


def _matrix(cells: Sequence[Sequence[int]], n_classes: int) -> Ints:
    found = np.zeros((n_classes, n_classes), dtype=np.int64)
    for true, guessed, n in cells:
        found[true, guessed] = n
    return found


def _figures(row: ClassFigures) -> dict[str, Any]:
    values = row._asdict().items()
    return {name: value._asdict() if isinstance(value, Interval) else value for name, value in values}


def compare(project: Project, first: ModelVersion, second: ModelVersion) -> dict[str, Any]:
    """Returns both rows, how far they agree on the fixed probe, and which is right more often where people answered.

    What cannot be compared is None with the reason beside it.
    """
    rows = version_rows(project, [first, second])
    found: dict[str, Any] = {"versions": rows, "probe": None, "protected": None, "because": None, "said": None}
    if first.classes != second.classes:
        return found | _because("compare.other_classes", "The two versions know different classes.")
    try:
        probe, protected = (_beside(name, first, second) for name in (PROBE, PROTECTED))
    except ArtifactError:
        return found | _because("compare.files_gone", "The files of one of the two are not kept any more.")
    return found | {
        "probe": _agreement(probe, first.classes),
        "protected": _paired(project, protected, first, second),
    }


def _because(code: str, english: str) -> dict[str, Any]:
    reason = say(code, english)
    return {"because": reason, "said": spoken(reason)}


def _beside(name: str, first: ModelVersion, second: ModelVersion) -> tuple[Ints, Ints, Ints]:
    return load_spoken(first, name).beside(load_spoken(second, name))


def _agreement(probe: tuple[Ints, Ints, Ints], names: Sequence[str]) -> dict[str, Any] | None:
    item_ids, first, second = probe
    if not len(item_ids):
        return None
    confusion = np.bincount(first * len(names) + second, minlength=len(names) ** 2).reshape(len(names), len(names))
    return {
        "n": len(item_ids),
        "agreement": float((first == second).mean()),
        "kappa": stability(first, second, len(names)),
        "changed": [
            {"first": names[pair.true], "second": names[pair.guessed], "n": pair.n}
            for pair in most_confused(confusion, MOST_CONFUSED)
        ],
    }


def _paired(
    project: Project, spoken: tuple[Ints, Ints, Ints], first: ModelVersion, second: ModelVersion
) -> dict[str, Any] | None:
    """Both against the consensus, in the classes of today, on the protected items that both were measured on."""
    item_ids, *said = spoken
    place = {name: column for column, name in enumerate(project.class_names)}
    one, other = (_today(project, version, place)[row] for version, row in zip((first, second), said, strict=True))
    believed = Consensus.objects.filter(project=project, item__in=item_ids.tolist()).values_list("item", "value")
    truth = {item: place.get(value.get("class"), -1) for item, value in believed}
    true = np.array([truth.get(item, -1) for item in item_ids.tolist()], dtype=np.int64)
    known = true >= 0
    if not known.any():
        return None
    found: Paired = paired_difference(one[known] == true[known], other[known] == true[known])
    return {**found._asdict(), "difference": found.difference._asdict()}


def _today(project: Project, version: ModelVersion, place: Mapping[str, int]) -> Ints:
    """The place that each class of the version has today, -1 where it is gone."""
    rename = rename_since(project.class_history, version.metrics.get("schema_version", 0)) or str
    return np.array([place.get(rename(name) or "", -1) for name in version.classes], dtype=np.int64)
