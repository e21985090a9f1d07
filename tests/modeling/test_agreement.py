"""Agreement coefficients: worked by hand, against reference cases where they lie beside the project, undefined."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from modeling.agreement import (
    NO_DISTANCE,
    NO_PAIRS,
    ONE_CLASS,
    Coefficient,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from modeling.confusion import ConfusedPair, confused_pairs, items_with_both
from modeling.distances import (
    interval_distances,
    ordinal_distances,
    ratio_distances,
    set_distance,
    set_distances,
)
from modeling.kappa import cohen_kappa, scott_pi
from modeling.mark_agreement import character_f1, exact_f1, matched_f1, relaxed_f1
from modeling.overlap import iou

# Beside the project, or beside the folder it lies in.
PLACES = [parent / "shared" / "data" / "agreement-reference.json" for parent in Path(__file__).parents[3:]]
REFERENCE = next((place for place in PLACES if place.exists()), PLACES[0])


def votes_of(*observers: list[Any]) -> tuple[np.ndarray, int]:
    """One list of answers a person, None where there is none → votes and the number of classes."""
    classes = sorted({answer for answers in observers for answer in answers if answer is not None}, key=str)
    rows = [
        (item, person, classes.index(answer))
        for person, answers in enumerate(observers)
        for item, answer in enumerate(answers)
        if answer is not None
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3), len(classes)


def test_fifty_items_by_hand() -> None:
    """20 both yes, 15 both no, 5 yes-no, 10 no-yes: observed 0.70; chance 0.5·0.6 + 0.5·0.4 = 0.50; κ = 0.40."""
    votes, k = votes_of(list("y" * 25 + "n" * 25), list("y" * 20 + "n" * 5 + "y" * 10 + "n" * 15))
    assert percent_agreement(votes) == pytest.approx(0.7)
    assert cohen_kappa(votes, k).value == pytest.approx(0.4)
    # AC1: mean share of yes 0.55, chance 2 · 0.55 · 0.45 = 0.495
    assert gwet_ac1(votes, k).value == pytest.approx((0.7 - 0.495) / (1 - 0.495))
    # α: 55 yes and 45 no of 100; expected 2·55·45 / 99 = 50, observed 2·15 = 30
    assert krippendorff_alpha(votes, k).value == pytest.approx(1 - 30 / 50)
    # Fleiss: chance 0.55² + 0.45² = 0.505
    assert fleiss_kappa(votes, k).value == pytest.approx((0.7 - 0.505) / (1 - 0.505))


def test_alpha_with_missing_answers_by_hand() -> None:
    """Items aab, ab, b: the last is left out. Do = 4/2 + 2/1 = 4, n = 5, 3 a and 2 b: De = 12/4 = 3, α = -1/3."""
    votes, k = votes_of(["a", "a", None], ["a", "b", None], ["b", None, "b"])
    assert krippendorff_alpha(votes, k).value == pytest.approx(-1 / 3)
    # percent: (1/3 + 0) / 2
    assert percent_agreement(votes) == pytest.approx(1 / 6)


def test_perfect_and_opposite() -> None:
    same, k = votes_of([0, 1, 2, 0], [0, 1, 2, 0])
    assert [f(same, k).value for f in (cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha)] == [1.0] * 4
    opposite, k = votes_of([0, 1, 0, 1], [1, 0, 1, 0])
    assert cohen_kappa(opposite, k).value == pytest.approx(-1)


def test_undefined_says_why() -> None:
    lone, k = votes_of([0, 1, None], [None, None, 1])
    for coefficient in (cohen_kappa, gwet_ac1, krippendorff_alpha, fleiss_kappa):
        assert coefficient(lone, k) == Coefficient(None, undefined_because=NO_PAIRS)
    assert percent_agreement(lone) is None
    unanimous, _ = votes_of([0, 0, 0], [0, 0, 0])
    for coefficient in (cohen_kappa, krippendorff_alpha, fleiss_kappa):
        assert coefficient(unanimous, 2) == Coefficient(None, undefined_because=ONE_CLASS)
    empty = np.zeros((0, 3), dtype=np.int64)
    assert krippendorff_alpha(empty, 3).value is None
    assert percent_agreement(empty) is None
    uneven, k = votes_of([0, 1, 0], [0, 1, 1], [0, 1, None])
    assert "unequal" in (fleiss_kappa(uneven, k).undefined_because or "")


def test_cohen_over_several_people_is_weighted_by_shared_items() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    people = [np.where(rng.random(60) < 0.7, truth, rng.integers(0, 3, 60)) for _ in range(3)]
    answers = [list(people[0]), list(people[1]), [*people[2][:20], *[None] * 40]]
    votes, k = votes_of(*answers)
    by_pair = [(0, 1, 60), (0, 2, 20), (1, 2, 20)]
    expected = sum(n * cohen_kappa_score(people[a][:n], people[b][:n]) for a, b, n in by_pair) / 100
    assert cohen_kappa(votes, k).value == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**16))
def test_names_and_order_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keep = rng.random((12, 4)) < 0.7
    item, person = np.nonzero(keep)
    votes = np.stack([item, person, rng.integers(0, 3, len(item))], axis=1)
    rows, items, people, classes = (rng.permutation(n) for n in (len(votes), 12, 4, 3))
    renamed = np.stack([items[votes[:, 0]], people[votes[:, 1]], classes[votes[:, 2]]], axis=1)[rows]
    for coefficient in (krippendorff_alpha, cohen_kappa, gwet_ac1, fleiss_kappa):
        a, b = coefficient(votes, 3), coefficient(renamed, 3)
        assert a.undefined_because == b.undefined_because
        assert a.value == pytest.approx(b.value)


def test_interval_covers_and_narrows() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 4000)
    votes, k = votes_of(*[list(np.where(rng.random(4000) < 0.85, truth, 1 - truth)) for _ in range(2)])
    whole = krippendorff_alpha(votes, k).value
    inside, widths = 0, []
    for part in range(20):
        some = krippendorff_alpha(votes[votes[:, 0] % 20 == part], k, rng=np.random.default_rng(part))
        assert some.low is not None
        assert some.high is not None
        assert whole is not None
        inside += some.low <= whole <= some.high
        widths.append(some.high - some.low)
    assert inside >= 15
    all_items = krippendorff_alpha(votes, k, rng=rng)
    assert (all_items.high or 0) - (all_items.low or 0) < min(widths) / 2


def test_confused_pairs_and_their_items() -> None:
    votes, k = votes_of(["a", "a", "b", "c", "a"], ["b", "b", "b", "a", "a"])
    assert confused_pairs(votes, k) == [ConfusedPair(0, 1, 2, 2 / 3), ConfusedPair(0, 2, 1, 1 / 3)]
    assert items_with_both(votes, 0, 1).tolist() == [0, 1]
    assert confused_pairs(votes, k, limit=1) == [ConfusedPair(0, 1, 2, 2 / 3)]


def test_weighted_kappa_by_hand() -> None:
    """Answers 0-1, 1-1, 2-0 of three ordered classes."""
    votes, k = votes_of([0, 1, 2], [1, 1, 0])
    # Margins (1/3, 1/3, 1/3) and (1/3, 2/3, 0). Linear: observed (1+0+2)/3, by chance (0+1+2)/9 + 2(1+0+1)/9 = 7/9.
    # Quadratic: observed (1+0+4)/3, by chance (0+1+4)/9 + 2(1+0+1)/9 = 1.
    assert cohen_kappa(votes, k, weights="linear").value == pytest.approx(1 - 1 / (7 / 9))
    assert cohen_kappa(votes, k, weights="quadratic").value == pytest.approx(1 - (5 / 3) / (9 / 9))


def test_scott_by_hand() -> None:
    """The fifty items: shares together 0.55 and 0.45, chance 0.505."""
    votes, k = votes_of(list("y" * 25 + "n" * 25), list("y" * 20 + "n" * 5 + "y" * 10 + "n" * 15))
    assert scott_pi(votes, k).value == pytest.approx((0.7 - 0.505) / (1 - 0.505))


def test_alpha_by_distance_by_hand() -> None:
    """Pairs 0-0, 0-2, 4-4 of three ordered classes: as intervals the one disagreement costs 4, by chance 112 / 30."""
    votes = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1], [2, 0, 2], [2, 1, 2]])
    apart = interval_distances([0.0, 2.0, 4.0])
    # Values 0,0,0,2,4,4: ordered pairs 2(3·1·4 + 3·2·16 + 1·2·4) = 232; D_e = 232/30, D_o = 8/6.
    assert krippendorff_alpha(votes, 3, distances=apart).value == pytest.approx(1 - (8 / 6) / (232 / 30))
    # Ranks: classes have 3, 1, 2 answers, so middles 1.5, 3.5, 5.
    assert ordinal_distances(votes, 3)[0].tolist() == [0, 4, 12.25]
    ordinal = krippendorff_alpha(votes, 3, distances=ordinal_distances(votes, 3), rng=np.random.default_rng(0))
    chance = 2 * (3 * 1 * 4 + 3 * 2 * 12.25 + 1 * 2 * 2.25) / 30
    assert ordinal.value == pytest.approx(1 - (8 / 6) / chance)
    assert (ordinal.low or 0) <= (ordinal.value or 0) <= (ordinal.high or 0)
    assert ratio_distances([0.0, 0.0, 2.0]).tolist() == [[0, 0, 1], [0, 0, 1], [1, 1, 0]]
    with pytest.raises(ValueError, match="zero or more"):
        ratio_distances([-1.0])


def test_alpha_of_sets_by_hand() -> None:
    sets = [frozenset("x"), frozenset("xy"), frozenset()]
    assert set_distances(sets, "jaccard")[0].tolist() == [0, 0.5, 1]
    assert set_distances(sets, "masi")[0, 1] == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert set_distance(frozenset(), frozenset(), "masi") == 0
    votes = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 0], [1, 1, 0]])
    # D_o = 2·0.5/4; values x, x, x, xy: D_e = 2·3·0.5/12.
    assert krippendorff_alpha(votes, 3, distances=set_distances(sets, "jaccard")).value == pytest.approx(0)
    same_place = krippendorff_alpha(votes, 3, distances=np.zeros((3, 3)))
    assert same_place == Coefficient(None, undefined_because=NO_DISTANCE)


def reference_cases() -> list[Any]:
    if not REFERENCE.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="shared reference cases are not beside the project"))]
    # Truth inference has its own test of these cases: tests/modeling/test_truth.py and tests/benchmarks.
    cases = json.loads(REFERENCE.read_text())["cases"]
    return [pytest.param(case, id=case["id"]) for case in cases if case["metric"] not in ("dawid_skene", "property")]


@pytest.mark.parametrize("case", reference_cases())
def test_reference_case(case: dict[str, Any]) -> None:
    found = REFERENCE_METRICS[case["metric"]](case["input"], case["params"])
    wanted, tolerance = case["expected"], case["tolerance"]
    assert found == (wanted if wanted is None else pytest.approx(wanted, abs=tolerance))


def given_votes(given: dict[str, Any]) -> tuple[np.ndarray, int, list[Any]]:
    """Votes, number of classes, and the classes in rising order."""
    if "rater_a" in given:
        observers = [given["rater_a"], given["rater_b"]]
    elif "units" in given:
        observers = list(map(list, zip(*given["units"], strict=True)))
    elif "observers" in given:
        observers = given["observers"]
    else:
        counts = given["counts"]
        observers = list(zip(*[np.repeat(np.arange(len(row)), row).tolist() for row in counts], strict=True))
    votes, k = votes_of(*observers)
    classes = sorted({one for answers in observers for one in answers if one is not None}, key=str)
    return votes, max(k, len(given.get("categories", [])), len(given.get("counts", [[]])[0])), classes


def reference_alpha(given: dict[str, Any], params: dict[str, Any]) -> float | None:
    level = params["level"]
    if level in ("jaccard", "masi"):
        sets = [frozenset(one["labels"]) for one in given["judgements"]]
        names = sorted(set(sets), key=sorted)
        rows = [
            (one["item"], ord(one["annotator"]), names.index(s))
            for one, s in zip(given["judgements"], sets, strict=True)
        ]
        return krippendorff_alpha(np.array(rows), len(names), distances=set_distances(names, level)).value
    votes, k, classes = given_votes(given)
    distances = {
        "nominal": lambda: None,
        "ordinal": lambda: ordinal_distances(votes, k),
        "interval": lambda: interval_distances(classes),
        "ratio": lambda: ratio_distances(classes),
    }[level]()
    return krippendorff_alpha(votes, k, distances=distances).value


def reference_spans(given: dict[str, Any], _: dict[str, Any]) -> dict[str, float | None]:
    documents = [([tuple(m) for m in one["a"]], [tuple(m) for m in one["b"]]) for one in given["documents"]]
    return {
        "exact_f1": exact_f1(documents).value,
        "exact_boundaries_any_label_f1": exact_f1(documents, by_class=False).value,
        "overlap_same_label_f1": relaxed_f1(documents).value,
        "overlap_any_label_f1": relaxed_f1(documents, by_class=False).value,
        "iou50_same_label_f1": matched_f1(documents).value,
        "char_f1": character_f1(documents).value,
    }


REFERENCE_METRICS: dict[str, Any] = {
    "percent_agreement": lambda given, _: percent_agreement(given_votes(given)[0]),
    "cohen_kappa": lambda given, p: cohen_kappa(*given_votes(given)[:2], weights=p.get("weights")).value,
    "scott_pi": lambda given, _: scott_pi(*given_votes(given)[:2]).value,
    "gwet_ac1": lambda given, _: gwet_ac1(*given_votes(given)[:2]).value,
    "fleiss_kappa": lambda given, _: fleiss_kappa(*given_votes(given)[:2]).value,
    "krippendorff_alpha": reference_alpha,
    "set_distance": lambda given, _: {
        m: set_distance(set(given["a"]), set(given["b"]), m) for m in ("masi", "jaccard")
    },
    "span_agreement": reference_spans,
    "box_iou": lambda given, _: iou(*(np.array([given[side]], dtype=float) for side in "ab"))[0, 0],
}
