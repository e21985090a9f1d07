"""Rows as they leave the API."""

from collections.abc import Mapping
from typing import Any

from annotation.models import Annotation, Job, Project
from annotation.operations.labeling import Assigned
from annotation.operations.project_settings import SETTINGS
from annotation.operations.training import Feedback, Training
from annotation.queries.changes import pause_of
from annotation.queries.labeling import LOOKS_LIKE, SUGGESTED, Lease


def project(row: Project) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "classes": row.classes,
        "settings": {name: getattr(row, name) for name in SETTINGS},
        "guidelines": row.guidelines,
        "guidelines_version": row.guidelines_version,
        "schema_version": row.schema_version,
        "role": row.role,
        "pause": pause_of(row),
        "created_at": row.created_at,
    }


def member(row: Any) -> dict[str, Any]:
    return {
        "username": row.user.get_username(),
        "role": row.role,
        "annotations": row.annotations,
        "paused": row.paused,
        "training": row.training,
        "training_score": row.training_score,
        "created_at": row.created_at,
    }


def item(row: Any) -> dict[str, Any]:
    return {"id": row.item_id, "external_id": row.external_id, "data": row.data, "metadata": row.metadata}


def lease(row: Lease) -> dict[str, Any]:
    return {
        "id": row.id,
        "item": item(row),
        "expires_at": row.expires_at,
        "stream": _public_stream(row),
        "reason": {name: part for name, part in row.reason.items() if name not in (SUGGESTED, LOOKS_LIKE)},
        "suggestion": row.suggestion,
        "model_version": row.model_version,
    }


def _public_stream(row: Lease) -> str:
    """A gold check looks like another question to the person who is checked."""
    return str(row.reason.get(LOOKS_LIKE, "random")) if row.stream == "gold" else row.stream


def assigned(found: Assigned) -> dict[str, Any]:
    given = {
        "assignments": [lease(row) for row in found.leases],
        "empty_because": found.empty_because,
        "next_release_at": found.next_release_at,
    }
    return given | ({"training": _training(found.training)} if found.training else {})


def _training(found: Training) -> dict[str, Any]:
    return {"stage": found.stage, "asked": found.asked, "of": found.of, "score": found.score}


def feedback(found: Feedback | None) -> dict[str, Any]:
    """What an answer in training is told; nothing for others."""
    return {"feedback": {"right": found.right, "value": found.value}} if found else {}


def annotation(row: Annotation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "assignment": row.assignment_id,
        "revision": row.revision,
        "value": row.value,
        "seconds": row.seconds,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def answered(row: Annotation) -> dict[str, Any]:
    """An annotation with its item, for the person's own history."""
    shown = {
        "id": row.item.pk,
        "external_id": row.item.external_id,
        "data": row.item.data,
        "metadata": row.item.metadata,
    }
    return annotation(row) | {"item": shown}


def job(row: Job) -> dict[str, Any]:
    return {
        "id": row.pk,
        "project": row.project_id,
        "kind": row.kind,
        "status": row.status,
        "done": row.done,
        "total": row.total,
        "n_errors": row.n_errors,
        "errors": row.errors,
        "result": row.result,
        "params": _public_params(row.params),
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def _public_params(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: params[name]
        for name in ("filename", "format", "include", "mapping", "min_confidence", "revisions")
        if name in params
    }
