"""Classes that change while people label: answers keep their meaning, and the model goes on."""

import json

import pytest
from django.contrib.auth.models import User

from annotation.arrays import load_answers, load_votes
from annotation.errors import Conflict, InvalidValue
from annotation.kinds import kind_of
from annotation.kinds.doubt import renamed_posterior
from annotation.kinds.history import rename_since
from annotation.models import (
    Annotation,
    Assignment,
    Consensus,
    GoldAnswer,
    GuidelineVersion,
    Item,
    ModelVersion,
    Project,
    Topic,
)
from annotation.operations.labeling import submit_annotation
from annotation.operations.prediction import predict
from annotation.operations.projects import change_project, merge_classes
from annotation.operations.transfer.export_rows import read_rows
from annotation.operations.verdicts import Wish, decide_review
from annotation.queries.gold import gold_items
from annotation.queries.guidelines import guideline_history
from annotation.queries.own_report import report_on
from annotation.queries.review import item_page, waiting, waiting_counts
from annotation.snapshots import snapshot
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, judge
from tests.operations.learning_world import add_items, answer, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)


def classes(project: Project, *given: object) -> Project:
    return change_project(project=project, user=project.created_by, changes={"classes": list(given)})


def merge(project: Project, names: list[str], into: str) -> Project:
    return merge_classes(project=project, user=project.created_by, classes=names, into=into)


def votes_by_name(project: Project) -> list[str]:
    with snapshot():
        votes = load_votes(Project.objects.get(pk=project.pk))
    return [votes.class_names[k] for k in votes.votes[:, 2]]


def test_names_are_followed_through_every_change():
    history = [
        {"version": 2, "names": {"a": "b"}},
        {"version": 3, "names": {"b": "c", "x": None}},
        {"version": 5, "names": {"c": None}},
    ]
    assert [rename_since(history, 1)(name) for name in ("a", "x", "z")] == [None, None, "z"]
    assert rename_since(history[:2], 1)("a") == "c"
    assert rename_since(history[:2], 2)("a") == "a", "a class of that name was added again"
    assert rename_since(history, 5) is None


def test_a_renamed_class_keeps_its_answers_and_a_new_one_of_its_name_starts_empty():
    project = make_project()
    person = make_member(project)
    items = [make_item(project) for _ in range(3)]
    make_annotation(items[0], person, "ham")
    project = classes(project, {"name": "jam", "was": "ham"}, "spam", "ham")
    assert (project.schema_version, project.class_names) == (2, ["jam", "spam", "ham"])
    make_annotation(items[1], person, "ham")
    Annotation.objects.filter(item=items[1]).update(schema_version=2)
    assert votes_by_name(project) == ["jam", "ham"]
    judge(project)
    believed = dict(Consensus.objects.values_list("item_id", "value"))
    assert believed == {items[0].pk: {"class": "jam"}, items[1].pk: {"class": "ham"}}


def test_two_classes_swap_their_names():
    project = make_project()
    make_annotation(make_item(project), make_member(project), "ham")
    assert votes_by_name(classes(project, {"name": "ham", "was": "spam"}, {"name": "spam", "was": "ham"})) == ["spam"]


