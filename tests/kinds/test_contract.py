"""What every kind of question promises: one stored form, honest distances, a consensus that names nobody's order."""

import itertools
import json

import pytest

from annotation.errors import InvalidValue
from annotation.kinds import KINDS, LINEAR, Learner, Schema, kind_of
from annotation.sentences import spoken
from tests.kinds.examples import CLASSES, EXAMPLES, TEXT, Example, box, span

every_kind = pytest.mark.parametrize("example", EXAMPLES, ids=str)


def test_every_kind_has_an_example():
    assert {example.name for example in EXAMPLES} == set(KINDS)
    with pytest.raises(InvalidValue) as refused:
        kind_of("nonsense")
    assert "kind" in refused.value.fields


@every_kind
def test_a_stored_answer_is_its_own_stored_form(example: Example):
    kind = kind_of(example.name)
    for value in example.answers:
        stored = kind.canonical(value, example.schema, example.data)
        assert stored == value
        assert json.loads(json.dumps(stored)) == stored


@every_kind
def test_a_wrong_answer_is_refused_with_its_place(example: Example):
    kind = kind_of(example.name)
    for value, place in [(7, "value"), ([], "value"), ({"a": 1}, "value"), *example.refused]:
        with pytest.raises(InvalidValue) as refused:
            kind.canonical(value, example.schema, example.data)
        assert list(refused.value.fields) == [place], value
        assert spoken(refused.value.message), "a page says it in any language"
        assert spoken(refused.value.fields[place]), value


@every_kind
def test_items_are_checked(example: Example):
    kind = kind_of(example.name)
    shown = kind.checked_item(example.data)
    assert shown.part in example.data
    for data, place in example.not_items:
        with pytest.raises(InvalidValue) as refused:
            kind.checked_item(data)
        assert list(refused.value.fields) == [place], data
        assert spoken(refused.value.message), data


@every_kind
def test_distance_is_one(example: Example):
    kind = kind_of(example.name)
    for one, other in itertools.product(example.answers, repeat=2):
        distance = kind.distance(one, other, example.schema)
        assert 0 <= distance <= 1
        assert distance == kind.distance(other, one, example.schema)
        assert (distance < 1e-9) == (one == other)


@every_kind
def test_a_consensus_is_an_answer_and_knows_no_order(example: Example):
    kind = kind_of(example.name)
    for value in example.answers:
        assert kind.merge([value] * 3, [1, 2, 0.5], example.schema) == (value, pytest.approx(1.0))
    first, second = example.answers[0], example.answers[1]
    assert kind.merge([first, second, first], [1, 1, 1], example.schema).value == first
    for answers in itertools.combinations(example.answers, 2):
        merged = {
            (json.dumps(found.value), round(found.probability, 9))
            for found in (
                kind.merge(list(order), [1.0, 1.0], example.schema) for order in itertools.permutations(answers)
            )
        }
        assert len(merged) == 1
        value, probability = merged.pop()
        assert kind.canonical(json.loads(value), example.schema, example.data) == json.loads(value)
        assert 0 <= probability <= 1


@every_kind
def test_columns_and_targets_fit_together(example: Example):
    kind = kind_of(example.name)
    columns = kind.columns(example.schema)
    assert bool(columns) == (kind.learner is not Learner.NONE)
    for value in example.answers:
        targets = kind.targets(value, example.schema)
        assert list(targets) == sorted(set(targets))
        if kind.learner in LINEAR:
            assert all(0 <= column < len(columns) for column in targets)
            assert kind.value_of(targets, example.schema) == value
            assert kind.learner is Learner.SIGMOID or len(targets) == 1


@every_kind
def test_answers_follow_a_renamed_class(example: Example):
    kind = kind_of(example.name)
    for value in example.answers:
        assert kind.renamed(value, lambda name: name) == value
    names = {"ham": "jam", "spam": "spam", "eggs": None}
    renamed = [kind.renamed(value, names.get) for value in example.answers if "rating" not in value]
    assert "eggs" not in json.dumps(renamed)
    assert "ham" not in json.dumps(renamed)


