"""Probes, figures, and what the log says: ids of requests, and never a secret."""

import io
import json
import logging
import uuid

import pytest
from django.db import connection
from django.test import Client as Browser

from annotation import tracing
from annotation.models import AuditEvent, Heartbeat, Job, MetricSeries
from annotation.operations import counting, health
from annotation.operations.outbox import request_work
from annotation.operations.transfer import run_job
from annotation.tracing import JsonFormatter
from tests.factories import make_annotation, make_item, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """What is logged meanwhile, as it would be written; `lines()` returns the objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    stream.lines = lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


class TestProbes:
    def test_they_answer_by_address_and_in_the_clear(self, settings):
        settings.SECURE_SSL_REDIRECT = True
        for path in ("/livez", "/readyz", "/metrics"):
            assert Browser(headers={"Host": "10.1.2.3"}).get(path).status_code == 200, path
        assert Browser().post("/livez").status_code == 405

    def test_alive_without_a_database(self, django_db_blocker):
        with django_db_blocker.block():
            assert Browser().get("/livez").status_code == 200

    def test_not_ready_with_tables_of_an_older_version(self, monkeypatch):
        monkeypatch.setattr("annotation.api.probes._migrated", set())
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM django_migrations
                   WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'annotation')"""
            )
        answer = Browser().get("/readyz")
        assert (answer.status_code, answer.json()["migrations"]) == (503, False)


class TestMetrics:
    def figure(self, text: str, name: str) -> float:
        return float(next(line for line in text.splitlines() if line.startswith(name)).rpartition(" ")[2])

    def test_what_they_tell(self, owner):
        project = make_project(owner=owner.user)
        answer = make_annotation(make_item(project), owner.user, "ham")
        request_work(project_id=project.pk, topic="learn", annotation_ids=[answer.pk])
        health.beat("worker:celery@one")
        owner.call("GET", f"projects/{project.pk}/")
        owner.call("GET", "projects/999999999/")
        text = Browser().get("/metrics").content.decode()
        assert self.figure(text, "querent_labels_behind") == 1
        assert self.figure(text, 'querent_work_waiting{topic="learn"}') == 1
        assert self.figure(text, "querent_broker_up") == 1
        assert self.figure(text, "querent_database_connections ") >= 1
        assert self.figure(text, 'querent_worker_silent_seconds{worker="celery@one"}') < 60
        route = 'method="GET",route="api/v1/projects/<str:project_id>/",status='
        assert self.figure(text, f'querent_request_seconds_count{{{route}"2xx"}}') >= 1
        assert self.figure(text, f'querent_request_seconds_bucket{{{route}"4xx",le="+Inf"}}') >= 1

    def test_counts_of_all_processes_are_added_up(self):
        name = f"test-{uuid.uuid4().hex}"
        for seconds in (0.001, 0.03, 700.0):
            counting.observe(name, seconds, label='a"b')
            counting.flush()  # as three processes would
        series = MetricSeries.objects.get(name=name)
        assert series.labels == 'label="a\\"b"'
        assert series.values[:-1] == [1, 0, 0, 1, *[0] * 8, 1]
        assert series.values[-1] == pytest.approx(700.031)

    def test_strange_methods_and_addresses_make_no_series_of_their_own(self, owner):
        for place in range(3):
            owner.http.generic(f"METHOD{place}", f"/api/v1/no/such/{place}")
        Browser().get("/metrics")
        assert not MetricSeries.objects.filter(labels__contains="such").exists()
        assert not MetricSeries.objects.filter(labels__contains="METHOD").exists()

    @pytest.mark.parametrize(
        "meta",
        [
            {"REMOTE_ADDR": "10.0.0.7"},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_X_FORWARDED_PROTO": "https"},
            {"HTTP_HOST": "labels.example.org"},
            {"HTTP_HOST": "labels.example.org:8000"},
            {"REMOTE_ADDR": "nonsense"},
        ],
    )
    def test_without_a_token_only_this_machine_sees_them(self, meta):
        assert Browser().get("/metrics", **meta).status_code == 401

    def test_with_a_token_everybody_needs_it(self, settings):
        settings.METRICS_TOKEN = "let-me-in"
        assert Browser().get("/metrics").status_code == 401
        assert Browser(headers={"Authorization": "Bearer wröng"}).get("/metrics").status_code == 401
        far = Browser(headers={"Authorization": "Bearer let-me-in"})
        assert far.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 200


