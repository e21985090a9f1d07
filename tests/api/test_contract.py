"""The routes of the contract: what they answer, to whom, and in which shape they refuse."""

import json
import uuid

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from annotation.models import Assignment, AuditEvent, Item, Project
from tests.factories import make_item, make_member, make_project, make_user

NEW = {"name": "Inbox", "kind": "choice", "classes": ["ham", {"name": "spam", "key": "s"}]}


def is_refusal(body):
    return set(body) == {"error"} and set(body["error"]) == {"code", "message", "fields", "said"}


@pytest.fixture
def project(owner):
    return make_project(owner=owner.user, random_rate=0, gold_rate=0)


@pytest.fixture
def annotator(client_of, project):
    return client_of(make_member(project))


class TestLogIn:
    def test_a_token_opens_the_door(self, admin, anybody):
        status, body = anybody.call(
            "POST", "auth/token/", {"username": admin.user.username, "password": "a long password"}
        )
        assert status == 200
        anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {body['token']}")
        assert anybody.call("GET", "me/")[1]["username"] == admin.user.username

    @pytest.mark.parametrize("password", ["wrong", "\0", ""])
    def test_wrong_credentials(self, admin, anybody, password):
        status, body = anybody.call("POST", "auth/token/", {"username": admin.user.username, "password": password})
        assert status in (400, 401)
        assert is_refusal(body)

    def test_guessing_is_slowed_down_whatever_the_spelling_of_the_name(self, anybody):
        name = f"victim-{uuid.uuid4().hex}"  # counts stay in Redis for ten minutes
        make_user(name, password="a long password")
        for _ in range(10):
            anybody.call("POST", "auth/token/", {"username": name.upper(), "password": "guess"})
        status, body = anybody.call("POST", "auth/token/", {"username": name, "password": "a long password"})
        assert (status, body["error"]["code"]) == (429, "throttled")

    def test_no_token_and_a_wrong_token(self, anybody, client_of):
        assert anybody.call("GET", "projects/")[0] == 401
        anybody.http.credentials(HTTP_AUTHORIZATION="Token nonsense")
        status, body = anybody.call("GET", "projects/")
        assert status == 401
        assert is_refusal(body)

    def test_a_token_taken_back_is_refused_at_once(self, owner):
        _, made = owner.call("POST", "tokens/", {"name": "script"})
        other = type(owner)(None)
        other.http.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
        assert other.call("GET", "me/")[0] == 200
        assert owner.call("DELETE", f"tokens/{made['id']}/")[0] == 204
        assert other.call("GET", "me/")[0] == 401

    def test_a_disabled_person_is_out_at_once(self, owner):
        owner.user.is_active = False
        owner.user.save(update_fields=["is_active"])
        assert owner.call("GET", "me/")[0] == 401

    def test_the_page_logs_in_with_csrf(self, admin):
        browser = Browser(enforce_csrf_checks=True)
        credentials = json.dumps({"username": admin.user.username, "password": "a long password"})
        url = "/api/v1/auth/session/"
        refused = browser.post(url, credentials, content_type="application/json")
        assert refused.status_code == 403
        assert is_refusal(refused.json())
        assert browser.get("/api/v1/me/").status_code == 401
        token = browser.cookies["csrftoken"].value
        headers = {"X-CSRFToken": token}
        assert browser.post(url, credentials, content_type="application/json", headers=headers).status_code == 200
        assert browser.get("/api/v1/me/").json()["is_admin"] is True
        assert browser.post("/api/v1/projects/", "{}", content_type="application/json").status_code == 403


