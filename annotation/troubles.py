"""What a lane of work keeps of its failure, and how the page says it."""

from annotation.errors import DomainError
from annotation.sentences import Sentence, say

WORKER_DIED = "The worker died at it."
NO_VECTORS = "No vectors were uploaded yet."
LONGEST = 2_000


def reportable(text: str) -> str:
    """Returns a text from outside as a report may carry it: what UTF-8 or PostgreSQL cannot hold becomes a ?."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def kept(error: Exception) -> str:
    """Returns what is stored of a failure: a refusal's own words, else the exception's name before its text."""
    return reportable(error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}")[:LONGEST]


def why_training_fails(stored: str | None) -> Sentence | None:
    """Returns in a sentence why the last training failed, and what comes next; None where nothing is stored."""
    if not stored:
        return None
    if stored == WORKER_DIED:
        english = "The worker died at the training, perhaps for want of memory. It is tried again by itself."
        return say("training.worker_died", english)
    if stored == NO_VECTORS:
        return say("training.no_vectors", "No vectors were uploaded yet. The training waits for them.")
    return say("training.failed", "The training failed and is tried again by itself. Its error: {why}", why=stored)


def why_ranking_fails(stored: str | None) -> Sentence | None:
    """Returns in a sentence why the questions were not ranked, and what comes next; None where nothing is stored."""
    if not stored:
        return None
    english = "The questions could not be ranked and stay as they were; it is tried again by itself. The error: {why}"
    return say("ranking.failed", english, why=stored)


def why_not_the_classifier(stored: str | None) -> Sentence | None:
    """Returns in a sentence why the classifier that the project names is not the one in use; None where it is."""
    if not stored:
        return None
    english = "The classifier that the project names is not in use; the built-in one stands in. The reason: {why}"
    return say("classifier.refused", english, why=stored)


def why_nothing_is_learned(n_trained: int | None) -> Sentence | None:
    """Returns in a sentence why a model knows nothing, whatever was answered; None where it has learned from items."""
    if n_trained != 0:
        return None
    english = (
        "Every answer belongs to the random sample, from which no model learns. Lower the share of the random sample;"
        " the strategy “random” asks at random and learns."
    )
    return say("training.nothing_taught", english)
