"""How probably an answer of each kind is wrong, worked out by hand, and told by exports as by pages."""

import pytest

from annotation.kinds import Schema, kind_of
from annotation.kinds.doubt import probability_wrong
from annotation.kinds.pairwise import SIDES
from annotation.models import Annotation, Consensus
from annotation.operations.transfer.export_rows import read_rows
from annotation.queries.review import item_page
from tests.factories import make_annotation, make_item, make_member, make_project

CLASSES = Schema(("ham", "spam", "eggs"))
POINTS = Schema(("1", "2", "3"))
BELIEVED = {"ham": 0.9, "spam": 0.2}


@pytest.mark.parametrize(
    ("kind", "answer", "posterior", "schema", "wrong"),
    [
        ("choice", {"class": "ham"}, BELIEVED, CLASSES, 0.1),
        ("choice", {"class": "eggs"}, BELIEVED, CLASSES, 1.0),
        ("choice", {"class": "gone"}, BELIEVED, CLASSES, None),
        ("choice", {"class": "ham"}, {}, CLASSES, None),
        ("multichoice", {"classes": ["ham"]}, BELIEVED, CLASSES, 1 - 0.9 * 0.8),
        ("multichoice", {"classes": []}, BELIEVED, CLASSES, 1 - 0.1 * 0.8),
        ("multichoice", {"classes": ["ham", "eggs"]}, BELIEVED, CLASSES, 1.0),
        ("rating", {"rating": 2}, {"1": 0.3, "2": 0.7}, POINTS, 0.3),
        ("pairwise", {"preferred": 1}, dict(zip(SIDES, (0.6, 0.4), strict=True)), Schema(()), 0.6),
        ("spans", {"spans": []}, BELIEVED, CLASSES, None),
        ("text", {"text": "a"}, BELIEVED, CLASSES, None),
    ],
)
def test_by_hand(kind: str, answer: dict, posterior: dict, schema: Schema, wrong: float | None) -> None:
    assert probability_wrong(kind_of(kind), answer, posterior, schema) == pytest.approx(wrong)


@pytest.mark.django_db(transaction=True)
def test_an_export_tells_what_the_page_of_the_item_tells() -> None:
    project = make_project(kind="multichoice", classes=CLASSES.classes)
    item = make_item(project)
    for answer in (["ham"], ["ham", "spam"]):
        row = make_annotation(item, make_member(project), "ham")
        Annotation.objects.filter(pk=row.pk).update(value={"classes": answer})
    Consensus.objects.create(
        item=item, project=project, value={"classes": ["ham"]}, probability=0.72, posterior=BELIEVED, n_votes=2,
        status="doubtful", updated_at="2026-01-01T00:00Z",
    )  # fmt: skip
    [row] = read_rows([item.pk], revisions=False, project=project)
    told = [one.probability_wrong for one in row.annotations]
    assert told == pytest.approx([1 - 0.9 * 0.8, 1 - 0.9 * 0.2])
    assert [one["probability_wrong"] for one in item_page(item, blind=False)["votes"]] == pytest.approx(told, abs=1e-6)
