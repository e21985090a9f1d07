"""A field that a route does not know is refused by name: whoever sends it believes that it limits something."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.models import Job, Review
from tests.api.test_permissions import BODIES, RIGHTS
from tests.api.world import World

pytestmark = pytest.mark.django_db

WRITES = ("POST ", "PUT ", "PATCH ")
# The one is a form, tested below; a change of a project says in its own words what cannot be changed.
OTHERS = {"POST projects/{project_id}/imports/", "PATCH projects/{project_id}/"}
# Whoever asks for what is not there is told that first.
NOTHING_THERE = {"POST projects/{project_id}/classes/merge/", "POST auth/provider/"}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("route", sorted(r for r in RIGHTS if r.startswith(WRITES) and r not in OTHERS | NOTHING_THERE))
def test_every_route_that_writes_names_it(world, client_of, route):
    method, _, address = route.partition(" ")
    caller = world.people["annotator" if "{assignment_id}" in address else "owner"]
    ids = world.ids | {"assignment_id": world.lease_of(world.people["annotator"]).pk}
    body = BODIES.get(route, {}) | {"limit": "x"}
    status, answer = client_of(caller).call(method, address.format(**ids), body)
    assert (status, answer["error"]["fields"]) == (400, {"limit": "unknown"})


@pytest.mark.parametrize("route", ["agreement", "quality", "quality/weeks", "quality/classes"])
def test_figures_know_no_filter(world, client_of, route):
    status, answer = client_of(world.people["owner"]).call("GET", f"projects/{world.project.pk}/{route}/?since=2026")
    assert (status, answer["error"]["fields"]) == (400, {"since": "unknown"})


def test_nothing_is_accepted_by_mistake(world, client_of):
    owner, path = client_of(world.people["owner"]), f"projects/{world.project.pk}/reviews/agreeing/"
    assert owner.call("POST", path, {"limit": 10})[0] == 400
    assert not Review.objects.filter(decision="accept").exists()


def test_a_form_has_no_other_fields_either(world, client_of):
    owner = client_of(world.people["owner"])
    for path, known in (("imports", {"mapping": "{}"}), ("vectors", {})):
        form = {"file": SimpleUploadedFile("a.csv", b"text\nx"), "headers": "no", **known}
        answer = owner.http.post(f"/api/v1/projects/{world.project.pk}/{path}/", form, format="multipart")
        assert (answer.status_code, answer.json()["error"]["fields"]) == (400, {"headers": "unknown"})
    assert Job.objects.count() == 1  # the world's own


def test_a_name_that_cannot_be_written_is_shown_as_well_as_it_can(world, client_of):
    owner, path = client_of(world.people["owner"]), f"projects/{world.project.pk}/items/"
    status, answer = owner.raw("POST", path, b'{"items": [], "\\ud800": 1}')
    assert (status, answer["error"]["fields"]) == (400, {"?": "unknown"})


def test_progress_is_not_for_annotators(world, client_of):
    """An ordinary answer finishes an item, one to a known item does not: who works alone would tell them apart."""
    path = f"projects/{world.project.pk}/progress/"
    annotator, reviewer = (client_of(world.people[role]) for role in ("annotator", "reviewer"))
    assert annotator.call("GET", path)[0] == 403
    assert reviewer.call("GET", path)[0] == 200
    assert annotator.call("GET", "my/progress/") == (200, {"results": [], "next": None})
    assert [row["project"] for row in reviewer.call("GET", "my/progress/")[1]["results"]] == [world.project.pk]
