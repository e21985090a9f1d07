"""Files in and out: bad files, workers that die in the middle, workers that race, and what comes out again."""

import codecs
import csv
import errno
import gzip
import io
import json
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.utils import timezone

from annotation import hooks
from annotation.errors import BadRequest, Conflict, NoSpace, NotFound, StaleEpoch
from annotation.models import (
    Annotation,
    AnnotationRevision,
    Consensus,
    GoldAnswer,
    Item,
    Job,
    Project,
    Topic,
    WorkRequest,
)
from annotation.operations.owners import MAX_ATTEMPTS, MAX_LOSSES
from annotation.operations.transfer import (
    claim_job,
    collect_files,
    export_name,
    imports,
    open_export,
    run_job,
    start_export,
    start_import,
    stuck_jobs,
)
from annotation.operations.transfer.jobs import JobClaim, keep_lease
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.test_owners import owner_gone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    return tmp_path


class Killed(BaseException):
    """Nothing in between can catch it, like a signal."""


@pytest.fixture
def die_at(monkeypatch):
    """Makes the worker die when it reaches the point for the nth time; without arguments it lives again."""

    def arrange(point: str = "", nth: int = 1) -> None:
        seen = []

        def reached(here: str) -> None:
            seen.append(here)
            if here == point and seen.count(point) == nth:
                raise Killed

        monkeypatch.setattr(hooks, "reached", reached)

    return arrange


def lose_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def bring(content: bytes, project: Project | None = None, name: str = "any.csv", **options: Any) -> Job:
    project = project or make_project()
    return start_import(project=project, user=project.created_by, upload=SimpleUploadedFile(name, content), **options)


def bring_now(content: bytes | str, project: Project | None = None, **options: Any) -> Job:
    """Returns the job after a worker has done it."""
    job = bring(content.encode() if isinstance(content, str) else content, project, **options)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def texts() -> list[str]:
    return [data["text"] for data in Item.objects.order_by("id").values_list("data", flat=True)]


def counts(job: Job) -> tuple[int, int, int]:
    assert job.result is not None
    return job.result["created"], job.result["duplicates"], job.result["errors"]


# --- what can be read


def test_csv_with_mapped_columns():
    project = make_project()
    content = 'Name,Body,Answer,Known,From\r\n1,"two\r\nlines, ""quoted""",spam,,web\r\n2,plain,,ham,mail\r\n'
    mapping = {"text": "Body", "external_id": "Name", "gold": "Known", "annotation": "Answer", "metadata": ["From"]}
    job = bring_now(content, project, mapping=mapping)
    assert (job.status, job.done, job.total, counts(job)) == ("done", 2, 2, (2, 0, 0))
    assert job.result is not None
    assert (job.result["known_answers"], job.result["annotations"]) == (1, 1)
    one, two = Item.objects.order_by("id")
    assert (one.external_id, one.data, one.metadata) == ("1", {"text": 'two\r\nlines, "quoted"'}, {"From": "web"})
    assert Annotation.objects.get().value == {"class": "spam"}
    assert (two.is_gold, GoldAnswer.objects.get().value) == (True, {"class": "ham"})
    assert WorkRequest.objects.filter(project=project, topic=Topic.REPRESENT).exists()


def test_rows_that_were_there_already_are_named():
    project = make_project()
    first = bring_now("id,text\na,one\nb,two\na,three\n", project)
    assert (counts(first), first.errors) == ((2, 1, 0), [])
    assert first.result is not None
    [again] = first.result["repeated"]
    assert (again["row"], again["field"]) == (4, "external_id")
    assert again["message"] == "An item with the id a was there already."
    second = bring_now("text\nnew\ntwo\n", project)
    assert second.result is not None
    assert [(one["row"], one["said"]["code"]) for one in second.result["repeated"]] == [(3, "row.content_there")]


