"""If-Match: an edit is made to what was read or not at all; what cannot be taken back needs it."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from annotation.models import AnnotationRevision, AuditEvent, Project, Role
from tests.factories import make_assignment, make_item, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(owner) -> Project:
    return make_project(owner=owner.user, classes=("a", "b", "c"))


def tag_of(client, path: str) -> str:
    tag = client.http.get(f"/api/v1/{path}").headers["ETag"]
    assert tag.startswith('"')
    return str(tag)


def patch(client, project: Project, body: Any, tag: str | None) -> Any:
    headers = {} if tag is None else {"If-Match": tag}
    return client.http.patch(f"/api/v1/projects/{project.pk}/", body, format="json", headers=headers)


class TestProject:
    def test_an_edit_answers_with_the_tag_of_what_it_made(self, owner, project):
        path = f"projects/{project.pk}/"
        first = tag_of(owner, path)
        assert tag_of(owner, path) == first
        made = patch(owner, project, {"name": "New"}, first)
        assert made.status_code == 200
        assert made.headers["ETag"] == tag_of(owner, path) != first
        assert patch(owner, project, {"guidelines": "Read."}, made.headers["ETag"]).status_code == 200

    def test_an_old_tag_changes_nothing_and_is_told_what_is_current(self, owner, client_of, project):
        maya = client_of(make_member(project, role=Role.MANAGER))
        read = tag_of(maya, f"projects/{project.pk}/")
        assert patch(owner, project, {"guidelines": "Mine."}, None).status_code == 200
        refused = patch(maya, project, {"guidelines": "Hers.", "settings": {"overlap": 3}}, read)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (412, "outdated")
        assert error["fields"]["changed_by"] == "owner"
        assert error["fields"]["changed_at"].endswith("Z")
        assert refused.headers["ETag"] == tag_of(maya, f"projects/{project.pk}/")
        project.refresh_from_db()
        assert (project.guidelines, project.overlap, project.guidelines_version) == ("Mine.", 1, 2)
        assert AuditEvent.objects.filter(verb="project.changed").count() == 1
        assert patch(maya, project, {"guidelines": "Hers."}, refused.headers["ETag"]).status_code == 200

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            (None, 200),
            ("*", 200),
            ("{tag}", 200),
            ('"other", {tag}', 200),
            ('  "other"  ,{tag},', 200),
            ("W/{tag}", 412),
            ('"other"', 412),
            ('"*"', 412),
            ('*, "other"', 412),
            ("", 400),
            ("*, *", 400),
            ("no-quotes", 400),
            ("\u00e9", 400),
            ('"' + "x" * 20_000 + '"', 412),
            ('"x",' * 5000, 412),
        ],
    )
    def test_what_the_header_may_say(self, owner, project, header, status):
        tag = tag_of(owner, f"projects/{project.pk}/")
        came = patch(owner, project, {"name": "New"}, header and header.replace("{tag}", tag))
        assert came.status_code == status, came.content
        assert Project.objects.get().name == ("New" if status == 200 else project.name)

    def test_whoever_may_not_is_not_told_of_tags(self, client_of, stranger, project):
        annotator = client_of(make_member(project))
        assert patch(annotator, project, {"name": "New"}, '"old"').status_code == 403
        assert patch(stranger, project, {"name": "New"}, '"old"').status_code == 404

    def test_a_role_that_changed_is_another_thing_that_was_read(self, owner, client_of, project):
        maya = client_of(make_member(project, role=Role.MANAGER))
        assert tag_of(maya, f"projects/{project.pk}/") != tag_of(owner, f"projects/{project.pk}/")


@pytest.mark.parametrize(
    ("method", "address", "body"), [("DELETE", "", None), ("POST", "classes/merge/", {"classes": ["a"], "into": "b"})]
)
class TestWhatCannotBeTakenBack:
    def test_it_needs_to_be_said_what_was_read(self, owner, project, method, address, body):
        status, answer = owner.call(method, f"projects/{project.pk}/{address}", body)
        assert (status, answer["error"]["code"]) == (428, "if_match_needed")
        old = {"If-Match": '"old"'}
        assert owner.call(method, f"projects/{project.pk}/{address}", body, **old)[0] == 412
        found = Project.objects.get()
        assert (found.deleted_at, found.class_names) == (None, ["a", "b", "c"])

    @pytest.mark.parametrize("is_any", [True, False])
    def test_it_is_done_to_what_was_read(self, owner, project, method, address, body, is_any):
        tag = "*" if is_any else tag_of(owner, f"projects/{project.pk}/")
        status, _ = owner.call(method, f"projects/{project.pk}/{address}", body, **{"If-Match": tag})
        assert status == (204 if method == "DELETE" else 200)
        found = Project.objects.get()
        assert found.deleted_at is not None or found.class_names == ["b", "c"]


class TestAnnotation:
    def lease(self, owner, project: Project) -> str:
        return f"assignments/{make_assignment(make_item(project), owner.user).pk}/annotation/"

    def test_one_edits_the_revision_that_one_has_read(self, owner, project):
        path = self.lease(owner, project)
        assert owner.call("GET", path)[0] == 404
        early = owner.call("PUT", path, {"value": {"class": "a"}}, **{"If-Match": "*"})
        assert (early[0], early[1]["error"]["code"]) == (412, "outdated")
        made = owner.http.put(f"/api/v1/{path}", {"value": {"class": "a"}}, format="json")
        assert (made.status_code, made.headers["ETag"]) == (201, tag_of(owner, path))
        assert owner.call("GET", path)[1] == made.json()
        read = {"If-Match": made.headers["ETag"]}
        assert owner.call("PUT", path, {"value": {"class": "b"}}, **read)[1]["revision"] == 2
        status, answer = owner.call("PUT", path, {"value": {"class": "c"}}, **read)
        assert (status, "revision 2" in answer["error"]["message"]) == (412, True)
        assert AnnotationRevision.objects.count() == 2
        assert owner.call("PUT", path, {"value": {"class": "c"}})[1]["revision"] == 3

    def test_it_is_shown_in_the_classes_of_today_under_another_tag(self, owner, project):
        path = self.lease(owner, project)
        owner.call("PUT", path, {"value": {"class": "a"}})
        before = tag_of(owner, path)
        patch(owner, project, {"classes": [{"name": "A", "was": "a"}, "b", "c"]}, None)
        assert owner.call("GET", path)[1]["value"] == {"class": "A"}
        assert tag_of(owner, path) != before


@pytest.mark.parametrize("header", [{"If-Match": '"old"'}, {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}])
def test_reading_under_a_condition_that_fails_is_told_in_the_usual_shape(owner, project, header):
    status, answer = owner.call("GET", f"projects/{project.pk}/", **header)
    assert (status, answer["error"]["code"]) == (412, "outdated")


def test_where_nothing_has_a_version_the_header_is_refused(owner, project):
    member = {"username": make_member(project).username, "role": "reviewer"}
    status, answer = owner.call("POST", f"projects/{project.pk}/members/", member, **{"If-Match": '"x"'})
    assert (status, list(answer["error"]["fields"])) == (400, ["If-Match"])


def test_the_schema_tells_of_it(anybody):
    paths = anybody.http.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    edit = paths["/api/v1/projects/{project_id}/"]
    needed = {
        method: one["required"]
        for method in ("patch", "delete")
        for one in ({"required": False} | part for part in edit[method]["parameters"])
        if one["name"] == "If-Match"
    }
    assert needed == {"patch": False, "delete": True}
    assert {"412", "428"} <= set(edit["delete"]["responses"])
    assert "ETag" in edit["get"]["responses"]["200"]["headers"]


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Returns what each of them came to, all begun together and on connections of their own."""
    start, came = threading.Barrier(len(acts)), list[int]()

    def run(act: Callable[[], int]) -> None:
        start.wait(10)
        try:
            came.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(came)


