"""Takes away the files of models, representations and shards that nothing needs any more."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from annotation.artifacts import FOLDER
from annotation.models import FeatureShard, Project, QualityVersion, Representation, VectorBatch
from annotation.queries.versions import kept_versions
from annotation.representations import EXTERNAL

# A younger file may belong to a transaction that has not committed, or to a reader that has just begun.
KEPT_FOR = timedelta(hours=2)


def collect_artifacts() -> int:
    """Removes shards and files that are not used any more; returns how many files. May die at any point.

    Used are, in each project that is not deleted, the models of `kept_versions`, their representations, and the shards
    of the representations that are live, being built, from outside, or the live or the pinned model's; and what the
    last inference of labels kept.
    """
    # Listed before the used ones are read: a file that is taken into use later is not in the list, or it is young.
    found = list(_files(FOLDER))
    used: set[str] = set()
    for project in Project.objects.select_related("live_model", "pinned_model"):
        used |= _used_by(project)
    return sum(_remove(path) for path in found if path not in used)


def _used_by(project: Project) -> set[str]:
    shards = FeatureShard.objects.filter(representation__project=project)
    if project.deleted_at is not None:
        shards.delete()
        VectorBatch.objects.filter(project=project).delete()
        QualityVersion.objects.filter(project=project).delete()
        return set()
    models = kept_versions(project)
    representations = Representation.objects.filter(project=project)
    live = representations.filter(is_live=True).first()
    serving = Q(is_live=True) | Q(name=EXTERNAL)  # vectors from outside cannot be made again
    for version in (project.live_model, project.pinned_model):
        if version is not None:
            serving |= Q(pk=version.representation_id)
    if live is not None:
        serving |= Q(version__gt=live.version)
        shards.exclude(representation__in=representations.filter(serving)).delete()
    files = representations.filter(serving | Q(model_versions__in=models))
    batches = VectorBatch.objects.filter(project=project)
    quality = QualityVersion.objects.filter(project=project)
    return {path for rows in (models, files, shards, batches, quality) for path in rows.values_list("path", flat=True)}


def _files(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files(f"{folder}/{name}")


def _remove(path: str) -> bool:
    """Returns whether the file was old enough and is gone by us."""
    try:
        if default_storage.get_modified_time(path) > timezone.now() - KEPT_FOR:
            return False
        default_storage.delete(path)
    except FileNotFoundError:
        return False
    return True