class TestProjects:
    def test_the_creator_is_the_owner_and_defaults_are_filled_in(self, owner):
        status, body = owner.call("POST", "projects/", NEW)
        assert status == 201
        assert body["role"] == "owner"
        assert body["settings"] == {
            "target_accuracy": None, "predict_to_queue_below": None,
            "overlap": 1, "max_votes": 1, "lease_seconds": 900, "representation": "pool", "suggestions": "given",
            "queue_source": "model",
            "random_rate": 0.1, "gold_rate": 0.03,
            "target_confidence": 0.95, "strategy": "team", "spans_overlap": True, "cost_aware": False,
            "classifier": "linear", "classifier_params": {},
            "overlap_share": 1.0, "relabel_rate": 0.2, "pause_at_odds": 0.0, "show_names": False, "blind_review": False,
            "paused": False,
            "training_items": 0, "training_pass_mark": 0.8,
        }  # fmt: skip
        assert body["pause"] is None
        assert [(one["name"], one["key"]) for one in body["classes"]] == [("ham", "1"), ("spam", "s")]
        assert AuditEvent.objects.filter(verb="project.created").count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": 7}, "name"),
            ({"kind": "spans", "classes": []}, "classes"),
            ({"kind": "rating", "classes": ["1", "good"]}, "classes.1.name"),
            ({"kind": "nonsense"}, "kind"),
            ({"classes": ["one"]}, "classes"),
            ({"classes": ["a", "a"]}, "classes"),
            ({"classes": ["a", {"name": "b", "key": "long"}]}, "classes.1.key"),
            ({"classes": "ab"}, "classes"),
            ({"settings": {"overlap": 0}}, "settings.overlap"),
            ({"settings": {"overlap": True}}, "settings.overlap"),
            ({"settings": {"overlap": 3, "max_votes": 2}}, "settings.max_votes"),
            ({"settings": {"nonsense": 1}}, "settings.nonsense"),
            ({"settings": {"strategy": "magic"}}, "settings.strategy"),
            ({"settings": {"spans_overlap": 1}}, "settings.spans_overlap"),
            ({"settings": {"lease_seconds": 4}}, "settings.lease_seconds"),
            ({"settings": {"training_items": 101}}, "settings.training_items"),
            ({"settings": {"training_pass_mark": 1.1}}, "settings.training_pass_mark"),
        ],
    )
    def test_what_does_not_fit_is_named(self, owner, change, field):
        status, body = owner.call("POST", "projects/", NEW | change)
        assert status == 422
        assert field in body["error"]["fields"]
        assert not Project.objects.exists()

    def test_max_votes_follows_overlap_unless_it_is_given(self, owner):
        _, body = owner.call("POST", "projects/", NEW | {"settings": {"overlap": 3}})
        assert body["settings"]["max_votes"] == 3

    def test_a_change_is_whole_or_not_at_all(self, owner, project):
        status, _ = owner.call("PATCH", f"projects/{project.pk}/", {"name": "New", "settings": {"overlap": 0}})
        assert status == 422
        assert owner.call("GET", f"projects/{project.pk}/")[1]["name"] == project.name

    def test_a_paused_project_says_since_when_and_to_those_above_annotators_by_whom(self, owner, project, annotator):
        path = f"projects/{project.pk}/"
        assert owner.call("PATCH", path, {"settings": {"paused": True}})[0] == 200
        found, seen = owner.call("GET", path)[1]["pause"], annotator.call("GET", path)[1]["pause"]
        assert (found["by"], seen["by"]) == ("owner", None)
        assert found["since"] == seen["since"] is not None
        assert owner.call("PATCH", path, {"settings": {"paused": False}})[1]["pause"] is None

    def test_a_deleted_project_is_gone_for_everybody(self, owner, project, annotator):
        assert owner.call("DELETE", f"projects/{project.pk}/", **{"If-Match": "*"})[0] == 204
        assert owner.call("GET", f"projects/{project.pk}/")[0] == 404
        assert annotator.call("POST", f"projects/{project.pk}/assignments/", {})[0] == 404


class TestMembers:
    def test_an_administrator_makes_the_account(self, admin, project):
        path = f"projects/{project.pk}/members/"
        body = {"username": "maya", "role": "annotator", "password": "pw-3f9c2b7d"}
        assert admin.call("POST", path, body)[0] == 201
        assert admin.call("POST", path, body)[0] == 409
        assert admin.call("POST", path, {"username": "maya", "role": "reviewer"})[1]["role"] == "reviewer"

    def test_an_owner_does_not_make_accounts(self, owner, project):
        body = {"username": "maya", "role": "annotator", "password": "pw-3f9c2b7d"}
        assert owner.call("POST", f"projects/{project.pk}/members/", body)[0] == 403

    def test_a_manager_makes_no_owner_and_the_last_owner_stays(self, owner, project, client_of):
        manager = client_of(make_member(project, role="manager"))
        path = f"projects/{project.pk}/members/"
        assert manager.call("POST", path, {"username": manager.user.username, "role": "owner"})[0] == 403
        assert owner.call("DELETE", f"{path}owner/")[0] == 409
        assert owner.call("POST", path, {"username": "owner", "role": "manager"})[0] == 409

    def test_one_who_left_is_out(self, owner, project, annotator):
        lease = annotator_lease(annotator, project)
        path = f"projects/{project.pk}/members/{annotator.user.username}/"
        assert owner.call("DELETE", path)[0] == 204
        answer = annotator.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": "ham"}})
        assert answer[0] == 404