class TestDeafWorkers:
    def test_one_that_finished_nothing_for_ninety_seconds_is_told(self, anybody):
        health.beat("worker")
        health.beat("worker:celery@well")
        for name, seconds in (("deaf", 100), ("long gone", 2000)):
            health.beat(f"worker:celery@{name}")
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE annotation_heartbeat SET beat_at = now() - make_interval(secs => %s) WHERE name = %s",
                    [seconds, f"worker:celery@{name}"],
                )
        report = anybody.call("GET", "health/")[1]
        assert (report["status"], report["silent_workers"], report["workers_alive"]) == ("degraded", 1, True)
        health.forget("worker:celery@deaf")
        assert anybody.call("GET", "health/")[1]["status"] == "ok"
        assert Heartbeat.objects.count() == 3


class TestRequestIds:
    def test_the_callers_id_comes_back_and_goes_on(self, owner, log):
        project = make_project(owner=owner.user)
        sent = {"X-Request-ID": "from-the-caller.7"}
        response = owner.http.post(
            f"/api/v1/projects/{project.pk}/exports/", {"format": "jsonl"}, format="json", headers=sent
        )
        assert response.headers["X-Request-ID"] == "from-the-caller.7"
        job = Job.objects.get()
        assert job.request_id == "from-the-caller.7"

        def look(claim):
            logging.getLogger("test").info("at work")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("annotation.operations.transfer.run._OPERATIONS", {"export": look})
            assert run_job(job.pk)
        (line,) = [one for one in log.lines() if one["message"] == "at work"]
        assert (line["request_id"], line["job_id"]) == ("from-the-caller.7", str(job.pk))
        owner.call("PATCH", f"projects/{project.pk}/", {"name": "New"}, **sent)
        assert AuditEvent.objects.latest("pk").request_id == "from-the-caller.7"

    @pytest.mark.parametrize("offered", ["", "x" * 65, "a b", "a\nb", "<script>"])
    def test_what_cannot_be_an_id_is_replaced(self, anybody, offered):
        response = anybody.http.get("/api/v1/health/", headers={"X-Request-ID": offered})
        assert tracing.REQUEST_ID.fullmatch(response.headers["X-Request-ID"])
        assert response.headers["X-Request-ID"] != offered

    def test_a_failure_of_ours_names_it(self, owner, log, monkeypatch):
        def fail(*_, **__):
            raise RuntimeError("a bug, with password='hunter2' and qt_" + "a" * 43)

        monkeypatch.setattr("annotation.api.views.projects.access.project_for", fail)
        status, body = owner.call("GET", "projects/1/", **{"X-Request-ID": "broken-1"})
        assert status == 500
        assert "broken-1" in body["error"]["message"]
        errors = [line for line in log.lines() if "RuntimeError" in line.get("error", "")]
        assert {line["request_id"] for line in errors} == {"broken-1"}
        assert "hunter2" not in log.getvalue()
        assert "aaaa" not in log.getvalue()


def test_secrets_are_never_logged(admin, anybody, log, settings):
    """Logging in, wrong and right, tokens made, used and refused, and what the database refuses."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    secrets = ["a wrong guess-1", "a long password", settings.SECRET_KEY]
    for password in secrets[:2]:
        name = admin.user.username
        anybody.call("POST", "auth/token/", {"username": name, "password": password})
        anybody.call("POST", "auth/session/", {"username": name, "password": password})
    made = admin.call("POST", "tokens/", {"name": "x"})[1]["token"]
    anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {made}")
    anybody.call("GET", "me/")
    anybody.call("GET", f"me/?token={made}")
    anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {made} x")
    anybody.call("GET", "projects/")
    logging.getLogger("test").info("to postgresql://querent:open-sesame@127.0.0.1:5432/querent")
    logging.getLogger("test").info("sent %s", {"Authorization": "Bearer opensesame", "Cookie": "sessionid=opensesame"})
    assert log.getvalue()
    for secret in (*secrets, made, "open-sesame", "opensesame"):
        assert secret not in log.getvalue()


@pytest.mark.django_db(transaction=True)
def test_counts_wait_for_a_database_that_went_away_and_the_request_does_not_care(owner):
    counting.flush()
    name = f"test-{uuid.uuid4().hex}"
    counting.observe(name, 0.1)
    connection.ensure_connection()
    connection.connection.close()  # as when PostgreSQL is killed under us
    counting.flush()
    assert owner.call("GET", "projects/")[0] in (200, 503)
    connection.close()
    counting.flush()
    assert MetricSeries.objects.get(name=name).values[-1] == pytest.approx(0.1)
