"""What the labels have bought: the learning curve, labels saved, and whether it pays to go on."""

from collections.abc import Sequence
from typing import Any

from annotation.errors import BadRequest
from annotation.kinds import METRICS as MEASURES
from annotation.kinds import Learner
from annotation.models import Evaluation, ModelVersion, Project
from annotation.queries.given_classes import classes_without_labels
from annotation.queries.learning import no_version_because
from annotation.queries.versions import last_of_other_classes
from annotation.rows import every
from annotation.sentences import Sentence, say, spoken
from modeling.stopping import CurvePoint, StopAdvice, advise, labels_saved

METRICS = ("accuracy", "f1_macro", "f1_rarest")
MEASURE_WORDS = {"accuracy": "accuracy", "closeness": "closeness", "f1_micro": "F1", "entity_f1": "F1 of spans"}
LEAST_PROTECTED = 5
# A curve counts as flat when 100 labels bring less than this, on an interval narrow enough to tell.
FLAT_GAIN = 0.005
CLEAR_WIDTH = 0.15
LEAST_COMPARED = 20
MAX_POINTS = 200
MOST_NAMED = 5

# A long curve is thinned evenly; the newest point of each arm stays.
CURVE = """
    SELECT annotations, arm, metric, estimate, low, high, n,
           CASE WHEN metric = 'accuracy' THEN (version.metrics #> '{agreement,corrected}')::boolean END
    FROM (SELECT *, row_number() OVER newest_first - 1 AS place, count(*) OVER (PARTITION BY arm) AS total
          FROM annotation_evaluation
          WHERE project_id = %(project)s AND metric = %(metric)s AND model_number > %(after)s
          WINDOW newest_first AS (PARTITION BY arm ORDER BY model_number DESC)) point
    LEFT JOIN annotation_modelversion version ON version.project_id = %(project)s AND version.number = model_number
    WHERE place %% (1 + total / %(most)s) = 0
    ORDER BY annotations, model_number, arm
"""
Saved = tuple[dict[str, float] | None, Sentence | None]


def learning_curve(project: Project, *, metric: str | None = None) -> dict[str, Any]:
    """Returns the body of `learning-curve/`: points measured in today's classes (at most about 200 an arm), labels
    saved, and advice.

    `metric` chooses what `points` hold; labels saved and advice go by the kind's own measure, accuracy for `choice`.
    Raises BadRequest for an unknown one.
    """
    main = MEASURES.get(project.question.learner, "accuracy")
    known = dict.fromkeys((main, *METRICS))
    if metric not in {None, *known}:
        raise BadRequest(f"metric must be one of {', '.join(known)}.", fields={"metric": "unknown"})
    after = last_of_other_classes(project)
    points = _points(project, main, after)
    live = Project.objects.filter(pk=project.pk).values("live_model")
    version = ModelVersion.objects.filter(pk__in=live).first()
    metrics: dict[str, Any] = version.metrics if version else {}
    alike = _measured_alike(points)
    saved, because = _saved(alike)
    active = _arm(alike, Evaluation.Arm.ACTIVE)
    compared = metrics.get("stability") or {}
    kappas = compared.get("kappas", [])
    found = advise(kappas, active, target=project.target_accuracy)
    gain = found.expected_gain if active and not _is_vague(active[-1]) else None
    return {
        "points": points if metric in (None, main) else _points(project, metric, after),
        "labels_saved": saved,
        "labels_saved_because": because,
        "labels_saved_said": spoken(because),
        "advice": _guarded(metrics.get("guard"))
        or _incomplete(active, classes_without_labels(project, metrics))
        or _advice(project, found, active, saved, metrics),
        "expected_gain": gain and {"labels": 100, **gain._asdict()},
        "stability": kappas,
        "stability_between": _last_compared(project, compared["number"]) if kappas else None,
        "belief": metrics.get("belief"),
    }


def _last_compared(project: Project, number: int) -> list[int] | None:
    """Returns the versions of the last κ: this one, and that which the one before it named to be compared with next."""
    before = ModelVersion.objects.filter(project=project, number__lt=number).order_by("-number")
    earlier = before.values_list("metrics__stability__number", flat=True).first()
    return [earlier, number] if earlier else None


def _points(project: Project, metric: str, after: int) -> list[dict[str, Any]]:
    names = ("annotations", "arm", "metric", "estimate", "low", "high", "n", "corrected")
    found = every(CURVE, {"project": project.pk, "metric": metric, "after": after, "most": MAX_POINTS})
    return [dict(zip(names, row, strict=True)) for row in found]