def test_reviewers_see_and_export_the_classes_of_today():
    """Two classes swap their names: doubts, what agrees, filters and figures follow."""
    project = make_project(overlap=2, target_confidence=1)
    items, _ = ask_everybody(project, {"ann": ["ham", "spam", "ham"], "bob": ["ham", "spam", "spam"]})
    make_item(project, text="known", gold="ham")
    GuidelineVersion.objects.create(
        project=project, version=1, text="", created_by=project.created_by, created_at="2026-01-01T00:00Z"
    )
    judge(project)
    before = guideline_history(project)[0]["percent"]
    assert before == 2 / 3
    project = classes(project, {"name": "ham", "was": "spam"}, {"name": "spam", "was": "ham"})
    judge(project)
    assert waiting_counts(project) == {"waiting": 3, "agreeing": 2}
    assert guideline_history(project)[0]["percent"] == before
    found = waiting(project, wanted={"class": "spam"}, limit=9)
    assert {one["item"] for one in found} == {items[0].pk, items[2].pk}
    page = item_page(items[0], blind=False)
    assert page["consensus"]["value"] == {"class": "spam"}
    assert [one["value"] for one in page["votes"]] == [{"class": "spam"}] * 2
    assert all(one["probability_wrong"] < 0.5 for one in page["votes"])
    [row] = read_rows([items[0].pk], revisions=False, project=project)
    shown = [one["probability_wrong"] for one in page["votes"]]
    assert [one.probability_wrong for one in row.annotations] == pytest.approx(shown, abs=1e-5)
    known = Item.objects.get(data={"text": "known"})
    assert item_page(known, blind=False)["gold"] == {"class": "spam"}


@pytest.mark.parametrize("kind", ["choice", "multichoice"])
def test_until_the_next_inference_what_is_believed_is_read_in_the_classes_of_today(kind):
    project = make_project(kind=kind, classes=["ham", "spam"], overlap=2, target_confidence=1)
    items, _ = ask_everybody(project, {"ann": ["ham", "spam"], "bob": ["ham", "spam"]})
    if kind == "multichoice":
        for one in Annotation.objects.all():
            Annotation.objects.filter(pk=one.pk).update(value={"classes": [one.value["class"]]})
    judge(project)
    [before] = read_rows([items[0].pk], revisions=False, project=project)
    review = decide_review(project=project, item=items[1], user=project.created_by, wish=Wish("keep"))
    project = classes(project, {"name": "jam", "was": "ham"}, {"name": "ads", "was": "spam"})
    page = item_page(items[0], blind=False)
    jam, ads = ({"class": name} if kind == "choice" else {"classes": [name]} for name in ("jam", "ads"))
    assert page["consensus"]["value"] == jam
    assert max(page["consensus"]["posterior"], key=page["consensus"]["posterior"].get) == "jam"
    row, decided = read_rows([items[0].pk, items[1].pk], revisions=False, project=project)
    assert json.loads(row.consensus_value) == jam
    wrong = [one.probability_wrong for one in before.annotations]
    assert all(p < 0.5 for p in wrong)
    assert [one.probability_wrong for one in row.annotations] == pytest.approx(wrong, abs=1e-5)
    assert [one["probability_wrong"] for one in page["votes"]] == pytest.approx(wrong, abs=1e-5)
    assert [one["proposal"] for one in waiting(project, wanted={}, limit=9)] == [jam]
    [shown] = [json.loads(one) for one in decided.reviews]
    assert (shown["id"], shown["value"]) == (review.pk, ads)


def test_what_was_believed_of_merged_classes_is_taken_together():
    rename = {"a": "x", "b": "x", "c": None}.get
    posterior = {"a": 0.5, "b": 0.25, "c": 0.25}
    assert renamed_posterior(kind_of("choice"), posterior, rename) == {"x": 0.75}
    assert renamed_posterior(kind_of("multichoice"), posterior, rename) == {"x": 0.625}


def test_merged_classes_become_one():
    project = make_project(classes=("ham", "spam", "junk"))
    person = make_member(project)
    for name in ("ham", "spam", "junk"):
        make_annotation(make_item(project), person, name)
    project = merge(project, ["spam", "junk"], "junk")
    assert project.class_names == ["ham", "junk"]
    assert votes_by_name(project) == ["ham", "junk", "junk"]
    assert merge(project, ["spam", "junk"], "junk").schema_version == project.schema_version
    with pytest.raises(InvalidValue, match="spam"):
        merge(project, ["spam"], "ham")
    with pytest.raises(InvalidValue, match="At least 2"):
        merge(project, ["ham"], "junk")