def annotator_lease(annotator, project):
    make_item(project)
    return annotator.call("POST", f"projects/{project.pk}/assignments/", {"count": 1})[1]["assignments"][0]


class TestLabeling:
    def test_ask_answer_and_go_on_in_one_round_trip(self, project, annotator):
        for _ in range(2):
            make_item(project)
        lease = annotator_lease(annotator, project)
        path = f"assignments/{lease['id']}/annotation/"
        status, body = annotator.call("PUT", path, {"value": {"class": "ham"}, "seconds": 2.5, "next": 1})
        assert status == 201
        assert body["revision"] == 1
        assert len(body["assignments"]) == 1
        again = annotator.call("PUT", path, {"value": {"class": "ham"}, "seconds": 9, "next": 1})
        assert again[0] == 200
        assert (again[1]["id"], again[1]["revision"]) == (body["id"], 1)
        assert [one["id"] for one in again[1]["assignments"]] == [one["id"] for one in body["assignments"]]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"value": {"class": "no such"}}, 422),
            ({"value": {"rating": 4}}, 422),
            ({"value": None}, 422),
            ({}, 400),
            ([], 400),
            ({"value": {"class": "\0"}}, 400),
            ({"value": {"class": "ham"}, "seconds": -1}, 400),
            ({"value": {"class": "ham"}, "next": 10**9}, 400),
            ({"value": {"class": "ham"}, "next": True}, 400),
        ],
    )
    def test_bad_answers(self, project, annotator, body, status):
        lease = annotator_lease(annotator, project)
        came, refusal = annotator.call("PUT", f"assignments/{lease['id']}/annotation/", body)
        assert came == status
        assert is_refusal(refusal)

    def test_a_gold_check_does_not_show(self, project, annotator):
        Project.objects.filter(pk=project.pk).update(gold_rate=1)
        make_item(project, gold="ham")
        lease = annotator.call("POST", f"projects/{project.pk}/assignments/", {})[1]["assignments"][0]
        assert "gold" not in json.dumps(lease)

    def test_how_much_is_left_tells_no_gold_check(self, project, annotator):
        """Answers to a known item and to another one look the same there."""
        Project.objects.filter(pk=project.pk).update(gold_rate=1)
        make_item(project, gold="ham")
        for _ in range(25):
            make_item(project)
        streams = set()
        for _ in range(3):
            told = annotator.call("GET", f"projects/{project.pk}/my/annotations/")[1]["project"]
            assert told == {"left": 25, "wanted": 25}
            lease = annotator.call("POST", f"projects/{project.pk}/assignments/", {})[1]["assignments"][0]
            streams.add(Assignment.objects.get(pk=lease["id"]).stream)
            annotator.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": "ham"}})
        assert len(streams) == 2
        Item.objects.filter(project=project, is_gold=False, taken=0).update(
            taken=1, open_slots=0, drawn_at=timezone.now()
        )
        assert annotator.call("GET", f"projects/{project.pk}/my/annotations/")[1]["project"] == {
            "left": 0,
            "wanted": 25,
        }

    def test_history_by_pages(self, project, annotator):
        for place in range(5):
            lease = annotator_lease(annotator, project)
            annotator.call(
                "PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": ("ham", "spam")[place % 2]}}
            )
        path = f"projects/{project.pk}/my/annotations/?limit=2"
        seen = []
        while path:
            _, body = annotator.call("GET", path)
            seen += [one["id"] for one in body["results"]]
            path = body["next"] and body["next"].split("/api/v1/")[1]
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 5
        assert body["today"] == 5
        assert body["project"] == {"left": 0 if project.items.count() == 5 else 10, "wanted": project.items.count()}

    def test_where_an_item_gets_several_answers_each_of_them_counts(self, project, annotator):
        Project.objects.filter(pk=project.pk).update(overlap=3, max_votes=3, random_rate=0)
        project.refresh_from_db()
        for _ in range(40):
            make_item(project)
        path = f"projects/{project.pk}/my/annotations/"
        assert annotator.call("GET", path)[1]["project"] == {"left": 120, "wanted": 120}
        for _ in range(20):
            lease = annotator.call("POST", f"projects/{project.pk}/assignments/", {"count": 1})[1]["assignments"][0]
            annotator.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": "ham"}})
        assert annotator.call("GET", path)[1]["project"] == {"left": 100, "wanted": 120}


