"""Due process: nobody who only reviews decides on a doubt about herself."""

import pytest
from django.utils import timezone

from annotation.models import Flag
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


def test_a_flag_about_a_colleague_or_about_one_label(client_of):
    project = make_project()
    ann, bob = make_member(project, role="reviewer"), make_member(project, role="reviewer")
    own_label = make_annotation(make_item(project), ann, "ham")
    for path in (flag_about(project, bob), flag_about(project, ann, own_label)):
        assert client_of(ann).call("PATCH", path, {"status": "dismissed"})[0] == 200


def test_of_many_people_those_who_agree_least_are_listed():
    people = [f"p{n:03}" for n in range(MOST_PEOPLE + 50)]
    shares = [Share(None, None, None, 0) if n % 5 == 0 else Share(1 - n / 1000, 0, 1, 9) for n in range(len(people))]
    rows = shown_people(people, shares)
    assert len(rows) == MOST_PEOPLE
    assert [row["username"] for row in rows[:2]] == ["p249", "p248"]
    assert all(row["value"] is not None for row in rows)
    assert [row["username"] for row in shown_people(people[:3], shares[:3])] == people[:3]
