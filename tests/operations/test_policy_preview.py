"""What a change of the rules would cost, by a project's own answers."""

import pytest

from annotation.operations import policy_preview
from annotation.operations.policy_preview import preview_policy
from tests.factories import make_project
from tests.operations.crowd import ask_everybody

pytestmark = pytest.mark.django_db

TRUTH = ["ham", "spam"] * 60
OTHER = {"ham": "spam", "spam": "ham"}
# Of the first forty items two people say different things, so a third was asked.
DISPUTED = [OTHER[name] for name in TRUTH[:40]]


def answered(**fields):
    project = make_project(**{"overlap": 2, "max_votes": 3, "target_confidence": 0.9, "relabel_rate": 0.2} | fields)
    ask_everybody(project, {"ann": TRUTH, "bob": [*DISPUTED, *TRUTH[40:]], "eve": TRUTH[:40]})
    return project


def cost(project, name="proposed", **settings):
    found = preview_policy(project=project, user=project.created_by, settings=settings)[name]
    return found["votes_per_item"]


def test_the_items_looked_at_are_drawn_by_chance(monkeypatch):
    """Under a rule that asks again, the items with the most answers are those in doubt."""
    monkeypatch.setattr(policy_preview, "MOST_ITEMS", 60)
    assert cost(answered(), "now") == pytest.approx(2 + 40 / 120, abs=0.2)


def test_a_share_of_the_items_costs_its_share():
    project = answered()
    assert cost(project, overlap=3, max_votes=3, overlap_share=0.25) == pytest.approx(0.25 * 3 + 0.75 * 1)


def test_a_share_that_holds_already_is_counted_too():
    shared = answered(overlap=3, overlap_share=0.5)
    assert cost(shared, "now") == pytest.approx(0.5 * 3 + 0.5 * 1)
    assert cost(shared, overlap_share=1.0) == 3


def test_who_never_asks_again_pays_for_no_second_opinions():
    project = answered()
    assert cost(project, relabel_rate=0.0) == 2
    assert 2 < cost(project, relabel_rate=0.1) <= 3