@pytest.mark.parametrize(
    "content",
    [
        "id,text\na,one\nb,two\n",
        "id,text\na,one\nb,two",
        "id,text\ra,one\rb,two\r",
        "id,text\r\n\r\na,one\r\n\r\nb,two\r\n\r\n",
        "\n\nid;text\na;one\nb;two\n",
        "id\ttext\na\tone\nb\ttwo\n",
        "id|text\na|one\nb|two\n",
        '{"id": "a", "text": "one"}\n{"id": "b", "text": "two"}\n',
        '{"id": "a", "text": "one"}\n\n  \n{"id": "b", "text": "two"}',
        '{"external_id": "a", "data": {"text": "one"}}\r\n{"external_id": "b", "data": {"text": "two"}}\r\n',
    ],
)
@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_shapes_of_files(content, pack):
    job = bring_now(pack(content.encode()))
    assert (job.status, counts(job)) == ("done", (2, 0, 0))
    assert list(Item.objects.order_by("id").values_list("external_id", "data__text")) == [("a", "one"), ("b", "two")]


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (codecs.BOM_UTF8 + "text\nçedilla\n".encode(), None),
        ("text\nçedilla\n".encode("utf-16"), None),
        (codecs.BOM_UTF16_BE + "text\nçedilla\n".encode("utf-16-be"), None),
        ("text\nçedilla\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("text\nçedilla\n".encode("gb18030"), {"encoding": "gb18030"}),
    ],
)
def test_encodings(content, mapping):
    assert (counts(bring_now(content, mapping=mapping)), texts()) == ((1, 0, 0), ["çedilla"])


def test_without_header():
    bring_now("one,a\ntwo,b\n", mapping={"text": "1", "external_id": "2"})
    bring_now("first\nsecond\n", mapping={"text": "1", "header": False})
    assert texts() == ["one", "two", "first", "second"]


def test_jsonl_fields_and_paths():
    content = '{"n": 7, "body": {"text": "deep"}, "label": "spam", "source": {"a": [1]}}\n'
    mapping = {"text": "body.text", "external_id": "n", "gold": "label", "metadata": ["source"]}
    bring_now(content, mapping=mapping)
    item = Item.objects.get()
    assert (item.external_id, item.data["text"], item.metadata) == ("7", "deep", {"source": {"a": [1]}})


# --- what cannot be read


