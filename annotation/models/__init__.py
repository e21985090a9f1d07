"""Tables and their constraints."""

from annotation.models.invitations import Invitation
from annotation.models.items import GoldAnswer, Item, Prediction, Stream
from annotation.models.labeling import Annotation, AnnotationRevision, Assignment
from annotation.models.learning import (
    Evaluation,
    FeatureShard,
    ModelVersion,
    QueueEntry,
    Representation,
    VectorBatch,
)
from annotation.models.outbox import (
    AuditEvent,
    Heartbeat,
    IdempotencyKey,
    Job,
    MetricSeries,
    Topic,
    WorkLane,
    WorkRequest,
)
from annotation.models.people import LANGUAGES, Preferences
from annotation.models.projects import (
    MULTILABEL_STRATEGIES,
    ApiToken,
    GuidelineVersion,
    Membership,
    Project,
    QueueSource,
    Role,
    Strategy,
    Suggestions,
)
from annotation.models.quality import AgreementReport, AnnotatorReport, Consensus, Flag, QualityVersion, SecondOpinion
from annotation.models.reviewing import Comment, Mention, Review
from annotation.models.tallies import ConfidenceTally, Tally

__all__ = [
    "LANGUAGES",
    "MULTILABEL_STRATEGIES",
    "AgreementReport",
    "Annotation",
    "AnnotationRevision",
    "AnnotatorReport",
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "Comment",
    "ConfidenceTally",
    "Consensus",
    "Evaluation",
    "FeatureShard",
    "Flag",
    "GoldAnswer",
    "GuidelineVersion",
    "Heartbeat",
    "IdempotencyKey",
    "Invitation",
    "Item",
    "Job",
    "Membership",
    "Mention",
    "MetricSeries",
    "ModelVersion",
    "Prediction",
    "Preferences",
    "Project",
    "QualityVersion",
    "QueueEntry",
    "QueueSource",
    "Representation",
    "Review",
    "Role",
    "SecondOpinion",
    "Strategy",
    "Stream",
    "Suggestions",
    "Tally",
    "Topic",
    "VectorBatch",
    "WorkLane",
    "WorkRequest",
]
