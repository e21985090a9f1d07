"""Writes an inference: only the rows of consensus that changed, and everybody's report. Callers own the transaction."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.functions import Now

from annotation.arrays import STATUSES, Beliefs, Floats, Votes
from annotation.models import AgreementReport, AnnotatorReport, Project
from annotation.operations.inference import Inference
from annotation.operations.period_report import weeks_of_people

# Skills move a little with every answer, and with them every probability. Of so many items changes this small are not
# written; of fewer (20 to 40 microseconds a row) every one is, so that what is stored says nothing of the way there.
SAME_PROBABILITY, MANY_ITEMS = 0.002, 5_000
LEAST_SHOWN_PROBABILITY = 0.001
MOST_CLASSES_IN_CONFUSION = 30
CHUNK = 10_000

# The join leaves out items deleted meanwhile; the order keeps concurrent writers from deadlock. Rows that say the same
# already are left alone.
UPSERT_CONSENSUS = """
    INSERT INTO annotation_consensus AS old
        (item_id, project_id, value, probability, posterior, n_votes, status, updated_at)
    SELECT new.item_id, %(project)s, new.value, new.probability, new.posterior, new.n_votes, new.status, now()
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(item_id bigint, value jsonb, probability float8, posterior jsonb,
                                                    n_votes int, status text)
    JOIN annotation_item item ON item.id = new.item_id
    ORDER BY new.item_id
    ON CONFLICT (item_id) DO UPDATE
    SET value = excluded.value, probability = excluded.probability, posterior = excluded.posterior,
        n_votes = excluded.n_votes, status = excluded.status, updated_at = excluded.updated_at
    WHERE (old.value, old.probability, old.posterior, old.n_votes, old.status)
      IS DISTINCT FROM
          (excluded.value, excluded.probability, excluded.posterior, excluded.n_votes, excluded.status)
"""
UPSERT_REPORTS = """
    INSERT INTO annotation_annotatorreport AS old
        (project_id, annotator_id, n_annotations, accuracy, accuracy_low, accuracy_high, random_log_odds,
         median_seconds, confusion, weeks, updated_at)
    SELECT %(project)s, new.*, now()
    FROM unnest(%(people)s::bigint[], %(counts)s::int[], %(accuracies)s::float8[], %(lows)s::float8[],
                %(highs)s::float8[], %(odds)s::float8[], %(medians)s::float8[], %(confusions)s::jsonb[],
                %(weeks)s::jsonb[]) AS new
    ON CONFLICT (project_id, annotator_id) DO UPDATE
    SET (n_annotations, accuracy, accuracy_low, accuracy_high, random_log_odds, median_seconds, confusion, weeks,
         shown, updated_at)
      = (excluded.n_annotations, excluded.accuracy, excluded.accuracy_low, excluded.accuracy_high,
         excluded.random_log_odds, excluded.median_seconds, excluded.confusion, excluded.weeks,
         CASE WHEN old.n_annotations >= coalesce((old.shown->>'n')::int, 0) + %(step)s
              THEN jsonb_build_object('n', old.n_annotations, 'accuracy', old.accuracy, 'low', old.accuracy_low,
                                      'high', old.accuracy_high, 'weeks', old.weeks)
              ELSE old.shown END, excluded.updated_at)
    WHERE (old.n_annotations, old.accuracy, old.accuracy_low, old.accuracy_high, old.random_log_odds,
           old.median_seconds, old.confusion, old.weeks)
      IS DISTINCT FROM
          (excluded.n_annotations, excluded.accuracy, excluded.accuracy_low, excluded.accuracy_high,
           excluded.random_log_odds, excluded.median_seconds, excluded.confusion, excluded.weeks)