def _measured_alike(points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those corrected as the newest is: a jump where correction begins is nothing that labels brought."""
    return [point for point in points if bool(point["corrected"]) == bool(points[-1]["corrected"])]


def _arm(points: Sequence[dict[str, Any]], arm: str, least_measured: int = 0) -> list[CurvePoint]:
    return [
        CurvePoint(point["annotations"], point["estimate"], point["low"], point["high"], point["n"])
        for point in points
        if point["arm"] == arm and point["n"] >= least_measured
    ]


def _saved(points: Sequence[dict[str, Any]]) -> Saved:
    """Compares the arms where both were measured well: a level reached before the other's first point says nothing.

    Returns what was saved, or why that is not known yet.
    """
    active = _arm(points, Evaluation.Arm.ACTIVE, LEAST_COMPARED)
    control = _arm(points, Evaluation.Arm.RANDOM, LEAST_COMPARED)
    if not active or not control:
        most = [max((point["n"] for point in points if point["arm"] == arm), default=0) for arm in Evaluation.Arm]
        english = (
            "Not known yet: each curve needs answers to {needed} random items no model learns from; one has {least}."
        )
        return None, say("saved.too_few", english, needed=LEAST_COMPARED, least=min(most))
    first = max(active[0].n_labels, control[0].n_labels)
    arms = [[point for point in arm if point.n_labels >= first] for arm in (active, control)]
    if min(map(len, arms)) < 2:
        english = "Not known yet: the random control has not been measured with as many labels as the model."
        return None, say("saved.control_behind", english)
    saved = labels_saved(*arms)
    if saved is None:
        return None, say("saved.flat", "Not known yet: one of the two curves has not risen above its first point.")
    return saved._asdict(), None


def _guarded(guard: dict[str, Any] | None) -> dict[str, Any] | None:
    """What is said while the guard holds the model's questions back."""
    if not guard or not guard["fallen_back"]:
        return None
    found = "With {labels} labels each, the model's questions taught {gain:+.1f} points against random ones."
    now = "Questions are random now, but for rare classes; this is looked at again every hundred labels."
    parts = {"labels": guard["n_compared"], "gain": 100 * guard["gain"]}
    return _said("fallen_back", say("advice.fallen_back", f"{found} {now}", **parts))


def _incomplete(active: Sequence[CurvePoint], missing: Sequence[str]) -> dict[str, Any] | None:
    """What is said while the model cannot know a class: however good it looks, nothing says that it is done."""
    if not active or not missing:
        return None
    names = ", ".join([*missing[:MOST_NAMED], *(["…"] if len(missing) > MOST_NAMED else [])])
    english = "Keep going: no item is labelled {classes} yet, so nothing here says how well that would be found."
    return _said("go_on", say("advice.class_missing", english, classes=names))


def _is_vague(last: CurvePoint) -> bool:
    """Whether the newest measurement is too wide to say what more labels bring."""
    return last.high - last.low > CLEAR_WIDTH


def _advice(
    project: Project,
    found: StopAdvice,
    active: Sequence[CurvePoint],
    saved: dict[str, float] | None,
    metrics: dict[str, Any],
) -> dict[str, Any]:
    """A code and sentences that promise nothing that was not measured."""
    if project.question.learner is Learner.NONE:
        return _said("no_measure", no_version_because(project))
    if not active:
        english = (
            "The model is tested on random items that it never learns from; {n} of the {needed} needed have an answer."
            " Settings say how many are drawn: “Random sample”."
        )
        n = int(metrics.get("n_protected", 0))
        return _said("no_measure", say("advice.too_few_protected", english, n=n, needed=LEAST_PROTECTED))
    gain = found.expected_gain
    if gain is None:
        english = "Keep going: too few measurements yet to say what more labels will bring."
        return _said("go_on", say("advice.too_few_measurements", english))
    last = active[-1]
    measure = MEASURES.get(project.question.learner, "accuracy")
    shown = metrics.get("performance") or last._asdict()
    parts = {"measure": measure} | {name: shown[name] for name in ("estimate", "low", "high")}
    if saved is not None and saved["high"] < 0:
        english = f"{_now(measure)} So far the model's questions did not pay more than random ones."
        return _said("no_gain", say("advice.no_gain", english, **parts))
    if _is_vague(last):
        english = (
            f"Keep going: {_now(measure, first=False)} The interval is too wide yet to see what more labels bring."
        )
        return _said("go_on", say("advice.vague", english, **parts))
    parts |= {"points": round(100 * gain.estimate, 1) + 0.0, "target": project.target_accuracy}  # no "-0.0"
    code = found.code if found.code != "go_on" else "flat" if gain.estimate < FLAT_GAIN else "go_on"
    return _said(code, _sentence(code, measure, parts))


def _now(measure: str, *, first: bool = True) -> str:
    words = MEASURE_WORDS[measure]
    return f"{words.capitalize() if first else words} is {{estimate:.0%}} ({{low:.0%}} to {{high:.0%}})."


def _sentence(code: str, measure: str, parts: dict[str, Any]) -> Sentence:
    now, going = _now(measure), _now(measure, first=False)
    expected = "The next 100 labels are expected to add {points:.1f} points, going by the last ones"
    if code == "target_reached":
        reached = "The target of {target:.0%} is within what was measured, and predictions no longer change"
        return say("advice.target_reached", f"{now} {reached}. {expected}: you can stop.", **parts)
    if code == "settled" and parts["target"] is not None:
        return _target_missed(now, expected, parts)
    if code == "settled":
        settled = f"{now} Predictions no longer change. {expected}: stop if this is good enough."
        return say("advice.settled", settled, **parts)
    if code == "flat":
        return say("advice.flat", f"{now} {expected}: consider stopping if this is good enough.", **parts)
    return say("advice.go_on", f"Keep going: {going} {expected}.", **parts)


def _target_missed(now: str, expected: str, parts: dict[str, Any]) -> Sentence:
    """Nothing measured reaches the target; while nobody checks people's answers the model may reach it all the same."""
    if parts["target"] <= parts["high"]:
        unseen = "Predictions no longer change; whether the target of {target:.0%} is reached does not show"
        instead = "have people's answers checked, by second answers or known ones"
        return say("advice.target_unchecked", f"{now} {unseen}. {expected}: {instead}.", **parts)
    missed = "Predictions no longer change, but the target of {target:.0%} is out of sight"
    instead = "look at the classes and at disagreements instead"
    return say("advice.target_missed", f"{now} {missed}. {expected}: {instead}.", **parts)


def _said(code: str, text: Sentence) -> dict[str, Any]:
    return {"code": code, "text": text, "said": spoken(text)}
