"""What the answers are worth: infer_quality turns votes into consensus, reports and flags."""

import time

from django.db import transaction

from annotation.arrays import load_consensus, load_votes, protected_items
from annotation.kinds import ONE_COLUMN, Learner
from annotation.models import Project
from annotation.operations.agreement_report import agreement_report
from annotation.operations.answer_quality import infer_answers
from annotation.operations.copying_suspicions import copying_people
from annotation.operations.flags import raise_flags
from annotation.operations.inference import Inference, consensus_of, infer_truth, mistakes_by_item, summary_of
from annotation.operations.live_quality import keep_version, update_items
from annotation.operations.outbox import LaneClaim, require_lane, settle_lane, waiting_requests
from annotation.operations.pausing import pause_by_rule
from annotation.operations.people_suspicions import careless_people, suspicious_people
from annotation.operations.period_report import class_report, guideline_versions, period_report
from annotation.operations.quality_rows import names_of, write_consensus, write_report, write_reports
from annotation.operations.second_opinions import publish_second_opinions
from annotation.operations.suspicions import Suspicion, confused_classes, suspicious_labels
from annotation.queries.quality import consensus_schema
from annotation.snapshots import snapshot
from modeling.error_range import scales_by_confidence


def infer_quality(claim: LaneClaim) -> None:
    """Infers truth, skills, agreement and flags from the votes of one moment, and stores them in one transaction.

    Reads in a snapshot, computes without a transaction, and leaves what it wrote only while the lane's epoch is still
    the claim's: otherwise raises StaleEpoch and leaves everything as it was. The lane's row is locked for the last step
    alone: at a million answers writing takes longer than a lease. A second run on the same votes changes nothing. In
    a large project a few answers are looked at by themselves (live_quality).
    """
    question = Project.objects.get(pk=claim.project_id).question
    if question.learner not in ONE_COLUMN:
        infer_answers(claim)
        return
    if update_items(claim):
        return
    started = time.monotonic()
    with snapshot():
        project = Project.objects.get(pk=claim.project_id)
        request_ids = waiting_requests(claim)
        votes, stored, protected = load_votes(project), load_consensus(project), protected_items(project)
        names, versions = names_of(votes), guideline_versions(project)
        is_of_today = consensus_schema(project) == project.schema_version
    inference = infer_truth(project, votes, protected)
    believed = consensus_of(inference, target_confidence=project.target_confidence)
    mistakes = mistakes_by_item(inference)
    report = {
        "agreement": agreement_report(votes, names, seed=project.seed, is_ordinal=question.learner is Learner.ORDINAL),
        "summary": summary_of(believed, mistakes),
        "classes": class_report(project, believed, mistakes),
        "error_scales": scales_by_confidence(believed.probability, mistakes),
        "model_weight": inference.voice.weight if inference.voice else 0.0,
        "schema_version": project.schema_version,
    } | period_report(votes, versions)
    suspicions = _suspicions(inference, names)
    with transaction.atomic():
        require_lane(claim)
        write_consensus(project=project, inference=inference, believed=believed, stored=stored, anew=not is_of_today)
        write_reports(project_id=project.pk, inference=inference)
        keep_version(project=project, inference=inference)
        raise_flags(project_id=project.pk, suspicions=suspicions)
        pause_by_rule(project)
        publish_second_opinions(project=project, inference=inference)
        write_report(project, report | {"seconds": round(time.monotonic() - started, 3)})
        settle_lane(claim, request_ids)


def _suspicions(inference: Inference, names: dict[int, str]) -> list[Suspicion]:
    careless = careless_people(inference)
    return [
        *suspicious_labels(inference, names),
        *suspicious_people(inference, names),
        *confused_classes(inference, careless),
        *copying_people(inference, names),
    ]
