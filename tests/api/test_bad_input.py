"""Input made to break things: it is refused by name, and never by a 5xx."""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.models import IdempotencyKey, Job, Membership
from tests.api.test_contract import is_refusal
from tests.factories import make_member, make_project, make_user

KEY = {"Idempotency-Key": "abc"}


def cursor(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


@pytest.fixture
def project(owner):
    return make_project(owner=owner.user)


@pytest.mark.parametrize(
    "query",
    [
        "limit=000200999",
        "limit=000200" + "9" * 30,
        "limit=" + "0" * 5000 + "1",
        "cursor=" + cursor(b"[" * 20_000),
        "cursor=" + cursor(b"[" + b"9" * 5000 + b"]"),
    ],
)
def test_pages_beyond_the_range_or_the_stack(owner, query):
    status, body = owner.call("GET", f"projects/?{query}")
    assert status == 400
    assert is_refusal(body)


@pytest.mark.parametrize("key", ["0" * 19 + "1" + "9" * 30, "0" * 19 + "1" + "9" * 5000])
def test_an_id_that_only_begins_like_one(owner, key):
    assert owner.call("GET", f"projects/{key}/")[0] == 404


@pytest.mark.parametrize("moment", ["", "x", "2026-01-31T12:00:00", "2026-01-31"])
def test_a_cursor_of_ones_own_answers_is_a_moment_with_its_zone(owner, project, moment):
    place = cursor(json.dumps([moment, 1]).encode())
    assert owner.call("GET", f"projects/{project.pk}/my/annotations/?cursor={place}")[0] == 400


@pytest.mark.parametrize("place", [2**63 - 1, 2**62 + 1])
def test_a_place_in_the_queue_beyond_all_items(owner, project, place):
    assert owner.call("GET", f"projects/{project.pk}/queue/?cursor=shuffle-{place}-0")[0] == 400


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "%ff"])
def test_a_member_whose_name_cannot_be(owner, project, name):
    status, body = owner.call("DELETE", f"projects/{project.pk}/members/{name}/")
    assert status == 404
    assert is_refusal(body)


@pytest.mark.parametrize("name", ["overlap", "random_rate"])
def test_a_setting_larger_than_any_float(owner, project, name):
    status, body = owner.call("PATCH", f"projects/{project.pk}/", {"settings": {name: 10**400}})
    assert status == 422
    assert f"settings.{name}" in body["error"]["fields"]


class TestUserNames:
    @pytest.mark.parametrize("name", ["bob\n", "\ufdfa", "\ufb03" * 150])
    def test_refused_when_they_are_not_names_or_grow_too_long(self, admin, name):
        project = make_project(owner=admin.user)
        made = {"username": name, "role": "annotator", "password": "a long password"}
        assert admin.call("POST", f"projects/{project.pk}/members/", made)[0] == 422

    def test_another_spelling_of_the_same_letters_is_the_same_person(self, admin):
        project = make_project(owner=admin.user)
        user = make_user("12x")
        status, _ = admin.call(
            "POST", f"projects/{project.pk}/members/", {"username": "\u2460\u2461x", "role": "annotator"}
        )
        assert status == 201
        assert Membership.objects.filter(project=project, user=user).exists()


@pytest.mark.parametrize("headers", [{}, KEY])
@pytest.mark.parametrize("name", ["\\ud800", "\\u0000"])
def test_an_unknown_field_that_cannot_be_written_is_a_row_error(owner, project, headers, name):
    rows = f'{{"items": [{{"{name}": 1, "data": {{"text": "x"}}}}]}}'
    status, body = owner.raw("POST", f"projects/{project.pk}/items/", rows.encode(), **headers)
    assert status == 200
    assert [(error["index"], error["field"]) for error in body["errors"]] == [(0, "?")]


class TestForms:
    def send(self, owner, project, fields, **headers):
        response = owner.http.post(f"/api/v1/projects/{project.pk}/imports/", fields, format="multipart", **headers)
        return response.status_code, response.json()

    def file(self, size=8):
        return SimpleUploadedFile("a.csv", b"text\n".ljust(size, b"x"))

    def test_a_mapping_that_cannot_be_written(self, owner, project):
        status, body = self.send(owner, project, {"file": self.file(), "mapping": '{"\\ud800": 1}'})
        assert status == 400
        assert is_refusal(body)

    @pytest.mark.parametrize(
        "fields",
        [{f"field-{n}": "x" for n in range(1100)}, {f"file-{n}": SimpleUploadedFile("a", b"x") for n in range(101)}],
    )
    def test_too_many_parts(self, owner, project, fields):
        status, body = self.send(owner, project, fields)
        assert status == 400
        assert is_refusal(body)

    def test_a_field_that_is_too_large(self, owner, project, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        status, body = self.send(owner, project, {"file": self.file(), "mapping": "x" * 2000})
        assert status == 413
        assert is_refusal(body)

    @pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "abc"}])
    def test_a_file_that_is_too_large_is_refused_by_its_length(self, owner, project, settings, headers):
        settings.UPLOAD_LIMIT_BYTES = 1000
        status, body = self.send(owner, project, {"file": self.file(5000)}, **headers)
        assert status == 413
        assert is_refusal(body)
        assert not Job.objects.exists()

    def test_the_job_shows_the_name_of_the_file(self, owner, project):
        status, body = self.send(owner, project, {"file": self.file()})
        assert (status, body["params"]["filename"]) == (202, "a.csv")


class TestLargeBodies:
    def test_only_routes_for_many_rows_take_them(self, owner, anybody, project):
        large = b'{"name": "' + b"x" * 3 * 2**20 + b'"}'
        assert owner.raw("POST", "projects/", large)[0] == 413
        assert anybody.raw("POST", "auth/token/", large)[0] == 413
        rows = {"items": [{"data": {"text": "x" * 100_000}} for _ in range(25)]}
        assert owner.call("POST", f"projects/{project.pk}/items/", rows)[1]["duplicates"] == 24

    def test_objects_without_end_are_refused_before_they_are_made(self, owner, project):
        path = f"projects/{project.pk}/items/"
        status, body = owner.raw("POST", path, b"[" + b"[]," * 600_000 + b"1]")
        assert (status, "objects and lists" in body["error"]["message"]) == (400, True)
        for unclosed in (b'"' + b'\\"[' * 600_000, b'{"a' * 600_000):
            assert owner.raw("POST", path, unclosed)[0] == 400

    def test_brackets_in_texts_do_not_count(self, owner, project):
        texts = [{"data": {"text": "[" * 90_000 + str(n)}} for n in range(8)]
        assert owner.call("POST", f"projects/{project.pk}/items/", {"items": texts})[1]["created"] == 8


def test_a_host_that_is_not_ours_gets_the_usual_shape(owner):
    response = owner.http.get("/api/v1/me/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert is_refusal(response.json())


def test_a_token_is_not_kept_with_its_idempotency_key(owner):
    status, made = owner.call("POST", "tokens/", {"name": "script"}, **KEY)
    assert made["token"].startswith("qt_")
    assert owner.call("POST", "tokens/", {"name": "script"}, **KEY) == (status, made | {"token": None})
    assert made["token"] not in json.dumps(IdempotencyKey.objects.get().body)


def test_an_answer_is_not_repeated_to_one_who_left(owner, project, client_of):
    member = client_of(make_member(project))
    path = f"projects/{project.pk}/assignments/"
    assert [member.call("POST", path, {}, **KEY)[0] for _ in range(2)] == [200, 200]
    owner.call("DELETE", f"projects/{project.pk}/members/{member.user.username}/")
    assert member.call("POST", path, {}, **KEY)[0] == 404
