"""What answers beyond one class are worth: the quality lane of `multichoice`, `spans`, `boxes` and `text`."""

import json
import time

from django.db import connection, transaction

from annotation.arrays import STATUSES, Answers, load_answers
from annotation.kinds import Learner
from annotation.models import Project
from annotation.operations.answer_suspicions import suspicious_answers
from annotation.operations.flags import raise_flags
from annotation.operations.graded_agreement import answer_pairs, graded_agreement
from annotation.operations.graded_judge import judge_graded
from annotation.operations.inference import summary_of
from annotation.operations.judgement import Crowd, Judgement, judged
from annotation.operations.outbox import LaneClaim, require_lane, settle_lane, waiting_requests
from annotation.operations.pausing import pause_by_rule
from annotation.operations.people_suspicions import suspicious_people
from annotation.operations.period_report import guideline_versions, period_report
from annotation.operations.quality_rows import CHUNK, UPSERT_CONSENSUS, names_of, write_report, write_reports
from annotation.operations.second_opinions import publish_doubtful
from annotation.operations.set_judge import judge_sets
from annotation.snapshots import snapshot
from modeling.error_range import scales_by_confidence


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
    pairs = answer_pairs(found.crowd)
    report = {
        "agreement": graded_agreement(found.crowd, pairs, names, seed=project.seed),
        "summary": summary_of(found.beliefs, found.mistakes),
        "error_scales": scales_by_confidence(found.beliefs.probability, found.mistakes) if found.mistakes else [],
        "model_weight": 0.0,
        "schema_version": project.schema_version,
        "seconds": round(time.monotonic() - started, 3),
    } | period_report(answers.votes, versions, pairs)
    suspicions = [*suspicious_answers(found, names), *suspicious_people(found.inference, names)]
    with transaction.atomic():
        require_lane(claim)
        _write_consensus(project.pk, found)
        write_reports(project_id=project.pk, inference=found.inference)
        raise_flags(project_id=project.pk, suspicions=suspicions)
        pause_by_rule(project)
        publish_doubtful(project=project, beliefs=found.beliefs)
        write_report(project, report)
        settle_lane(claim, request_ids)


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
            cursor.execute(UPSERT_CONSENSUS, {"project": project_id, "rows": json.dumps(rows[start : start + CHUNK])})
        gone = "DELETE FROM annotation_consensus WHERE project_id = %s AND item_id <> ALL(%s)"
        cursor.execute(gone, [project_id, beliefs.item_ids.tolist()])
