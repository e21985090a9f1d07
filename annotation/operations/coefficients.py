"""A coefficient of agreement as a report carries it, with the reason where it is not defined."""

from typing import Any

from annotation.sentences import spoken, told
from modeling import agreement, graded_agreement, mark_agreement
from modeling.agreement import Coefficient

NOT_GRADED = "answers of this kind are more or less alike, which this coefficient does not count"
TOO_MANY_PEOPLE = "too many people, and so too many pairs of them"
REASONS = {
    agreement.NO_PAIRS: "undefined.no_pairs",
    agreement.ONE_CLASS: "undefined.one_class",
    agreement.NO_DISTANCE: "undefined.no_distance",
    agreement.UNEQUAL: "undefined.unequal",
    graded_agreement.ONE_ANSWER: "undefined.one_answer",
    mark_agreement.NO_MARKS: "undefined.no_marks",
    NOT_GRADED: "undefined.not_graded",
    TOO_MANY_PEOPLE: "undefined.too_many_people",
}


def shown_coefficient(one: Coefficient) -> dict[str, Any]:
    """Returns value and interval; where there is none the reason in English, and beside it the reason's code."""
    because = one.undefined_because
    said = spoken(told(REASONS[because], because)) if because in REASONS else None
    return {"value": one.value, "low": one.low, "high": one.high, "undefined_because": because, "undefined_said": said}
