"""Parts that the kinds' answers share: their shape, the names of classes, agreement with a merged answer."""

from collections.abc import Callable, Sequence
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.base import Answer, Merged
from annotation.sentences import say, told


def shaped(value: Any, name: str, example: str) -> Any:
    """Returns the one part of an answer; raises InvalidValue for anything but an object with exactly this name."""
    if not isinstance(value, dict) or set(value) != {name}:
        message = say("answer.looks_like", "An answer to this project looks like {example}.", example=example)
        raise InvalidValue(message, fields={"value": told(message.code, "wrong shape", example=example)})
    return value[name]


def checked_class(name: Any, classes: Sequence[str], place: str) -> str:
    """Returns the class; raises InvalidValue naming the place for one that the project does not have."""
    if not isinstance(name, str) or name not in classes:
        shown = ", ".join(list(classes)[:20])
        message = say("answer.class_of", f"{_said(place)}The class must be one of {{classes}}.", classes=shown)
        raise InvalidValue(message, fields={place: say("answer.no_such_class", "not a class of this project")})
    return name


def wrong_mark(what: str, place: str, code: str, english: str, /, **parts: Any) -> InvalidValue:
    """Returns the refusal of one span or box at a place such as value.spans.3.end; its number is among the parts."""
    number = int(place.split(".")[2]) + 1
    said = say(code, english, n=number, **parts)
    return InvalidValue(told(code, f"{what} {number}: {said}.", **said.parts), fields={place: said})


def checked_marks(given: Any, name: str, most: int) -> list[Any]:
    """Returns what is a list of at most so many spans or boxes; raises InvalidValue for anything else."""
    if not isinstance(given, list) or len(given) > most:
        message = say("answer.marks", "{name} is a list, of {most:,} at most.", name=name, most=most)
        raise InvalidValue(message, fields={f"value.{name}": told(message.code, "not such a list", **message.parts)})
    return given


def _said(place: str) -> str:
    """ "value.spans.3.class" → "Span 4: " for a reader; nothing for an answer with a single part."""
    parts = place.split(".")
    number = next((int(part) for part in parts if part.isdigit()), None)
    return "" if number is None else f"At place {number + 1} of {parts[1]}: "


def needed_classes(names: Sequence[str], fewest: int) -> Sequence[str]:
    """Returns the names; raises InvalidValue for fewer than are needed."""
    if len(names) < fewest:
        message = say("classes.at_least", "At least {n} are needed.", n=fewest)
        english = f"Projects of this kind have classes. {message}"
        raise InvalidValue(told(message.code, english, **message.parts), fields={"classes": message})
    return names


def no_classes(names: Sequence[str]) -> Sequence[str]:
    if names:
        message = say("classes.none", "Projects of this kind have no classes.")
        raise InvalidValue(message, fields={"classes": message})
    return names


def agreement(
    value: dict[str, Any],
    answers: Sequence[Answer],
    weights: Sequence[float],
    distance: Callable[[Answer, Answer], float],
) -> Merged:
    """Returns the value with the weighted mean of how close the answers are to it."""
    close = sum(weight * (1 - distance(one, value)) for one, weight in zip(answers, weights, strict=True))
    return Merged(value, min(1.0, max(0.0, close / sum(weights))))


def heaviest(answers: Sequence[Answer], weights: Sequence[float], key: Callable[[Answer], Any]) -> Answer:
    """Returns an answer of the group with most weight, the first by `key` among equals."""
    total: dict[Any, float] = {}
    for one, weight in zip(answers, weights, strict=True):
        total[key(one)] = total.get(key(one), 0.0) + weight
    chosen = min(total, key=lambda name: (-round(total[name], 12), name))
    return next(one for one in answers if key(one) == chosen)
