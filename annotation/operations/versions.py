"""Which trained version serves: pin_version, unpin_version, roll_back. Versions themselves are never changed."""

from typing import IO

from django.contrib.auth.models import User
from django.db import transaction

from annotation.artifacts import ArtifactError
from annotation.errors import Conflict
from annotation.models import ModelVersion, Project, Topic
from annotation.operations.auditing import audit
from annotation.operations.outbox import request_work
from annotation.operations.prediction import temperature_of
from annotation.portable.folder import model_folder
from annotation.queries.versions import serving_version
from annotation.stored import PROBE, load_spoken


def download_version(version: ModelVersion) -> IO[bytes]:
    """Returns an open zip of plain files that score items as the server does, with NumPy alone.

    Raises Conflict `model_files_gone`, or `not_portable` for a classifier of another library.
    """
    try:
        return model_folder(version, temperature=float(temperature_of(version)))
    except ArtifactError as error:
        raise _files_gone(version) from error


def pin_version(*, project: Project, actor: User, version: ModelVersion) -> ModelVersion:
    """Lets this version predict and choose until it is unpinned, whatever is trained meanwhile; returns it.

    Pinning it again changes nothing. Of two callers at once the later one's version stays. Raises Conflict
    `model_files_gone` when its files are not kept any more or are damaged.
    """
    _check_files(version)
    with transaction.atomic():
        before = _locked(project).pinned_model_id
        if before != version.pk:
            _serve(project, version)
            audit(project=project, actor=actor, verb="model.pinned", target=str(version.number))
    return version


def unpin_version(*, project: Project, actor: User, version: ModelVersion) -> ModelVersion | None:
    """Lets the newest version serve again and returns it. Raises Conflict `not_pinned` when another one or none is."""
    with transaction.atomic():
        if _locked(project).pinned_model_id != version.pk:
            raise Conflict(f"Model {version.number} is not pinned.", code="not_pinned")
        _serve(project, None)
        audit(project=project, actor=actor, verb="model.unpinned", target=str(version.number))
    return serving_version(project)


def roll_back(*, project: Project, actor: User) -> ModelVersion:
    """Pins the newest earlier version than the serving one that still has its files, and returns it.

    Raises Conflict `no_earlier_model` when there is none.
    """
    with transaction.atomic():
        _locked(project)
        serving = serving_version(project)
        earlier = _earlier(serving) if serving else None
        if serving is None or earlier is None:
            raise Conflict("There is no earlier version to go back to.", code="no_earlier_model")
        _serve(project, earlier)
        audit(
            project=project, actor=actor, verb="model.rolled_back", target=str(earlier.number),
            detail={"from": serving.number},
        )  # fmt: skip
    return earlier


def _earlier(serving: ModelVersion) -> ModelVersion | None:
    """The newest version before this one whose files are sound."""
    older = ModelVersion.objects.filter(project_id=serving.project_id, number__lt=serving.number)
    for version in older.select_related("representation").order_by("-number")[:50]:
        try:
            load_spoken(version, PROBE)
        except ArtifactError:
            continue
        return version
    return None


def _check_files(version: ModelVersion) -> None:
    try:
        load_spoken(version, PROBE)
    except ArtifactError as error:
        raise _files_gone(version) from error


def _files_gone(version: ModelVersion) -> Conflict:
    return Conflict(f"The files of model {version.number} are not kept any more.", code="model_files_gone")


def _locked(project: Project) -> Project:
    return Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _serve(project: Project, version: ModelVersion | None) -> None:
    Project.objects.filter(pk=project.pk).update(pinned_model=version)
    request_work(project_id=project.pk, topic=Topic.SCORE)