@pytest.mark.parametrize(
    ("content", "row", "kept"),
    [
        ("id,text\na,one\nb,two,three\nc,four\n", 3, 2),
        ("id,text\na,one\nb\nc,four\n", 3, 2),
        ('id,text\na,one\nb,"two" x\nc,four\n', 3, 2),
        ("id,text\na,one\nb,tw\0o\nc,four\n", 3, 2),
        (b"id,text\na,one\nb,tw\xffo\nc,four\n", 3, 2),
        ("id,text\na,one\nb,\nc,four\n", 3, 2),
        ("id,text\na,one\nb," + "x" * 100_001 + "\nc,four\n", 3, 2),
        ("id,text\na,one\nb," + "x" * 10_000_000 + "\nc,four\n", 3, 2),
        ("id,text\na,one\nb" + ",x" * 200_000 + "\nc,four\n", 3, 2),
        ('{"text": "one"}\n{"text": \n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": "a"} trailing\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": NaN}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": "a", "text": "b"}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": "a\\u0000"}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": "a\\ud800"}\n{"text": "four"}\n', 2, 2),
        (b'{"text": "one"}\n{"text": "a\xff"}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n["list"]\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": ' + "9" * 5000 + '}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": ' + "[" * 100_000 + '}\n{"text": "four"}\n', 2, 2),
        ('{"text": "one"}\n{"text": "' + "x" * 10_000_000 + '"}\n{"text": "four"}\n', 2, 2),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_kept(content, row, kept):
    job = bring_now(content)
    assert (job.status, counts(job)) == ("done", (kept, 0, 1))
    assert [error["row"] for error in job.errors] == [row]
    assert texts() == ["one", "four"]


def test_an_answer_that_is_nested_without_end_is_a_bad_row():
    content = f"text,label\none,ham\ntwo,{'[' * 100_000}\nfour,spam\n"
    job = bring_now(content, mapping={"text": "text", "gold": "label"})
    assert (job.status, counts(job)) == ("done", (2, 0, 1))
    assert [(error["row"], error["field"]) for error in job.errors] == [(3, "gold")]


@pytest.mark.parametrize(
    "content", ['id,text\na,one\nb,"two\nc,three\nd,four\n', 'id,text\na,one\nb,x"y,"two\nc,"d"\n']
)
def test_after_an_unclosed_quote_nothing_is_trusted(content):
    job = bring_now(content)
    assert (job.status, texts(), job.n_errors) == ("failed", ["one"], 1)
    assert (job.errors[0]["row"], job.result["created"]) == (3, 1)
    assert "quote" in job.result["reason"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"a," * 200_000 + b"\n", "200,001 columns"),
        (b'[{"text": "a"}]', "one list"),
        (b"a,b\n1,2\n", "no column called text"),
        (codecs.BOM_UTF32_LE + "text\na\n".encode("utf-32-le"), "UTF-32"),
        (gzip.compress(b"text\n" + b"a\n" * 100, mtime=0)[:-10], "gzip"),
        (b"\x1f\x8bnonsense", "gzip"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_the_reason(content, why):
    job = bring_now(content)
    assert job.status == "failed"
    assert why in job.result["reason"]
    assert not run_job(job.pk)


def test_a_column_that_is_not_there():
    job = bring_now("id,text\na,one\n", mapping={"text": "body"})
    assert (job.status, "'body'" in job.result["reason"]) == ("failed", True)


def test_a_file_that_unpacks_without_end_is_stopped(settings):
    settings.UPLOAD_LIMIT_BYTES = 100_000
    job = bring_now(gzip.compress(b"text\n" + b"a" * 5_000_000, mtime=0))
    assert (job.status, "unpacks" in job.result["reason"]) == ("failed", True)


def test_the_first_hundred_errors_and_their_number():
    job = bring_now("id,text\n" + "".join(f"{i},\n" for i in range(250)) + "z,good\n")
    assert (counts(job), len(job.errors), job.errors[-1]["row"]) == ((1, 0, 250), 100, 101)


@pytest.mark.parametrize(
    "mapping", [[], {"surprise": 1}, {"text": 7}, {"metadata": "x"}, {"encoding": "utf-7"}, {"delimiter": "x"}]
)
def test_a_bad_mapping_is_refused_at_once(mapping):
    with pytest.raises(BadRequest):
        bring(b"text\na\n", mapping=mapping)


def test_too_large_is_refused_and_leaves_nothing(settings, storage):
    settings.UPLOAD_LIMIT_BYTES = 10
    with pytest.raises(BadRequest, match="larger"):
        bring(b"text\n" + b"a" * 100)
    assert not Job.objects.exists()
    assert not list(storage.rglob("*"))


@pytest.mark.parametrize("header", [b"te\0xt,b\n", b"te\xffxt,b\n"])
def test_a_header_that_cannot_be_written_is_named_in_the_reason(header):
    job = bring_now(header + b"x,y\n", mapping={"text": "no such"})
    assert job.status == Job.Status.FAILED
    assert "The file has: te?xt, b." in job.result["reason"]


def test_the_users_file_name_is_never_a_path(storage):
    job = bring(b"text\na\n", name="../../evil\0.csv")
    assert "evil" not in job.path
    assert [path.name for path in (storage / "imports").iterdir()] == [job.path.removeprefix("imports/")]


def test_a_full_disk_is_said_and_leaves_nothing(monkeypatch, storage):
    def write_a_part(self: object, name: str, content: object) -> str:
        (storage / "imports").mkdir()
        (storage / name).write_text("te")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", write_a_part)
    with pytest.raises(NoSpace):
        bring(b"text\na\n")
    assert not Job.objects.exists()
    assert not [path for path in storage.rglob("*") if path.is_file()]


def test_the_same_file_again_is_a_new_job_with_a_warning():
    project = make_project()
    first, again = bring_now("id,text\na,x\n", project), bring_now("id,text\na,x\n", project)
    assert "warnings" not in first.result
    assert (counts(again), str(first.pk) in again.result["warnings"][0]) == ((0, 1, 0), True)


# --- workers that die, race or are late

ROWS = "id,text\n" + "".join(f"{i},text {i}\n" for i in range(95)) + "bad,\n" + "0,again\n"


@pytest.mark.parametrize("point", ["import batch stored", "import batch committed"])
@pytest.mark.parametrize("nth", [1, 4, 10])
def test_killed_anywhere_and_resumed_exactly(die_at, monkeypatch, point, nth):
    monkeypatch.setattr(imports, "BATCH", 10)
    job = bring(ROWS.encode())
    die_at(point, nth)
    with pytest.raises(Killed):
        run_job(job.pk)
    n_before = Item.objects.count()
    assert n_before == min(95, 10 * (nth - (point == "import batch stored")))
    assert (stuck_jobs(), run_job(job.pk)) == ([], False)  # its lease still holds
    lose_lease(job)
    assert stuck_jobs() == [job.pk]
    die_at()
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done, counts(job), Item.objects.count()) == ("done", 97, (95, 1, 1), 95)
    assert (run_job(job.pk), stuck_jobs()) == (False, [])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_rows_with_long_texts_come_in_smaller_batches(monkeypatch, pack):
    """Of 2 MB of the file each, so that memory does not grow with the length of texts."""
    monkeypatch.setattr(imports, "BATCH_BYTES", 2 * 2**20)
    sizes = []
    store = imports._commit
    monkeypatch.setattr(
        imports, "_commit", lambda claim, batch, **more: (sizes.append(len(batch)), store(claim, batch, **more))
    )
    job = bring(pack(b"id,text\n" + b"".join(b"%d,%s\n" % (n, b"long " * 10_000) for n in range(200))))
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, counts(job)) == ("done", (200, 0, 0))
    assert sum(sizes) == 200
    assert 35 <= max(sizes) <= 50
    assert len(sizes) <= 6


def lose(job: Job, die_at, owner: str) -> None:
    die_at("import batch stored")
    with pytest.raises(Killed):
        run_job(job.pk)
    Job.objects.filter(pk=job.pk).update(owner=owner)
    lose_lease(job)


def test_a_poison_job_is_given_up_after_three_tries(die_at):
    job = bring(ROWS.encode())
    for _ in range(MAX_ATTEMPTS):
        lose(job, die_at, owner_gone())
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, stuck_jobs()) == ("failed", MAX_ATTEMPTS, [])
    assert "again and again" in job.result["reason"]


