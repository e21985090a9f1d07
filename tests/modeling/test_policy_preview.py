import numpy as np

from modeling.policy_preview import expected_course

SIZES = {"n_items": 200, "n_annotators": 5, "n_classes": 2}


def played(accuracy: float) -> np.ndarray:
    """Five people answer two hundred items each, one after the other."""
    rng = np.random.default_rng(3)
    truth = rng.integers(2, size=200)
    said = np.where(rng.random((5, 200)) < accuracy, truth, 1 - truth)
    return np.array([[item, person, said[person, item]] for person in range(5) for item in range(200)])


def test_a_fixed_overlap_costs_itself():
    assert expected_course(played(0.8), **SIZES, overlap=3, max_votes=3, target=0.9).votes_per_item == 3


def test_asking_again_costs_less_than_always_and_brings_more_than_never():
    votes = played(0.8)
    fixed, again = (expected_course(votes, **SIZES, overlap=2, max_votes=most, target=0.9) for most in (2, 5))
    assert 2 < again.votes_per_item < 5
    assert again.right > fixed.right
    assert again.seen_up_to == 5


def test_a_higher_target_costs_more():
    courses = [expected_course(played(0.8), **SIZES, overlap=2, max_votes=5, target=t) for t in (0.7, 0.9, 0.99)]
    costs = [course.votes_per_item for course in courses]
    assert costs == sorted(costs)


def test_beyond_the_data_the_doubt_lasts_and_too_little_says_nothing():
    votes = played(0.8)
    far = expected_course(votes, **SIZES, overlap=2, max_votes=8, target=0.99)
    assert far.seen_up_to == 5
    assert far.votes_per_item <= 8
    assert expected_course(votes[:20], **SIZES, overlap=1, max_votes=3, target=0.9) is None
