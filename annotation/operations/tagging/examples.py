"""What a training of the tagger looks at: everybody's spans, known answers and the texts, all of one moment."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Max, Min

from annotation.models import (
    Annotation,
    AnnotatorReport,
    GoldAnswer,
    ModelVersion,
    Project,
    Representation,
    Review,
    Stream,
)
from annotation.operations.examples import Bools, Floats, Ints, newest_revision, random_draws
from annotation.operations.outbox import LaneClaim, waiting_requests
from annotation.operations.shards import texts_of
from annotation.snapshots import snapshot
from modeling.tagging.spans import Span, tags_of, token_targets
from modeling.tagging.tagger import n_tags
from modeling.tagging.tokens import TokenizedTexts, tokenize_with_places

Spans = list[Span]
LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class SeenSpans:
    """The answers of one moment by item (`item_ids` rises): readings with their authors' weights, and what they amount
    to.

    The training that looked at them settles `request_ids` and makes version `number`.
    """

    project: Project
    request_ids: list[int]
    n_annotations: int
    trained_through: int
    item_ids: Ints
    texts: list[str]
    readings: list[list[Spans]]
    weights: list[list[float]]
    merged: list[Spans]
    is_protected: Bools
    is_shuffled: Bools
    answered_at: npt.NDArray[np.float64]
    representation: Representation | None
    live: ModelVersion | None
    number: int

    @property
    def class_names(self) -> list[str]:
        return self.project.class_names


def look_at_spans(claim: LaneClaim) -> SeenSpans:
    """Reads everything in one snapshot."""
    with snapshot():
        project = Project.objects.select_related("live_model").get(pk=claim.project_id)
        request_ids, live = waiting_requests(claim), project.live_model
        answers, known, skills = _answers(project), _known(project), _skills(project)
        item_ids = np.array(sorted({*answers, *known}), dtype=np.int64)
        said = [_said(answers.get(item, []), known.get(item), skills) for item in item_ids.tolist()]
        draws = random_draws(project)
        newest = newest_revision(project, request_ids, live)
        return SeenSpans(
            project=project,
            request_ids=request_ids,
            n_annotations=Annotation.objects.filter(project=project).count(),
            trained_through=max(live.trained_through if live else 0, newest),
            item_ids=item_ids,
            texts=texts_of(item_ids),
            readings=[[spans_in(value, project.class_names) for value in values] for values, _ in said],
            weights=[weights for _, weights in said],
            merged=[_merged(project, values, weights) for values, weights in said],
            is_protected=np.isin(item_ids, draws[Stream.RANDOM]),
            is_shuffled=np.isin(item_ids, draws[Stream.SHUFFLE]),
            answered_at=_first_answers(project, item_ids),
            representation=Representation.objects.filter(project=project, is_live=True).first(),
            live=live,
            number=(ModelVersion.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0) + 1,
        )


def spans_in(value: dict[str, Any], class_names: list[str]) -> Spans:
    """Returns the spans of an answer; those whose class is gone are left out."""
    place = {name: k for k, name in enumerate(class_names)}
    return [Span(one["start"], one["end"], place[one["class"]]) for one in value["spans"] if one["class"] in place]


def _answers(project: Project) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    rows = Annotation.objects.filter(project=project).order_by("created_at", "id")
    found = defaultdict(list)
    for item, person, value, version in rows.values_list(
        "item_id", "annotator_id", "value", "schema_version"
    ).iterator():
        found[item].append((person, project.today(value, version) or {"spans": []}))
    return found


def _first_answers(project: Project, item_ids: Ints) -> npt.NDArray[np.float64]:
    """When each item was first answered, in epoch seconds; infinite for gold that nobody was asked about."""
    rows = Annotation.objects.filter(project=project).values_list("item_id").annotate(first=Min("created_at"))
    first = {item: at.timestamp() for item, at in rows}
    return np.array([first.get(item, np.inf) for item in item_ids.tolist()])


def _known(project: Project) -> dict[int, dict[str, Any]]:
    """Verdicts of reviewers and gold answers by item; of both, gold holds."""
    verdicts = Review.objects.filter(project=project, undone_at=None, value__isnull=False)
    gold = GoldAnswer.objects.filter(project=project)
    return {
        item: project.today(value or {}, version) or {"spans": []}
        for rows in (verdicts, gold)
        for item, value, version in rows.values_list("item_id", "value", "schema_version")
    }


def _skills(project: Project) -> dict[int, float]:
    """Everybody's accuracy as far as it is known, against the best one's."""
    reports = AnnotatorReport.objects.filter(project=project, accuracy__gt=0)
    found = [(person, accuracy or 0.0) for person, accuracy in reports.values_list("annotator_id", "accuracy")]
    best = max((skill for _, skill in found), default=1.0)
    return {person: skill / best for person, skill in found}


def _said(
    answers: Iterable[tuple[int, dict[str, Any]]], known: dict[str, Any] | None, skills: dict[int, float]
) -> tuple[list[dict[str, Any]], list[float]]:
    """What to learn of one item: the known answer alone, else everybody's with their skill."""
    if known is not None:
        return [known], [1.0]
    pairs = [(value, max(skills.get(person, 1.0), LEAST_WEIGHT)) for person, value in answers]
    return [value for value, _ in pairs], [weight for _, weight in pairs]


def _merged(project: Project, values: list[dict[str, Any]], weights: list[float]) -> Spans:
    return spans_in(project.question.merge(values, weights, project.schema).value, project.class_names)


@dataclass(frozen=True)
class TaggedTexts:
    """Tokens of some texts with soft targets (n_tokens, n_tags), their weights (n_tokens,), and the merged spans."""

    tokens: TokenizedTexts
    targets: Floats
    weights: Floats
    spans: list[Spans]

    def only(self, texts: Ints) -> "TaggedTexts":
        """Returns a part of the texts."""
        rows = self.tokens.rows_of(texts)
        spans = [self.spans[int(text)] for text in texts]
        return TaggedTexts(self.tokens.only(texts), self.targets[rows], self.weights[rows], spans)


def tagged(seen: SeenSpans) -> TaggedTexts:
    """Returns the texts as the tagger learns them: each token's target is the weighted share of people who say a tag.

    A text weighs as much as its best annotator.
    """
    tokens = tokenize_with_places(seen.texts)
    width = n_tags(len(seen.class_names))
    targets = np.zeros((len(tokens.word_of), width), dtype=np.float32)
    weights = np.ones(len(targets), dtype=np.float32)
    for text, (readings, shares) in enumerate(zip(seen.readings, seen.weights, strict=True)):
        first, last = tokens.offsets[text], tokens.offsets[text + 1]
        own = tokens.only(np.array([text]))
        tags = [tags_of(own, [reading]) for reading in readings]
        targets[first:last] = token_targets(tags, [share / sum(shares) for share in shares], width)
        weights[first:last] = max(shares)
    return TaggedTexts(tokens, targets, weights, seen.merged)