def test_a_job_whose_workers_are_taken_away_is_not_given_up(die_at):
    job = bring(ROWS.encode())
    for _ in range(MAX_ATTEMPTS + 2):
        lose(job, die_at, owner_gone(born="another"))
    die_at()
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.losses) == ("done", 0, 0)


def test_a_job_whose_session_is_ended_in_every_try_is_given_up_after_ten(monkeypatch):
    """As `operations/stalled.py` does with one that stands still for too long: it is not begun anew for ever."""

    def end_session(here: str) -> None:
        if here == "import batch stored":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(hooks, "reached", end_session)
    job = bring(ROWS.encode())
    for _ in range(MAX_LOSSES):
        assert stuck_jobs() == [job.pk]
        with pytest.raises(OperationalError):
            run_job(job.pk)
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.losses, stuck_jobs()) == ("failed", 0, MAX_LOSSES, [])
    assert "terminating connection" in job.result["reason"]
    assert texts() == []


def test_a_job_that_gets_on_is_not_given_up(die_at, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 10)
    job = bring(ROWS.encode())
    for _ in range(6):
        die_at("import batch committed")
        with pytest.raises(Killed):
            run_job(job.pk)
        lose_lease(job)
    die_at()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, counts(job)) == ("done", (95, 1, 1))