@pytest.mark.django_db(transaction=True)
def test_of_managers_who_save_at_once_one_wins(owner, client_of, project):
    managers = [client_of(make_member(project, role=Role.MANAGER)) for _ in range(4)]

    def save(place: int, text: str, read: str) -> int:
        return int(patch(managers[place], project, {"guidelines": text}, read).status_code)

    for round_ in range(5):
        read = tag_of(managers[0], f"projects/{project.pk}/")
        assert at_once(*(partial(save, place, f"{round_} {place}", read) for place in range(4))) == [200, 412, 412, 412]
        assert Project.objects.get().guidelines_version == 2 + round_


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_wins(owner, project):
    path = f"assignments/{make_assignment(make_item(project), owner.user).pk}/annotation/"
    owner.call("PUT", path, {"value": {"class": "a"}})
    tabs = [type(owner)(owner.user) for _ in "ab"]

    def revise(tab: Any, name: str, read: str) -> int:
        return int(tab.call("PUT", path, {"value": {"class": name}}, **{"If-Match": read})[0])

    for round_ in range(5):
        read, names = tag_of(owner, path), "bc" if round_ % 2 == 0 else "aa"
        assert at_once(*(partial(revise, tab, name, read) for tab, name in zip(tabs, names, strict=True))) == [200, 412]
    assert AnnotationRevision.objects.count() == 6
