"""What other programs computed, over HTTP: vectors and predictions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import make_item, make_member, make_project


@pytest.fixture
def project(owner):
    return make_project(owner=owner.user, random_rate=0, gold_rate=0)


def test_vectors_are_taken_row_by_row(owner, project):
    make_item(project, external_id="m-1")
    rows = [{"external_id": "m-1", "vector": [3.0, 4.0]}, {"external_id": "m-2", "vector": [1.0, 2.0]}]
    status, body = owner.call("POST", f"projects/{project.pk}/vectors/", {"vectors": rows})
    assert (status, body["accepted"], body["dimension"]) == (200, 1, 2)
    refusal = {"index": 1, "field": "external_id", "message": "There is no such item in this project."}
    assert body["errors"] == [refusal | {"said": {"code": "vector.no_item", "with": {}}}]
    shown = owner.call("GET", f"projects/{project.pk}/model/")[1]["representation"]
    assert shown == {"wanted": "pool", "live": None, "building": None, "vectors_waiting": 1, "error": None}


@pytest.mark.parametrize("name", ["vectors", "predictions"])
@pytest.mark.parametrize("rows", [b"{}", b"null", b'"x"', b"[" + b"7," * 1000 + b"7]", b'[{"vector": [NaN, 1]}]'])
def test_what_is_no_list_of_rows(owner, project, name, rows):
    body = b'{"%s": %s}' % (name.encode(), rows)
    status, refusal = owner.raw("POST", f"projects/{project.pk}/{name}/", body)
    assert status == 400
    assert refusal["error"]["message"]


def test_a_prediction_becomes_a_suggestion(owner, project, client_of):
    item = make_item(project)
    row = {"item": item.pk, "probabilities": {"ham": 0.25, "spam": 0.75}, "model": "bert"}
    assert owner.call("POST", f"projects/{project.pk}/predictions/", {"predictions": [row]}) == (
        200,
        {"stored": 1, "errors": []},
    )
    annotator = client_of(make_member(project))
    for _ in range(2):  # leased now, and held already
        lease = annotator.call("POST", f"projects/{project.pk}/assignments/", {})[1]["assignments"][0]
        assert lease["suggestion"] == {"value": {"class": "spam"}, "probability": 0.75, "model": "bert"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [("queue_source", "dice"), ("queue_source", None), ("representation", "nonsense"), ("representation", 5)],
)
def test_settings_that_do_not_exist(owner, project, setting, value):
    status, refusal = owner.call("PATCH", f"projects/{project.pk}/", {"settings": {setting: value}})
    assert (status, list(refusal["error"]["fields"])) == (422, [f"settings.{setting}"])


def test_a_file_of_vectors_is_a_job(owner, project):
    upload = SimpleUploadedFile("vectors.npy", b"not yet looked at")
    response = owner.http.post(f"/api/v1/projects/{project.pk}/vectors/", {"file": upload}, format="multipart")
    assert (response.status_code, response.json()["kind"]) == (202, "vectors")
    assert owner.call("GET", f"jobs/{response.json()['id']}/")[1]["status"] == "queued"
    empty = owner.http.post(f"/api/v1/projects/{project.pk}/vectors/", {"other": "x"}, format="multipart")
    assert empty.status_code == 400