def test_two_workers_at_once():
    job = bring(ROWS.encode())
    barrier, did = threading.Barrier(2, timeout=10), []

    def work() -> None:
        barrier.wait()
        did.append(run_job(job.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    job.refresh_from_db()
    assert (sorted(did), job.status, counts(job), Item.objects.count()) == ([False, True], "done", (95, 1, 1), 95)


def test_a_late_worker_changes_nothing(monkeypatch):
    """It sleeps longer than its lease, another takes over, then it wakes up."""
    monkeypatch.setattr(imports, "BATCH", 10)
    job = bring(ROWS.encode())
    slept = []

    def reached(point: str) -> None:
        if point == "import batch committed" and not slept:
            slept.append(point)
            lose_lease(job)
            assert run_job(job.pk)

    monkeypatch.setattr(hooks, "reached", reached)
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, counts(job), Item.objects.count()) == ("done", (95, 1, 1), 95)


def test_a_stale_epoch_cannot_keep_its_lease():
    job = bring(ROWS.encode())
    first = claim_job(job.pk)
    assert claim_job(job.pk) is None
    lose_lease(job)
    assert claim_job(job.pk) == first + 1
    with pytest.raises(StaleEpoch):
        keep_lease(JobClaim(job.pk, first))


def test_an_error_frees_the_job_for_the_next_try(monkeypatch):
    job = bring(ROWS.encode())
    with monkeypatch.context() as broken:
        broken.setattr(hooks, "reached", lambda point: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_job(job.pk)
    assert stuck_jobs() == [job.pk]
    job.refresh_from_db()
    why = {"why": "ZeroDivisionError: division by zero"}
    assert job.result["said"] == {"code": "job.unforeseen", "with": why}
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, counts(job)) == ("done", (95, 1, 1))


def test_a_deleted_project_stops_at_the_next_batch(die_at, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 10)
    job = bring(ROWS.encode())

    def reached(point: str) -> None:
        if point.startswith("import batch"):  # not where a hint of another thread is due
            Project.objects.update(deleted_at=timezone.now())

    monkeypatch.setattr(hooks, "reached", reached)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, Item.objects.count(), job.result["created"]) == ("failed", 10, 10)


def test_a_file_that_is_gone():
    job = bring(ROWS.encode())
    default_storage.delete(job.path)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, "gone" in job.result["reason"]) == ("failed", True)


# --- out


def send(project: Project, **options: Any) -> Job:
    job = start_export(project=project, user=project.created_by, **options)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def lines(project: Project, **options: Any) -> list[dict[str, Any]]:
    with open_export(send(project, **options)) as file:
        return [json.loads(line) for line in file]


@pytest.fixture
def labelled() -> Project:
    project = make_project(overlap=2)
    ann, bob = make_member(project), make_member(project)
    one, _, gold = make_item(project, text="=1+1"), make_item(project), make_item(project, gold="ham")
    first = make_annotation(one, ann, "spam", seconds=2.5)
    make_annotation(one, bob, "ham", probability=0.25, stream="random")
    make_annotation(gold, bob, "ham")
    AnnotationRevision.objects.create(annotation=first, revision=2, value={"class": "ham"}, created_at=timezone.now())
    Annotation.objects.filter(pk=first.pk).update(revision=2, value={"class": "ham"})
    Consensus.objects.create(
        item=one, project=project, value={"class": "ham"}, probability=0.9, posterior={"ham": 0.9, "spam": 0.1},
        n_votes=2, status="agreed", updated_at=timezone.now(),
    )  # fmt: skip
    return project