class TestMerging:
    def test_a_class_needs_more_than_half_of_the_weight(self):
        kind, schema = kind_of("multichoice"), Schema(CLASSES)
        answers = [{"classes": ["ham", "spam"]}, {"classes": ["ham"]}, {"classes": []}]
        assert kind.merge(answers, [1, 1, 1], schema).value == {"classes": ["ham"]}
        assert kind.merge(answers, [3, 1, 1], schema).value == {"classes": ["ham", "spam"]}

    def test_masi_as_in_its_paper(self):
        kind, schema = kind_of("multichoice"), Schema(CLASSES)
        nested = kind.distance({"classes": ["ham"]}, {"classes": ["ham", "spam"]}, schema)
        crossed = kind.distance({"classes": ["ham", "eggs"]}, {"classes": ["ham", "spam"]}, schema)
        assert nested == pytest.approx(1 - 1 / 2 * 2 / 3)
        assert crossed == pytest.approx(1 - 1 / 3 * 1 / 3)

    def test_the_median_of_ratings(self):
        kind, schema = kind_of("rating"), Schema(("1", "2", "3", "4", "5"))
        assert kind.merge([{"rating": p} for p in (1, 4, 5)], [1, 1, 1], schema).value == {"rating": 4}
        assert kind.distance({"rating": 1}, {"rating": 4}, schema) == 0.75

    def test_spans_of_a_majority_with_the_most_central_bounds(self):
        kind, schema = kind_of("spans"), Schema(CLASSES)
        answers = [
            {"spans": [span(0, 3), span(17, 24, "spam")]},
            {"spans": [span(0, 3)]},
            {"spans": [span(0, 4), span(17, 24)]},
        ]
        merged = kind.merge(answers, [1, 1, 1], schema)
        assert merged.value == {"spans": [span(0, 3)]}
        # Distances to it: two of the first's three marks match, all of the second's, 3/4 of one of the third's.
        assert merged.probability == pytest.approx((2 / 3 + 1 + 2 * 0.75 / 3) / 3)

    def test_a_consensus_keeps_to_the_projects_rule_on_overlaps(self):
        kind = kind_of("spans")
        answers = [{"spans": [span(0, 6), span(4, 8, "spam")]}, {"spans": [span(0, 6), span(4, 8, "spam")]}]
        assert len(kind.merge(answers, [1, 1], Schema(CLASSES)).value["spans"]) == 2
        assert kind.merge(answers, [1, 1], Schema(CLASSES, spans_overlap=False)).value == {"spans": [span(0, 6)]}
        with pytest.raises(InvalidValue) as refused:
            kind.canonical(answers[0], Schema(CLASSES, spans_overlap=False), {"text": TEXT})
        assert list(refused.value.fields) == ["value.spans.1"]
        assert spoken(refused.value.message) == {"code": "answer.span_overlaps", "with": {"n": 2}}

    def test_boxes_that_overlap_by_half_are_one(self):
        kind, schema = kind_of("boxes"), Schema(CLASSES)
        answers = [{"boxes": [box(0, 0, 10, 10)]}, {"boxes": [box(1, 0, 10, 10)]}, {"boxes": [box(2, 0, 10, 10)]}]
        assert kind.merge(answers, [1, 1, 1], schema).value == {"boxes": [box(1, 0, 10, 10)]}

    def test_the_text_that_is_closest_to_all(self):
        kind, schema = kind_of("text"), Schema(())
        answers = [{"text": "A late parcel"}, {"text": "A late parcel, again"}, {"text": "Praise"}]
        assert kind.merge(answers, [1, 1, 1], schema).value == {"text": "A late parcel"}
        assert kind.distance({"text": "Thank  you"}, {"text": "thank you"}, schema) == 0


class TestClasses:
    def test_what_each_kind_needs(self):
        assert kind_of("rating").checked_classes([]) == ("1", "2", "3", "4", "5")
        assert kind_of("rating").checked_classes(["-1", "0", "3"]) == ["-1", "0", "3"]
        for name, given, place in [
            ("choice", ["one"], "classes"),
            ("multichoice", [], "classes"),
            ("spans", [], "classes"),
            ("text", ["one"], "classes"),
            ("pairwise", ["one", "two"], "classes"),
            ("rating", ["1"], "classes"),
            ("rating", ["1", "two"], "classes.1.name"),
            ("rating", ["2", "1"], "classes.1.name"),
            ("rating", ["1", "01"], "classes.1.name"),
        ]:
            with pytest.raises(InvalidValue) as refused:
                kind_of(name).checked_classes(given)
            assert list(refused.value.fields) == [place], (name, given)