"""


def write_consensus(
    *, project: Project, inference: Inference, believed: Beliefs, stored: Beliefs, anew: bool = False
) -> None:
    """Makes the stored consensus say what is believed; rows that say so already are left alone, unless all are to be
    written `anew`: after a change of classes even a row that names the same class knows the others by old names.

    `stored` was read in the same snapshot as the votes: nobody else writes consensus while this lane's epoch holds.
    """
    changed = np.arange(len(believed.item_ids)) if anew else np.flatnonzero(_differs(believed, stored))
    positions = np.searchsorted(inference.votes.item_ids, believed.item_ids)
    with connection.cursor() as cursor:
        for start in range(0, len(changed), CHUNK):
            rows = changed[start : start + CHUNK]
            found = [_consensus_row(project, inference, believed, int(positions[row]), int(row)) for row in rows]
            cursor.execute(UPSERT_CONSENSUS, {"project": project.pk, "rows": json.dumps(found)})
        gone = np.setdiff1d(stored.item_ids, believed.item_ids)
        if len(gone):
            cursor.execute("DELETE FROM annotation_consensus WHERE item_id = ANY(%s)", [gone.tolist()])


def _differs(believed: Beliefs, stored: Beliefs) -> npt.NDArray[np.bool_]:
    """(n,) whether what is believed of an item is not what is stored."""
    if not len(stored.item_ids):
        return np.ones(len(believed.item_ids), dtype=np.bool_)
    place = np.minimum(np.searchsorted(stored.item_ids, believed.item_ids), len(stored.item_ids) - 1)
    same = stored.item_ids[place] == believed.item_ids
    for name in ("classes", "n_votes", "status"):
        same &= getattr(stored, name)[place] == getattr(believed, name)
    least = SAME_PROBABILITY if len(believed.item_ids) >= MANY_ITEMS else 0.0
    same &= np.abs(stored.probability[place] - believed.probability) <= least
    return np.asarray(~same)


def _consensus_row(
    project: Project, inference: Inference, believed: Beliefs, position: int, row: int
) -> dict[str, Any]:
    names = inference.votes.class_names
    return {
        "item_id": int(believed.item_ids[row]),
        "value": project.question.value_of([int(believed.classes[row])], project.schema),
        "probability": float(believed.probability[row]),
        "posterior": _posterior(inference.truth.posterior[position], names),
        "n_votes": int(believed.n_votes[row]),
        "status": STATUSES[int(believed.status[row])].value,
    }


def _posterior(row: Floats, names: list[str]) -> dict[str, float]:
    """The classes that matter with their probabilities; of three hundred classes most have none."""
    shown = np.flatnonzero(row >= min(LEAST_SHOWN_PROBABILITY, float(row.max())))
    return {names[k]: round(float(row[k]), 6) for k in shown}


def names_of(votes: Votes) -> dict[int, str]:
    """Returns the usernames of everybody who answered, by user id."""
    people = get_user_model().objects.filter(pk__in=votes.annotator_ids.tolist())
    return dict(people.values_list("pk", "username"))


def write_report(project: Project, report: dict[str, Any]) -> None:
    """Stores what `agreement/` and `summary` show."""
    values = {"report": report, "updated_at": Now()}
    AgreementReport.objects.update_or_create(project=project, defaults=values)


def write_reports(*, project_id: int, inference: Inference) -> None:
    """Writes everybody's report; people without an answer any more lose theirs. Skill stays empty without evidence."""
    votes, truth = inference.votes, inference.truth
    is_known = truth.n_informative > 0

    def known(column: Floats) -> list[float | None]:
        return [float(value) if known else None for value, known in zip(column, is_known, strict=True)]

    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT_REPORTS,
            {
                "project": project_id,
                "step": AnnotatorReport.SHOWN_EVERY,
                "people": votes.annotator_ids.tolist(),
                "counts": np.bincount(votes.votes[:, 1], minlength=votes.n_annotators).tolist(),
                "accuracies": known(truth.accuracy),
                "lows": known(truth.accuracy_low),
                "highs": known(truth.accuracy_high),
                "odds": truth.random_log_odds.tolist(),
                "medians": _median_seconds(inference),
                "confusions": _confusions(inference),
                "weeks": [json.dumps(weeks) for weeks in weeks_of_people(inference)],
            },
        )
        cursor.execute(
            "DELETE FROM annotation_annotatorreport WHERE project_id = %s AND annotator_id <> ALL(%s)",
            [project_id, votes.annotator_ids.tolist()],
        )


def _median_seconds(inference: Inference) -> list[float | None]:
    """Everybody's median of the measured times; None where nobody measured."""
    votes = inference.votes
    is_measured = np.isfinite(votes.seconds)
    people, seconds = votes.votes[is_measured, 1], votes.seconds[is_measured]
    order = np.lexsort((seconds, people))
    medians: list[float | None] = [None] * votes.n_annotators
    for own in np.split(order, np.flatnonzero(np.diff(people[order])) + 1):
        if len(own):
            medians[int(people[own[0]])] = float(np.median(seconds[own]))
    return medians


def _confusions(inference: Inference) -> list[str]:
    known = inference.truth.skills.confusion.shape[-1] == inference.votes.n_classes
    if not known or inference.votes.n_classes > MOST_CLASSES_IN_CONFUSION:
        return ["[]"] * inference.votes.n_annotators
    matrices = np.round(inference.truth.skills.confusion, 4)[inference.matrix]
    return [json.dumps(matrix) for matrix in matrices.tolist()]
