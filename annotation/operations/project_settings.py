"""The settings of a project: which there are, and what may stand in them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.db.models.fields.json import HasKey

from annotation.callables import strategy_refusal
from annotation.classifiers import classifier_refusals
from annotation.errors import InvalidValue
from annotation.kinds import Learner
from annotation.models import Item, Project, QueueSource, Suggestions
from annotation.representations import representation_refusal, unread_refusal
from annotation.sentences import say, told

# Each setting with its type and its range; what is not here does not exist.
OPTIONAL = {"predict_to_queue_below", "target_accuracy"}
RANGES: dict[str, tuple[type, float, float]] = {
    "overlap": (int, 1, 100),
    "max_votes": (int, 1, 100),
    "lease_seconds": (int, 5, 7 * 24 * 3600),
    "target_accuracy": (float, 0.01, 1),
    "predict_to_queue_below": (float, 0.01, 1),
    "random_rate": (float, 0, 1),
    "gold_rate": (float, 0, 1),
    "training_items": (int, 0, 100),
    "training_pass_mark": (float, 0, 1),
    "target_confidence": (float, 0.5, 1),
    "overlap_share": (float, 0, 1),
    "relabel_rate": (float, 0, 1),
    "pause_at_odds": (float, 0, 1e9),
}
SWITCHES = ("spans_overlap", "cost_aware", "show_names", "blind_review", "paused")
# So many items are looked at for whether a project shows texts or images.
FIRST_ITEMS = 100
OF_TEXTS = (Learner.TAGGER, Learner.PREFERENCE)
SETTINGS = (
    *RANGES,
    "suggestions",
    "strategy",
    "classifier",
    "classifier_params",
    *SWITCHES,
    "representation",
    "queue_source",
)


def checked_settings(given: Any, project: Project, user: User) -> dict[str, Any]:
    """Returns the given settings, checked against the project's others. Raises InvalidValue."""
    if not isinstance(given, dict):
        raise InvalidValue("settings must be an object.", fields={"settings": "not an object"})
    wrong = {f"settings.{name}": "there is no such setting" for name in given if name not in SETTINGS}
    for name, (kind, low, high) in RANGES.items():
        if name in given and not (given[name] is None and name in OPTIONAL) and not _fits(given[name], kind, low, high):
            what = f"must be {'a whole number' if kind is int else 'a number'} from {{low}} to {{high}}"
            code = "setting.whole" if kind is int else "setting.number"
            wrong[f"settings.{name}"] = say(code, f"{what}{' or null' if name in OPTIONAL else ''}", low=low, high=high)
    for name in SWITCHES:
        if name in given and not isinstance(given[name], bool):
            wrong[f"settings.{name}"] = say("setting.switch", "must be true or false")
    if "strategy" in given and (refusal := strategy_refusal(given["strategy"], project.kind)):
        wrong["settings.strategy"] = refusal
    wrong |= _source_refusals(given, project, user)
    named = _classifier(given, project)
    wrong |= classifier_refusals(**named, kind=project.kind)
    if wrong:
        raise InvalidValue(say("settings", "Some settings do not fit."), fields=wrong)
    overlap = given.get("overlap", project.overlap)
    follows = "max_votes" not in given and "overlap" in given and project.max_votes == project.overlap
    max_votes = overlap if follows else given.get("max_votes", project.max_votes)
    if max_votes < overlap:
        message = say("setting.max_votes", "max_votes cannot be smaller than overlap.", least=overlap)
        at_least = told("setting.at_least", f"must be at least {overlap}", n=overlap)
        raise InvalidValue(message, fields={"settings.max_votes": at_least})
    return dict(given) | {"max_votes": max_votes, "classifier": named["name"], "classifier_params": named["params"]}


def _classifier(given: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """Returns the classifier and its settings; those of another classifier are not kept."""
    name = given.get("classifier", project.classifier)
    kept = project.classifier_params if name == project.classifier else {}
    return {"name": name, "params": given.get("classifier_params", kept)}


def _source_refusals(given: Mapping[str, Any], project: Project, user: User) -> dict[str, str]:
    """Returns what is wrong with where vectors, the queue and suggestions are to come from."""
    wrong = {}
    if given.get("representation", project.representation) != project.representation:
        wrong = _representation_refusal(given["representation"], project, user)
    if given.get("queue_source", QueueSource.MODEL) not in QueueSource.values:
        wrong["settings.queue_source"] = f"must be one of {', '.join(QueueSource.values)}"
    if given.get("suggestions", Suggestions.GIVEN) not in Suggestions.values:
        wrong["settings.suggestions"] = f"must be one of {', '.join(Suggestions.values)}"
    return wrong


def _representation_refusal(name: Any, project: Project, user: User) -> dict[str, str]:
    """Returns what is wrong with how vectors are to be made; whether it reads the items, the first ones tell."""
    if refusal := representation_refusal(name, by_operator=user.is_superuser):
        return refusal
    first = Item.objects.filter(project_id=project.pk).order_by("pk")[:FIRST_ITEMS]
    shown = list(first.values_list("length", HasKey(F("data"), "image")))  # the length is that of the text
    has_texts = any(length for length, _ in shown) or project.question.learner in OF_TEXTS
    return unread_refusal(name, has_texts=has_texts, has_images=any(has_image for _, has_image in shown))


def _fits(value: Any, kind: type, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    return low <= value <= high
