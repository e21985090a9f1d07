"""What models outside say about items: kept, shown as suggestions, and what the queue may follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from annotation.errors import BadRequest
from annotation.models import Item, Prediction, Project, QueueSource, Topic
from annotation.operations.outbox import request_work
from annotation.operations.references import find_items
from annotation.operations.transfer.answers import Expected, RowError
from annotation.operations.transfer.predicted import Outside, checked_prediction
from annotation.operations.transfer.store import expected_in, lock_project
from annotation.sentences import beside, say

MAX_ROWS = 1_000
FIELDS = frozenset(("item", "external_id", "value", "probabilities", "model"))
REPLACED = ("value", "schema_version", "probabilities", "uncertainty", "created_at")


@dataclass
class StoredPredictions:
    """What became of the rows: stored + errors = rows given."""

    stored: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, index: int, name: str, message: str) -> None:
        self.errors.append({"index": index, "field": name, "message": message, **beside(message)})


def add_predictions(*, project: Project, rows: Sequence[Any]) -> StoredPredictions:
    """Stores the predictions that are right, in place of what the same model said of the item before; names the others.

    Sent again, they change nothing but their time. Of two callers at once with the same item and model the later one
    holds. Raises BadRequest for more than a thousand rows, NotFound when the project was deleted meanwhile.
    """
    if not isinstance(rows, list | tuple) or len(rows) > MAX_ROWS:
        message = say("prediction.at_most", "predictions is a list of at most {n:,}.", n=MAX_ROWS)
        raise BadRequest(message, fields={"predictions": message})
    report = StoredPredictions()
    with transaction.atomic():
        project = lock_project(project.pk, alone=False)
        said = _checked(project, rows, report)
        _store(project, said)
        if said and project.queue_source == QueueSource.PREDICTIONS:
            request_work(project_id=project.pk, topic=Topic.SCORE)
    report.stored = len(said)
    report.errors.sort(key=lambda error: int(error["index"]))
    return report


def _checked(project: Project, rows: Sequence[Any], report: StoredPredictions) -> dict[tuple[int, str], Outside]:
    """Returns what each model said of each item."""
    objects = {index: row for index, row in enumerate(rows) if _is_row(index, row, report)}
    found = find_items(project, objects, report.refuse)
    expected = _expected_by_item(project, set(found.values()))
    said: dict[tuple[int, str], Outside] = {}
    for index, item_id in found.items():
        try:
            one = checked_prediction(objects[index], expected[item_id])
            if (item_id, one.model) in said:
                twice = say("prediction.twice", "Two predictions of one item by one model.")
                raise RowError("model", twice)
        except RowError as error:
            report.refuse(index, error.field, error.message)
        else:
            said[item_id, one.model] = one
    return said


def _is_row(index: int, row: Any, report: StoredPredictions) -> bool:
    fits = isinstance(row, dict) and row.keys() <= FIELDS
    if not fits:
        english = "A prediction is an object; known fields: {known}."
        report.refuse(index, "", say("prediction.object", english, known=", ".join(sorted(FIELDS))))
    return fits


def _expected_by_item(project: Project, item_ids: set[int]) -> dict[int, Expected]:
    """What an answer to each item must look like; items' data are read for the kinds that look at them only."""
    expected = expected_in(project)
    if not project.question.reads_item:
        return dict.fromkeys(item_ids, expected)
    data = Item.objects.filter(pk__in=item_ids).values_list("pk", "data")
    return {item_id: replace(expected, data=shown) for item_id, shown in data}


def _store(project: Project, said: dict[tuple[int, str], Outside]) -> None:
    # In one order, so that two callers with the same items wait for each other instead of deadlocking.
    Prediction.objects.bulk_create(
        [
            Prediction(
                item_id=item_id, project=project, model_name=model, value=one.value, probabilities=one.probabilities,
                schema_version=project.schema_version,
                uncertainty=one.uncertainty,
            )
            for (item_id, model), one in sorted(said.items(), key=lambda pair: pair[0])
        ],
        update_conflicts=True,
        unique_fields=["item", "model_name"],
        update_fields=REPLACED,
    )  # fmt: skip
