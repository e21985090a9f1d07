"""Agreement coefficients: worked by hand, against reference cases where they lie beside the project, undefined."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from benchmarks.agreement_cases import FILE, cases, is_met
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

# Beside the project, or beside the folder it lies in.
PLACES = [parent / "shared" / "data" for parent in Path(__file__).parents[3:]]
REFERENCE = next((place for place in PLACES if (place / FILE).exists()), None)


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


def test_a_lone_answer_counts_in_the_chance_of_ac1_alone() -> None:
    """Items aa, ab and lone b, b: pairs agree in half; the mean share of a is (1 + 1/2) / 4, chance 2 · 3/8 · 5/8."""
    votes, k = votes_of(["a", "a", "b", None], ["a", "b", None, "b"])
    assert gwet_ac1(votes, k).value == pytest.approx((1 / 2 - 15 / 32) / (1 - 15 / 32))
    assert krippendorff_alpha(votes, k) == krippendorff_alpha(votes[votes[:, 0] < 2], k)


@pytest.mark.parametrize("n_pairs", [2, 10])
def test_lone_answers_make_the_interval_of_ac1_no_surer(n_pairs: int) -> None:
    """With two pairs, resamples without one show no disagreement either."""
    agreed, k = votes_of([0, 1] * (n_pairs // 2), [0, 1] * (n_pairs // 2))
    lone = np.stack([np.arange(10, 500), np.zeros(490, np.int64), np.arange(490) % 2], axis=1)
    low, with_lone = (
        gwet_ac1(votes, k, rng=np.random.default_rng(0)).low for votes in (agreed, np.vstack([agreed, lone]))
    )
    assert with_lone == pytest.approx(low)


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


@pytest.mark.parametrize("name", ["cohen_kappa", "scott_pi", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha"])
def test_every_coefficient_has_an_interval_that_covers(name: str) -> None:
    """Of 100 sets of forty items, against the value of all four thousand; no disagreement is no certainty."""
    rng = np.random.default_rng(4)
    by_pairs = {"cohen_kappa": cohen_kappa, "scott_pi": scott_pi}
    by_items = {"fleiss_kappa": fleiss_kappa, "gwet_ac1": gwet_ac1, "krippendorff_alpha": krippendorff_alpha}

    def found(votes: Any) -> Coefficient:
        return by_pairs[name](votes, 3) if name in by_pairs else by_items[name](votes, 3, rng=rng)

    truth = rng.choice(3, 4000, p=[0.6, 0.3, 0.1])
    people = [np.where(rng.random(4000) < 0.8, truth, rng.integers(0, 3, 4000)) for _ in range(3)]
    whole = found(votes_of(*[list(one) for one in people])[0]).value
    parts = [found(votes_of(*[list(one[n : n + 40]) for one in people])[0]) for n in range(0, 4000, 40)]
    assert whole is not None
    covered = [part.low <= whole <= part.high for part in parts if part.low is not None and part.high is not None]
    assert len(covered) == 100
    assert 83 <= sum(covered) <= 98
    agreed = found(votes_of([0, 1] * 5, [0, 1] * 5)[0])
    assert agreed.value == agreed.high == 1
    assert agreed.low == pytest.approx(0.787, abs=0.01)


def test_one_item_leaves_everything_open() -> None:
    assert cohen_kappa(votes_of([0], [1])[0], 2) == Coefficient(0.0, -1.0, 1.0)


@settings(max_examples=40)
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
    if REFERENCE is None:
        return [pytest.param({}, marks=pytest.mark.skip(reason="shared reference cases are not beside the project"))]
    return [pytest.param(case, id=case["id"]) for case in cases(REFERENCE)]


@pytest.mark.parametrize("case", reference_cases())
def test_reference_case(case: dict[str, Any]) -> None:
    assert is_met(case)