def test_answers_of_a_class_that_is_gone_stay_in_the_export_only():
    project = make_project(classes=("ham", "spam", "junk"))
    person, item = make_member(project), make_item(project, gold=None)
    make_annotation(item, person, "junk")
    project = classes(project, "ham", {"name": "mail", "was": "spam"})
    assert votes_by_name(project) == []
    judge(project)
    assert not Consensus.objects.exists()
    (row,) = read_rows([item.pk], revisions=True, project=project)
    assert json.loads(row.annotations[0].value) == {"class": "junk"}
    Annotation.objects.update(value={"class": "spam"})
    (row,) = read_rows([item.pk], revisions=True, project=project)
    assert json.loads(row.annotations[0].value) == {"class": "mail"}
    assert json.loads(row.annotations[0].revisions[0].value) == {"class": "junk"}, "as it was said"


def test_the_same_answer_under_its_new_name_is_no_revision():
    project = make_project()
    annotation = make_annotation(make_item(project), make_member(project), "ham")
    classes(project, {"name": "jam", "was": "ham"}, "spam")
    lease = annotation.assignment
    lease.project.refresh_from_db()
    again = submit_annotation(assignment=lease, value={"class": "jam"})
    assert (again.is_new, again.annotation.revision) == (False, 1)
    with pytest.raises(InvalidValue):
        submit_annotation(assignment=lease, value={"class": "ham"})
    with pytest.raises(Conflict) as stale:
        submit_annotation(assignment=lease, value={"class": "jam"}, schema_version=1)
    assert stale.value.code == "stale_schema"
    assert submit_annotation(assignment=lease, value={"class": "spam"}, schema_version=2).annotation.revision == 2


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ([{"name": "jam", "was": "no such"}, "spam"], "classes.0.was"),
        ([{"name": "a", "was": "ham"}, {"name": "b", "was": "ham"}], "classes.1.was"),
        ([{"name": "a", "was": 7}, "spam"], "classes.0.was"),
        ([{"name": "spam", "was": "ham"}, "spam"], "classes"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(given, place):
    project = make_project()
    with pytest.raises(InvalidValue) as refused:
        classes(project, *given)
    assert list(refused.value.fields) == [place]
    assert Project.objects.get().schema_version == 1


def test_a_change_made_for_another_schema_is_refused():
    project = classes(make_project(), "ham", "spam", "eggs")
    with pytest.raises(Conflict) as stale:
        change_project(
            project=project, user=project.created_by, changes={"classes": ["ham", "spam"], "schema_version": 1}
        )
    assert stale.value.code == "stale_schema"


def test_a_model_learns_what_the_classes_mean_today():
    project, _, _ = taught(n_items=60, n_labels=40)
    project = classes(project, {"name": "letters", "was": "ham"}, "spam", "never seen")
    run(project, Topic.LEARN, Topic.SCORE)
    version = ModelVersion.objects.get(project=project, number=2)
    assert version.classes == ["letters", "spam", "never seen"]
    assert version.metrics["labeled_counts"] == pytest.approx([20, 20, 0], abs=2.5)
    found = predict(project=project, texts=["lunch tomorrow at home with mother"])
    assert found.classes[int(found.probabilities[0].argmax())] == "letters"
    assert project.queue_version == 2


def test_a_model_survives_that_only_one_class_is_left_with_labels():
    project, _, _ = taught(n_items=40, n_labels=30)
    project = classes(project, "ham", {"name": "other", "description": "new"})
    run(project, Topic.LEARN, Topic.SCORE)
    counts = ModelVersion.objects.get(project=project, number=2).metrics["labeled_counts"]
    assert counts == pytest.approx([15, 0], abs=2.5)
    project = classes(project, "one", "two")
    run(project, Topic.LEARN, Topic.SCORE)
    assert ModelVersion.objects.get(project=project, number=3).metrics["labeled_counts"] == [0, 0]
    assert predict(project=project, texts=["lunch"]).classes == ["one", "two"]


def test_labels_that_are_all_equal_train_a_model():
    project = make_project()
    person = make_member(project)
    items = add_items(project, 20)
    for item in items[:10]:
        answer(item, person, truth(0))
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    found = predict(project=project, texts=["lunch tomorrow"])
    assert found.classes[int(found.probabilities[0].argmax())] == "ham"
    assert project.queue_version == 1


def test_a_renamed_class_is_renamed_in_beliefs_of_other_classes_too():
    """Where the consensus names another class, how wrong an answer of the renamed one is stays the same."""
    project = make_project(classes=("ham", "spam", "junk"), overlap=3)
    items, _ = ask_everybody(
        project, {"ann": ["ham", "spam", "junk"], "bob": ["ham", "spam", "ham"], "cid": ["spam", "spam", "junk"]}
    )
    judge(project)
    [before] = read_rows([items[0].pk], revisions=False, project=project)
    project = classes(project, "ham", {"name": "mail", "was": "spam"}, "junk")
    judge(project)
    [after] = read_rows([items[0].pk], revisions=False, project=project)
    assert json.loads(after.annotations[2].value) == {"class": "mail"}
    assert [one.probability_wrong for one in after.annotations] == [one.probability_wrong for one in before.annotations]
    assert set(Consensus.objects.get(item=items[0]).posterior) <= {"ham", "mail", "junk"}


def test_a_consensus_of_swapped_names_is_not_accepted_before_it_is_worked_out_anew():
    project = make_project(overlap=2)
    items, _ = ask_everybody(project, {"ann": ["ham"], "bob": ["ham"]})
    judge(project)
    project = classes(project, {"name": "ham", "was": "spam"}, {"name": "spam", "was": "ham"})
    for wish in (Wish("accept"), Wish("accept", value={"class": "ham"}), Wish("gold")):
        with pytest.raises(Conflict, match="anew"):
            decide_review(project=project, item=items[0], user=project.created_by, wish=wish)
    judge(project)
    review = decide_review(project=project, item=items[0], user=project.created_by, wish=Wish("accept"))
    assert review.value == {"class": "spam"}


def test_sets_of_classes_are_equal_whatever_the_order_of_the_projects_classes():
    """Once the classes stand in another order: the same answer is no new revision, known answers count, all agree."""
    project = make_project(kind="multichoice", classes=("ä", "b", "c"), overlap=3, target_confidence=1)
    item, known = make_item(project), make_item(project, text="known")
    GoldAnswer.objects.create(project=project, item=known, value={"classes": ["ä", "b"]}, schema_version=1)
    Item.objects.filter(pk=known.pk).update(is_gold=True)
    people = [make_member(project) for _ in range(3)]

    def says(one: Item, person: User, *names: str) -> Annotation:
        lease = Assignment.objects.filter(item=one, annotator=person).first() or make_assignment(one, person)
        lease.project = project
        return submit_annotation(assignment=lease, value={"classes": list(names)}).annotation

    for one, person in [(item, people[0]), (item, people[1]), (known, people[0])]:
        says(one, person, "ä", "b")
    project = classes(project, "b", "ä", "c")
    assert says(item, people[0], "ä", "b").revision == 1
    says(item, people[2], "ä", "b")
    judge(project)
    assert waiting_counts(project) == {"waiting": 1, "agreeing": 1}
    project = classes(project, "c", "b", {"name": "ü", "was": "ä"})
    assert says(item, people[2], "ü", "b").revision == 1
    with snapshot():
        assert load_answers(project).texts == ['{"classes": ["b", "ü"]}']
    assert [(one["right"], one["answers"]) for one in gold_items(project, limit=9)] == [(1, 1)]
    assert report_on(project, people[0])["known_answers"] == {"given": 1, "right": 1}
