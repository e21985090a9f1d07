"""How probably an answer is wrong, by what is believed of its item."""

from collections.abc import Callable, Mapping

from annotation.kinds.base import ONE_COLUMN, Answer, Kind, Learner, Schema


def probability_wrong(kind: Kind, answer: Answer, posterior: Mapping[str, float], schema: Schema) -> float | None:
    """Returns the probability, by what is believed of each column (those that are left out: 0).

    Of a set of classes it is right only where every class is. None where nothing is believed, for an answer whose class
    is gone, and for kinds whose answers are right in part (spans, boxes, texts).
    """
    named = kind.targets(answer, schema) if posterior else None
    if named is None:
        return None
    columns = kind.columns(schema)
    if kind.learner in ONE_COLUMN:
        return 1 - posterior.get(columns[named[0]], 0.0)
    if kind.learner is not Learner.SIGMOID:
        return None
    right = 1.0
    for k, name in enumerate(columns):
        believed = posterior.get(name, 0.0)
        right *= believed if k in named else 1 - believed
    return 1 - right


def renamed_posterior(
    kind: Kind, posterior: Mapping[str, float], rename: Callable[[str], str | None]
) -> dict[str, float]:
    """Returns what is believed of each column under its new name; what is gone (`rename` says None) is left out.

    Columns that became one are believed as their sum; of sets of classes, that one or the other is in it, as if they
    were independent.
    """
    found: dict[str, float] = {}
    for name, p in posterior.items():
        if (today := rename(name)) is not None:
            before = found.get(today, 0.0)
            found[today] = before + p - before * p if kind.learner is Learner.SIGMOID else before + p
    return found
