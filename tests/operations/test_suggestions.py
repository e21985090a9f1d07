"""What people see before they answer, by the project's setting; what was shown is kept with the answer."""

import io
import json
from typing import Any

import pytest

from annotation.api.shapes import lease as shaped
from annotation.errors import InvalidValue
from annotation.models import Assignment, Item, Project, Stream, Topic
from annotation.operations.labeling import assign_next_item, submit_annotation
from annotation.operations.predictions import add_predictions
from annotation.operations.projects import change_project, create_project
from annotation.operations.transfer.export_rows import read_rows
from annotation.operations.transfer.export_text import write_jsonl
from annotation.queries.labeling import Lease
from annotation.queries.suggested import suggestions_taken
from tests.factories import make_item, make_member, make_project, make_user
from tests.operations.learning_world import run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)
BLIND = {"random_rate": 0, "gold_rate": 0}


def set_mode(project: Project, mode: Any) -> Project:
    return change_project(project=project, user=project.created_by, changes={"settings": {"suggestions": mode}})


def leases(project: Project, count: int = 5) -> list[Lease]:
    return assign_next_item(project=project, user=make_member(project), count=count).leases


def spoken_of(**fields: Any) -> Project:
    """A project with one item, of which a program has said something."""
    project = make_project(**(BLIND | fields))
    add_predictions(project=project, rows=[{"item": make_item(project).pk, "value": {"class": "spam"}, "model": "m"}])
    return project


def test_the_model_s_answer_is_shown_where_the_project_wants_it() -> None:
    project, items, _ = taught(**BLIND)
    assert [one.suggestion for one in leases(project)] == [None] * 5, "by default a choice is made blind"
    set_mode(project, "shown")
    run(project, Topic.SCORE)
    place_of = {item.pk: place for place, item in enumerate(items)}
    found = [one for one in leases(project) if one.stream == Stream.MODEL]
    assert found
    for one in found:
        suggestion = one.suggestion
        assert suggestion is not None
        assert suggestion["model"] == "version 1"
        assert suggestion["value"]["class"] in ("ham", "spam")
        assert 0.5 <= suggestion["probability"] <= 1
        assert "suggested" not in shaped(one)["reason"]
    right = [one.suggestion["value"]["class"] == truth(place_of[one.item_id]) for one in found if one.suggestion]
    assert sum(right) >= len(right) / 2


@pytest.mark.parametrize(("mode", "is_seen"), [("off", False), ("given", True), ("shown", True), ("verify", True)])
def test_uploaded_predictions_are_seen_unless_everybody_is_blind(mode: str, is_seen: bool) -> None:
    (one,) = leases(spoken_of(suggestions=mode))
    assert (one.suggestion is not None) is is_seen


def test_random_draws_are_blind() -> None:
    (one,) = leases(spoken_of(suggestions="verify", random_rate=1))
    assert (one.stream, one.suggestion) == (Stream.RANDOM, None)


def test_what_was_shown_is_kept_with_the_answer_and_counted() -> None:
    project = spoken_of(overlap=2, max_votes=2)
    assert suggestions_taken(project) == {"shown": 0, "taken": 0, "share": None}
    shown = {"value": {"class": "spam"}, "model": "m", "probability": None}
    for name in ("spam", "ham"):
        (one,) = leases(project)
        assert one.suggestion == shown
        assignment = Assignment.objects.select_related("project").get(pk=one.id)
        submit_annotation(assignment=assignment, value={"class": name})
    add_predictions(project=project, rows=[{"item": one.item_id, "value": {"class": "ham"}, "model": "m"}])
    found = suggestions_taken(project)
    assert (found["shown"], found["taken"]) == (2, 1)
    assert found["share"]["low"] < found["share"]["estimate"] == 0.5 < found["share"]["high"]
    assert [answer["suggestion"] for answer in exported(one.item_id)] == [shown, shown]


def exported(item_id: int) -> list[dict[str, Any]]:
    """The answers to an item as an export writes them."""
    out = io.StringIO()
    project = Item.objects.get(pk=item_id).project
    write_jsonl(out, [read_rows([item_id], revisions=False, project=project)])
    return list(json.loads(out.getvalue())["annotations"])


def test_a_suggestion_of_a_class_that_is_gone_is_withheld() -> None:
    project = spoken_of(classes=("ham", "spam", "scam"))
    person = make_member(project)
    assign_next_item(project=project, user=person, count=1)
    change_project(project=project, user=project.created_by, changes={"classes": ["ham", "scam"]})
    project.refresh_from_db()
    (held,) = assign_next_item(project=project, user=person, count=1).leases
    assert held.suggestion is None


def test_what_is_no_way_to_suggest() -> None:
    for wrong in ("always", None, 5, ["off"]):
        with pytest.raises(InvalidValue) as refusal:
            create_project(
                user=make_user(), name="x", kind="choice", classes=["a", "b"], settings={"suggestions": wrong}
            )
        assert list(refusal.value.fields) == ["settings.suggestions"]