def test_jsonl_holds_all_that_is_promised(labelled):
    make_annotation(make_item(make_project()), make_member(labelled), "spam")  # another project's
    one, gold = lines(labelled)
    item = Item.objects.get(project=labelled, data__text="=1+1")
    assert list(one) == ["id", "external_id", "data", "metadata", "annotations", "consensus"]
    assert (one["id"], one["external_id"], one["data"]) == (item.pk, item.external_id, {"text": "=1+1"})
    assert one["consensus"] == {"value": {"class": "ham"}, "probability": 0.9, "status": "agreed"}
    first, second = one["annotations"]
    assert list(first) == [
        "id", "annotator", "value", "revision", "seconds", "stream", "probability", "created_at", "updated_at",
        "probability_wrong", "suggestion",
    ]  # fmt: skip
    assert (first["value"], first["revision"], first["seconds"], first["stream"]) == (
        {"class": "ham"},
        2,
        2.5,
        "shuffle",
    )
    assert (second["probability"], second["stream"], second["created_at"][-1]) == (0.25, "random", "Z")
    assert (gold["gold"], gold["consensus"], len(gold["annotations"])) == ({"class": "ham"}, None, 1)


def test_all_items_and_all_revisions_when_asked(labelled):
    rows = lines(labelled, include="all", revisions=True)
    assert [len(row["annotations"]) for row in rows] == [2, 0, 1]
    assert [one["value"]["class"] for one in rows[0]["annotations"][0]["revisions"]] == ["spam", "ham"]


def test_csv_is_safe_in_a_spreadsheet(labelled):
    for start in "+-@\t\r":
        make_item(labelled, text=f"{start}cmd")
    with open_export(send(labelled, format="csv", include="all")) as file:
        rows = list(csv.DictReader(io.StringIO(file.read().decode(), newline="")))
    assert [row["text"] for row in rows[:2]] == ["'=1+1"] * 2
    assert [row["text"] for row in rows[-5:]] == ["'+cmd", "'-cmd", "'@cmd", "'\tcmd", "'\rcmd"]
    assert (rows[0]["value"], rows[0]["consensus"], rows[2]["annotator"]) == ("ham", "ham", "")


def test_what_comes_out_goes_in_again(labelled):
    with open_export(send(labelled)) as file:
        content = file.read()
    other = make_project(overlap=2)
    for membership in labelled.memberships.exclude(user=labelled.created_by):
        make_member(other, user=membership.user)
    assert counts(bring_now(content, other, name="export.jsonl")) == (2, 0, 0)
    assert [row["data"] for row in lines(other)] == [row["data"] for row in lines(labelled)]
    assert Annotation.objects.filter(project=other).count() == 3


def test_an_export_killed_half_way_starts_anew(labelled, die_at, storage):
    job = start_export(project=labelled, user=labelled.created_by)
    die_at("export written")
    with pytest.raises(Killed):
        run_job(job.pk)
    with pytest.raises(Conflict):
        open_export(Job.objects.get(pk=job.pk))
    lose_lease(job)
    die_at()
    assert run_job(job.pk)
    with open_export(Job.objects.get(pk=job.pk)) as file:
        assert len(list(file)) == 2


def test_exports_that_are_not_offered(labelled):
    for options in ({"format": "xml"}, {"include": "some"}, {"format": "csv", "revisions": True}):
        with pytest.raises(BadRequest):
            start_export(project=labelled, user=labelled.created_by, **options)
    with pytest.raises(NotFound):
        open_export(bring_now("text\na\n"))


def test_an_empty_project_gives_an_empty_file():
    project = make_project(name="My Ünusual / name")
    job = send(project)
    assert (lines(project), export_name(job)) == ([], f"my-unusual-name-{job.pk}.jsonl")


def test_files_are_kept_for_a_week(labelled, storage):
    old, new = send(labelled), send(labelled)
    (storage / "exports" / "orphan").write_text("x")
    assert collect_files() == 0
    week = timezone.now() - timedelta(days=8)
    Job.objects.filter(pk=old.pk).update(finished_at=week)
    os.utime(storage / "exports" / "orphan", (week.timestamp(), week.timestamp()))
    assert (collect_files(), collect_files()) == (2, 0)
    old.refresh_from_db()
    with pytest.raises(NotFound):
        open_export(old)
    open_export(new).close()
