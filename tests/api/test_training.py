"""A newcomer's training through the API: feedback with the answer, the end of it, and a manager who lets in."""

import pytest

from tests.factories import make_item, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    project = make_project(gold_rate=0, training_items=1)
    make_item(project, gold="ham")
    make_item(project)
    return project


def first(client, project):
    status, body = client.call("POST", f"projects/{project.pk}/assignments/", {})
    assert status == 200
    return body


def test_right_answers_are_told_and_lead_to_ordinary_work(school, client_of):
    newcomer = client_of(make_member(school))
    asked = first(newcomer, school)
    assert asked["training"] == {"stage": "undecided", "asked": 0, "of": 1, "score": None}
    [lease] = asked["assignments"]
    assert (lease["stream"], lease["reason"]) == ("random", {"kind": "training"})
    path = f"assignments/{lease['id']}/annotation/"
    status, body = newcomer.call("PUT", path, {"value": {"class": "ham"}, "next": 1})
    assert (status, body["feedback"]) == (201, {"right": True, "value": {"class": "ham"}})
    assert body["training"] == {"stage": "passed", "asked": 1, "of": 1, "score": 1.0}
    path = f"assignments/{body['assignments'][0]['id']}/annotation/"
    status, body = newcomer.call("PUT", path, {"value": {"class": "ham"}, "next": 1})
    assert status == 201
    assert not {"feedback", "training"} & set(body)


def test_who_does_not_pass_waits_for_a_manager(school, client_of):
    person = make_member(school)
    newcomer, manager = client_of(person), client_of(make_member(school, role="manager"))
    [lease] = first(newcomer, school)["assignments"]
    answer = {"value": {"class": "spam"}, "next": 1}
    body = newcomer.call("PUT", f"assignments/{lease['id']}/annotation/", answer)[1]
    assert body["feedback"] == {"right": False, "value": {"class": "ham"}}
    assert (body["assignments"], body["empty_because"]) == ([], "training_not_passed")
    rows = manager.call("GET", f"projects/{school.pk}/members/")[1]["results"]
    row = next(one for one in rows if one["username"] == person.username)
    assert (row["training"], row["training_score"]) == ("not_passed", 0.0)
    path = f"projects/{school.pk}/members/{person.username}/training/"
    assert newcomer.call("POST", path)[0] == 403
    assert manager.call("POST", f"projects/{school.pk}/members/nobody/training/")[0] == 404
    assert manager.call("POST", path)[1]["training"] == "passed"
    assert len(first(newcomer, school)["assignments"]) == 1
