"""The table of bad input, row by row, as it comes in by HTTP: the status that is promised, in the usual shape."""

import base64
import gzip
import io
import json
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from annotation.models import Item, Job, Project
from annotation.operations.transfer import run_job
from tests.api.test_contract import is_refusal
from tests.factories import make_assignment, make_item, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(owner):
    return make_project(owner=owner.user)


class TestBodies:
    BODY = b'{"name": "x"}'

    @pytest.mark.parametrize(
        ("body", "content_type", "headers", "status"),
        [
            (gzip.compress(BODY, mtime=0), "application/json", {"Content-Encoding": "gzip"}, 415),
            (zlib.compress(BODY), "application/json", {"Content-Encoding": "deflate"}, 415),
            (BODY, "application/json", {"Content-Encoding": "gzip, identity"}, 415),
            (BODY, "application/json; charset=utf-16", {}, 415),
            (BODY, "application/json; charset=utf-7", {}, 415),
            (BODY, "application/json; charset=rot13", {}, 415),
            (BODY, "application/xml", {}, 415),
            (BODY, "text/plain", {}, 415),
            (BODY, "", {}, 415),
            (b"\xef\xbb\xbf" + BODY, "application/json", {}, 400),
            (b"{'name': 1}", "application/json", {}, 400),
            (b'{"name": "x"}\n{"name": "y"}', "application/json", {}, 400),
            (b'{"name": -Infinity}', "application/json", {}, 400),
            (b'{"name": 1' + b"0" * 5000 + b"}", "application/json", {}, 400),
            (b"", "application/json", {}, 400),
            (b"null", "application/json", {}, 400),
        ],
    )
    def test_what_is_no_plain_json(self, owner, body, content_type, headers, status):
        came, answer = owner.raw("POST", "projects/", body, content_type, **headers)
        assert (came, is_refusal(answer)) == (status, True)
        assert not Project.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "ordering=name", "order_by=password", "fields=*", "project__owner=1", "name__regex=.*", "verb__contains=x",
        "limit=1e3", "limit=-1", "limit=%00", "limit=1&limit=x", "cursor=%FF", "cursor=bnVsbA==", "cursor=W251bGxd",
        "cursor=WzFd%00", "cursor=WyJhIl0=", "cursor=W3RydWVd", "cursor=" + "A" * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("route", ["items/", "members/", "jobs/", "audit/"])
def test_filters_pages_and_cursors(owner, project, route, query):
    status, answer = owner.call("GET", f"projects/{project.pk}/{route}?{query}")
    assert status == 400 or "limit=1&limit" in query
    assert is_refusal(answer)
    assert "password" not in json.dumps(answer).replace(query, "").replace("order_by", "")


class TestAnswers:
    @pytest.fixture
    def annotator(self, client_of, project):
        return client_of(make_member(project))

    @pytest.mark.parametrize(
        ("kind", "value", "field"),
        [
            ("choice", {"class": "eggs"}, "value"),
            ("multichoice", {"classes": ["ham", "ham"]}, "value"),
            ("spans", {"spans": [{"start": 0, "end": 99, "class": "ham"}]}, "value"),
            ("spans", {"spans": [{"start": 3, "end": 2, "class": "ham"}]}, "value"),
            ("spans", {"spans": [{"start": -1, "end": 2, "class": "ham"}]}, "value"),
            ("spans", {"spans": [{"start": 2**70, "end": 2**71, "class": "ham"}]}, "value"),
            ("spans", {"spans": [{"start": a, "end": a + 3, "class": "ham"} for a in (0, 1)]}, "value"),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_a_422_with_its_place(self, owner, client_of, kind, value, field):
        project = make_project(owner=owner.user, kind=kind, spans_overlap=False)
        annotator = client_of(make_member(project))
        lease = make_assignment(make_item(project, text="a text"), annotator.user)
        status, answer = annotator.call("PUT", f"assignments/{lease.pk}/annotation/", {"value": value})
        assert (status, is_refusal(answer)) == (422, True)
        assert all(name.startswith(field) for name in answer["error"]["fields"]), answer

    def test_an_answer_under_an_older_schema_is_a_409(self, project, annotator, owner):
        lease = make_assignment(make_item(project), annotator.user)
        before = project.schema_version
        assert owner.call("PATCH", f"projects/{project.pk}/", {"classes": ["ham", "spam", "eggs"]})[0] == 200
        body = {"value": {"class": "ham"}, "schema_version": before}
        assert annotator.call("PUT", f"assignments/{lease.pk}/annotation/", body)[0] == 409

    @pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
    def test_keys_that_cannot_be(self, project, annotator, key):
        status, answer = annotator.call("POST", f"projects/{project.pk}/assignments/", {}, **{"Idempotency-Key": key})
        assert (status, is_refusal(answer)) == (400, True)


def png(width: int, height: int) -> bytes:
    """A PNG's beginning that announces so many pixels, with a true checksum."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def data_url(content: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    "image",
    [
        data_url(png(50_000, 50_000)),
        data_url(png(0, 7)),
        data_url(png(8, 8)[:20]),
        data_url(b"<html><script>alert(1)</script>"),
        data_url(b"GIF89a/*<script>alert(1)</script>*/", "gif"),
        data_url(b"\xff\xd8\xff\xe0<script>alert(1)</script>", "jpeg"),
        data_url(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "svg+xml"),
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/png;base64,@@@",
    ],
)
def test_images_are_taken_by_their_content(owner, image):
    project = make_project(owner=owner.user)
    rows = {"items": [{"data": {"image": image}}, {"data": {"text": "a good one"}}]}
    status, answer = owner.call("POST", f"projects/{project.pk}/items/", rows)
    assert (status, answer["created"]) == (200, 1)
    assert [(error["index"], error["field"]) for error in answer["errors"]] == [(0, "data.image")]


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.csv.gz", gzip.compress(b"text\n" + b"a" * 30_000_000, mtime=0)),
        ("twice.csv.gz", gzip.compress(gzip.compress(b"text\na\n", mtime=0), mtime=0)),
        ("out.zip", zipped("../../etc/passwd", b"text\na\n")),
        ("../../../etc/cron.d/x", b"\x00\x01\x02"),
    ],
)
def test_uploads_that_are_no_tables_fail_with_a_reason_and_nothing_comes_in(owner, project, settings, name, content):
    settings.UPLOAD_LIMIT_BYTES = 2**20
    response = owner.http.post(
        f"/api/v1/projects/{project.pk}/imports/", {"file": SimpleUploadedFile(name, content)}, format="multipart"
    )
    assert response.status_code == 202, response.content
    job = Job.objects.get(pk=response.json()["id"])
    run_job(job.pk)
    job.refresh_from_db()
    assert job.status == "failed" or job.n_errors
    assert job.result
    assert not Item.objects.exists()


@pytest.mark.parametrize(("path", "hint"), [("projects/1/itemz/", ""), ("projects", " Addresses end with a slash.")])
def test_a_wrong_address_is_told_so_to_programs_that_send(path, hint):
    program = APIClient(enforce_csrf_checks=True)
    answer = program.post(f"/api/v1/{path}", {}, format="json")
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, f"There is no such address.{hint}")