class TestStrictness:
    RAW = [
        (b'{"count": 1', 400),
        (b'{"count": "\xff"}', 400),
        (b'{"count": NaN}', 400),
        (b'{"count": 1e999}', 400),
        (b'{"count": 1, "count": 2}', 400),
        (b'{"count": 1} x', 400),
        (b"[" * 100_000, 400),
        (b'{"count": ' + b"[" * 70 + b"]" * 70 + b"}", 400),
        (b'{"count": ' + b"9" * 5000 + b"}", 400),
        (b'{"count": "\\ud800"}', 400),
        (b'{"count": "\\u0000"}', 400),
        (b'{"count": 1000000000}', 400),
        (b'{"count": "1"}', 400),
        (b"7", 400),
    ]

    @pytest.mark.parametrize(("raw", "status"), RAW)
    def test_what_is_not_strict_json(self, project, annotator, raw, status):
        came, body = annotator.raw("POST", f"projects/{project.pk}/assignments/", raw)
        assert came == status
        assert is_refusal(body)

    def test_other_charsets_and_types_and_sizes(self, project, annotator, settings):
        path = f"projects/{project.pk}/assignments/"
        assert annotator.raw("POST", path, b"{}", "application/json; charset=utf-16")[0] == 415
        assert annotator.raw("POST", path, b"{}", "text/plain")[0] == 415
        assert annotator.raw("POST", path, b"{}", **{"Content-Encoding": "gzip"})[0] == 415
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        assert annotator.raw("POST", path, b'{"count": 1, "x": "' + b"a" * 200 + b'"}')[0] == 413

    @pytest.mark.parametrize("key", ["987654321", "1e3", "-1", "9" * 30, "\u0661", "%00", "a b"])
    def test_junk_for_an_id_is_not_found(self, owner, key):
        for path in (f"projects/{key}/", f"projects/{key}/progress/", f"jobs/{key}/", f"exports/{key}/file/"):
            status, body = owner.call("GET", path)
            assert status == 404, path
            assert is_refusal(body)

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=-1", "limit=1000000000", "cursor=x", "cursor=W10=", "classes__x=1"]
    )
    def test_bad_pages_and_filters(self, owner, query):
        assert owner.call("GET", f"projects/?{query}")[0] == 400

    def test_an_unknown_address(self, owner):
        status, body = owner.call("GET", "no/such/thing/")
        assert status == 404
        assert is_refusal(body)

    def test_a_wrong_method(self, owner):
        status, body = owner.call("DELETE", "projects/")
        assert status == 405
        assert is_refusal(body)


class TestIdempotency:
    def test_the_same_key_acts_once(self, owner):
        key = {"Idempotency-Key": "abc"}
        first, second = (owner.call("POST", "projects/", NEW, **key) for _ in range(2))
        assert first == second
        assert Project.objects.count() == 1

    def test_another_body_or_a_bad_key(self, owner):
        owner.call("POST", "projects/", NEW, **{"Idempotency-Key": "abc"})
        assert owner.call("POST", "projects/", NEW | {"name": "Other"}, **{"Idempotency-Key": "abc"})[0] == 422
        assert owner.call("POST", "projects/", NEW, **{"Idempotency-Key": "x" * 300})[0] == 400

    def test_a_refusal_is_not_kept(self, owner):
        key = {"Idempotency-Key": "abc"}
        assert owner.call("POST", "projects/", NEW | {"name": ""}, **key)[0] == 422
        assert owner.call("POST", "projects/", NEW, **key)[0] == 201


def test_the_schema_and_its_page(anybody):
    assert anybody.http.get("/api/v1/schema/").status_code == 200
    page = anybody.http.get("/api/v1/docs/")
    assert b"assignments/{assignment_id}/annotation/" in page.content
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_the_schema_knows_every_answer(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_conditional_get(owner, project):
    first = owner.http.get(f"/api/v1/projects/{project.pk}/")
    again = owner.http.get(f"/api/v1/projects/{project.pk}/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
