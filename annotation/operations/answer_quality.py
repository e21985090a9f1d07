"""What answers beyond one class are worth: the quality lane of `multichoice`, `spans`, `boxes` and `text`."""

import itertools
import json
import time
from typing import Any

import numpy as np
from django.db import connection, transaction

from annotation.arrays import STATUSES, Answers, load_answers
from annotation.kinds import Learner
from annotation.models import Project
from annotation.operations.agreement_report import ENOUGH_ITEMS
from annotation.operations.answer_suspicions import suspicious_answers
from annotation.operations.flags import raise_flags
from annotation.operations.graded_judge import judge_graded
from annotation.operations.inference import error_scale, summary_of
from annotation.operations.judgement import Crowd, Judgement, judged
from annotation.operations.outbox import LaneClaim, settle_lane, waiting_requests
from annotation.operations.people_suspicions import suspicious_people
from annotation.operations.period_report import guideline_versions, period_report
from annotation.operations.quality_rows import names_of, write_report, write_reports
from annotation.operations.set_judge import judge_sets
from annotation.operations.tagging.agreement import span_agreement
from annotation.snapshots import snapshot
from modeling.agreement import Coefficient
from modeling.graded_agreement import graded_alpha

CHUNK = 10_000
MOST_PAIRS = 2_000
NOT_GRADED = "answers of this kind are more or less alike, which this coefficient does not count"

UPSERT = """
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
    WHERE (old.value, old.probability, old.n_votes, old.status)
      IS DISTINCT FROM (excluded.value, excluded.probability, excluded.n_votes, excluded.status)
"""


def judge(project: Project, answers: Answers) -> Judgement:
    """Returns what is believed of items and people: class by class for sets, by closeness for the others."""
    crowd = Crowd(project.question, project.schema, answers)
    ways = judge_sets if project.question.learner is Learner.SIGMOID else judge_graded
    return judged(crowd, ways(crowd), target_confidence=project.target_confidence)


def infer_answers(claim: LaneClaim) -> None:
    """Does for these kinds what `quality.infer_quality` does for one class, under the same promises."""
    started = time.monotonic()
    with snapshot():
        project = Project.objects.get(pk=claim.project_id)
        request_ids = waiting_requests(claim)
        answers = load_answers(project)
        names, versions = names_of(answers.votes), guideline_versions(project)
    found = judge(project, answers)
    report = {
        "agreement": graded_agreement(found.crowd, seed=project.seed),
        "summary": summary_of(found.inference, found.beliefs),
        "error_scale": error_scale(found.inference),
        "model_weight": 0.0,
        "seconds": round(time.monotonic() - started, 3),
    } | period_report(answers.votes, versions)
    suspicions = [*suspicious_answers(found, names), *suspicious_people(found.inference, names)]
    with transaction.atomic():
        settle_lane(claim, request_ids)
        _write_consensus(project.pk, found)
        write_reports(project_id=project.pk, inference=found.inference)
        raise_flags(project_id=project.pk, suspicions=suspicions)
        write_report(project, report)


def _write_consensus(project_id: int, found: Judgement) -> None:
    beliefs = found.beliefs
    names = (beliefs.item_ids, found.values, beliefs.probability, found.posteriors, beliefs.n_votes, beliefs.status)
    columns = zip(*names, strict=True)
    rows = [
        {
            "item_id": int(item),
            "value": value,
            "probability": round(float(probability), 6),
            "posterior": posterior,
            "n_votes": int(n_votes),
            "status": STATUSES[int(status)].value,
        }
        for item, value, probability, posterior, n_votes, status in columns
    ]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), CHUNK):
            cursor.execute(UPSERT, {"project": project_id, "rows": json.dumps(rows[start : start + CHUNK])})
        gone = "DELETE FROM annotation_consensus WHERE project_id = %s AND item_id <> ALL(%s)"
        cursor.execute(gone, [project_id, beliefs.item_ids.tolist()])


def graded_agreement(crowd: Crowd, *, seed: int) -> dict[str, Any]:
    """Returns what `agreement/` shows: the mean closeness of pairs of answers, and α by the kind's distance."""
    rng = np.random.default_rng(seed)
    votes = crowd.answers.votes.votes
    shared = [rows for _, rows in crowd.rows_by_item() if len(rows) > 1]
    within, n_votes = np.array([_mean_distance(crowd, rows) for rows in shared]), np.array([len(r) for r in shared])
    pairable = votes[np.concatenate(shared), 2] if shared else votes[:0, 2]
    alpha = graded_alpha(within, n_votes, _expected_distance(crowd, pairable, rng), rng=rng)
    n_pairs = n_votes * (n_votes - 1)
    undefined = Coefficient(None, undefined_because=NOT_GRADED)
    by_span = span_agreement(crowd, shared) if crowd.kind.learner is Learner.TAGGER else {}
    coefficients = dict.fromkeys(("cohen_kappa", "fleiss_kappa", "gwet_ac1", "scott_pi"), undefined)
    return {
        "items_with_overlap": len(shared),
        "percent": float(1 - within @ n_pairs / n_pairs.sum()) if shared else None,
        "coefficients": {
            name: {"value": one.value, "low": one.low, "high": one.high, "undefined_because": one.undefined_because}
            for name, one in ({"krippendorff_alpha": alpha} | by_span | coefficients).items()
        },
        "confused_pairs": [],
        "enough_overlap": len(shared) >= ENOUGH_ITEMS,
    } | {name: [] for name in ("by_class", "by_person", "by_pair", "by_week")}


def _mean_distance(crowd: Crowd, rows: Any) -> float:
    answers = [crowd.value(int(number)) for number in crowd.answers.votes.votes[rows, 2]]
    pairs = list(itertools.combinations(answers, 2))
    return sum(crowd.distance(one, other) for one, other in pairs) / len(pairs)


def _expected_distance(crowd: Crowd, numbers: Any, rng: np.random.Generator) -> float:
    """The mean distance of two answers drawn from all, over all pairs when they are few, else over 2,000 of them."""
    n = len(numbers)
    if n < 2:
        return 0.0
    if n * (n - 1) // 2 <= MOST_PAIRS:
        pairs = np.array(list(itertools.combinations(range(n), 2)))
    else:
        first = rng.integers(n, size=MOST_PAIRS)
        pairs = np.column_stack([first, (first + rng.integers(1, n, size=MOST_PAIRS)) % n])
    apart = [crowd.distance(crowd.value(int(numbers[a])), crowd.value(int(numbers[b]))) for a, b in pairs]
    return float(np.mean(apart))
