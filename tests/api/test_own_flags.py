"""Due process: nobody who only reviews decides on a doubt about herself."""

from uuid import uuid4

import pytest
from django.utils import timezone

from annotation.models import Flag, Review
from annotation.operations.agreement_slices import MOST_PEOPLE, shown_people
from modeling.agreement_slices import Share
from tests.factories import make_annotation, make_item, make_member, make_project

pytestmark = pytest.mark.django_db


def flag_about(project, person, annotation=None) -> str:
    subject = f"annotation:{annotation.pk}" if annotation else f"annotator:{person.pk}"
    flag = Flag.objects.create(
        project=project, kind="label_suspect" if annotation else "drift", subject=subject, annotator=person,
        annotation=annotation, item=annotation and annotation.item, score=0.9, evidence={}, created_at=timezone.now(),
    )  # fmt: skip
    return f"flags/{flag.pk}/"


@pytest.mark.parametrize(("role", "status"), [("reviewer", 403), ("manager", 200)])
def test_a_flag_about_oneself(client_of, role, status):
    project = make_project()
    person = make_member(project, role=role)
    path, dismissed = flag_about(project, person), {"status": "dismissed"}
    assert client_of(person).call("PATCH", path, dismissed)[0] == status
    assert client_of(person).call("POST", f"{path}undo/")[0] == status
    talk = {"action": "talk", "note": "Read slowly."}
    assert client_of(person).call("POST", f"{path}actions/", talk)[0] == status


def test_a_flag_about_a_colleague_and_about_ones_own_label(client_of):
    project = make_project()
    ann, bob = make_member(project, role="reviewer"), make_member(project, role="reviewer")
    path = flag_about(project, ann, make_annotation(make_item(project), ann, "ham"))
    assert client_of(ann).call("PATCH", flag_about(project, bob), {"status": "dismissed"})[0] == 200
    assert client_of(ann).call("PATCH", path, {"status": "dismissed"})[0] == 403
    assert client_of(bob).call("PATCH", path, {"status": "dismissed"})[0] == 200


def test_what_was_decided_about_oneself_is_undone_by_others(client_of):
    project = make_project()
    ann, bob = make_member(project, role="reviewer"), make_member(project, role="reviewer")
    said = {"project": project, "about": ann, "reviewer": bob, "decision": "talk", "created_at": timezone.now()}
    review = Review.objects.create(**said, batch=uuid4())
    paths = f"reviews/{review.pk}/undo/", f"projects/{project.pk}/reviews/batches/{review.batch}/undo/"
    assert [client_of(ann).call("POST", path)[0] for path in paths] == [403, 403]
    assert [client_of(bob).call("POST", path)[0] for path in paths] == [200, 200]


@pytest.mark.parametrize(
    "undo", ["reviews/{0.pk}/", "projects/{0.project_id}/reviews/batches/{0.batch}/", "flags/{0.flag_id}/"]
)
@pytest.mark.parametrize(("role", "status"), [("reviewer", 403), ("manager", 200)])
def test_a_colleagues_verdict_on_what_one_has_answered_is_undone_by_others(client_of, undo, role, status):
    project = make_project()
    ann, bob = make_member(project, role=role), make_member(project, role="reviewer")
    item = make_item(project)
    make_annotation(item, ann, "ham")
    flag = int(flag_about(project, bob).split("/")[1])
    Flag.objects.filter(pk=flag).update(status="confirmed", decided_by=bob, closed_at=timezone.now())
    review = Review.objects.create(
        project=project, item=item, reviewer=bob, decision="change", value={"class": "spam"}, batch=uuid4(),
        flag_id=flag, before={"slot_limit": 1}, created_at=timezone.now(),
    )  # fmt: skip
    assert client_of(ann).call("POST", f"{undo.format(review)}undo/")[0] == status


def test_ones_own_verdict_on_what_one_has_answered_is_ones_own_to_undo(client_of):
    project = make_project(overlap=3)
    item, ann = make_item(project, slot_limit=3), make_member(project, role="reviewer")
    make_annotation(item, ann, "ham")
    make_annotation(item, make_member(project), "spam")
    wish = {"item": item.pk, "decision": "change", "value": {"class": "spam"}}
    review = client_of(ann).call("POST", f"projects/{project.pk}/reviews/", wish)[1]
    assert client_of(ann).call("POST", f"reviews/{review['id']}/undo/")[0] == 200


@pytest.mark.parametrize("decision", [{"decision": "keep"}, {"decision": "change", "value": {"class": "ham"}}])
@pytest.mark.parametrize(("role", "status"), [("reviewer", 403), ("manager", 201)])
def test_nobody_who_reviews_declares_her_own_lone_answer_right(client_of, decision, role, status):
    project = make_project(overlap=3)
    item, ann = make_item(project, slot_limit=3), make_member(project, role=role)
    own = make_annotation(item, ann, "ham")
    make_annotation(item, make_member(project), "spam")
    wish = {"item": item.pk, "annotation": own.pk} | decision
    assert client_of(ann).call("POST", f"projects/{project.pk}/reviews/", wish)[0] == status


def test_a_reviewer_decides_for_what_others_say_too_and_against_herself(client_of):
    project = make_project(overlap=3)
    ann = make_member(project, role="reviewer")
    for said, value in (("ham", "ham"), ("spam", "spam")):
        item = make_item(project, slot_limit=3)
        make_annotation(item, ann, "ham")
        make_annotation(item, make_member(project), said)
        wish = {"item": item.pk, "decision": "change", "value": {"class": value}}
        assert client_of(ann).call("POST", f"projects/{project.pk}/reviews/", wish)[0] == 201


def test_of_many_people_those_who_agree_least_are_listed():
    people = [f"p{n:03}" for n in range(MOST_PEOPLE + 50)]
    shares = [Share(None, None, None, 0) if n % 5 == 0 else Share(1 - n / 1000, 0, 1, 9) for n in range(len(people))]
    rows = shown_people(people, shares)
    assert len(rows) == MOST_PEOPLE
    assert [row["username"] for row in rows[:2]] == ["p249", "p248"]
    assert all(row["value"] is not None for row in rows)
    assert [row["username"] for row in shown_people(people[:3], shares[:3])] == people[:3]
