"""The drill: a backup taken while people label becomes a server in which labelling goes on."""

import json
import os
import threading

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotation.models import Project
from annotation.operations import backup, restoring
from annotation.operations.backup import BackupError
from config.binaries import EmbeddedError, postgres_program
from tests.factories import make_project
from tests.servers import temporary_folder
from tests.stack import Program, Stack, _database, eventually


def answer_one(admin: Program, path: str) -> int:
    (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
    chosen = "a" if "apple" in lease["item"]["data"]["text"] else "b"
    return admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": chosen}})["id"]


@pytest.fixture
def labelled(stack: Stack) -> tuple[Program, str]:
    """A project with a model, and an import's file."""
    admin = stack.client()
    body = {"name": "Drill", "kind": "choice", "classes": ["a", "b"], "settings": {"gold_rate": 0, "random_rate": 0}}
    path = f"projects/{admin.want('POST', 'projects/', body)['id']}/"
    rows = [{"data": {"text": f"{'apple pear' if n % 2 else 'stone rock'} number {n}"}} for n in range(600)]
    admin.want("POST", f"{path}items/", {"items": rows})
    for _ in range(8):
        answer_one(admin, path)
    job = admin.want("POST", f"{path}exports/", {"format": "jsonl"})
    assert eventually(lambda: admin.want("GET", f"jobs/{job['id']}/")["status"] == "done"), stack.log("worker")
    assert eventually(lambda: admin.want("GET", f"{path}model/")["version"]), stack.log("worker")
    return admin, path


@pytest.mark.alone
def test_a_backup_under_load_becomes_a_server_that_goes_on(stack: Stack, labelled: tuple[Program, str]) -> None:
    admin, path = labelled
    acknowledged: list[int] = []
    enough, stop = threading.Event(), threading.Event()

    def label() -> None:
        while not stop.is_set():
            acknowledged.append(answer_one(admin, path))
            if len(acknowledged) >= 5:
                enough.set()

    annotator = threading.Thread(target=label)
    annotator.start()
    try:
        assert enough.wait(30)
        before = list(acknowledged)
        stack.manage("backup", str(stack.folder / "backups"))
        during = len(acknowledged) - len(before)
    finally:
        stop.set()
        annotator.join()
    assert during, "nobody was kept waiting"
    (made,) = (stack.folder / "backups").iterdir()
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["missing"] == []
    assert len(manifest["files"]) >= 3, "an export, a model, its vectors"

    with temporary_folder() as folder, _database("querent_restored") as url:
        folder.chmod(0o711)
        restored = Stack(folder, url)
        restored.admin_password = stack.admin_password
        try:
            restored.manage("restore", str(made))
            again = json.loads(_backup_of(restored).read_text())
            assert again["tables"] == manifest["tables"]
            assert again["files"] == manifest["files"]
            with psycopg.connect(url) as database:
                held = {row[0] for row in database.execute("SELECT id FROM annotation_annotation")}
            assert held >= set(before), "what was acknowledged before the backup is in it"
            restored.start_all()
            _goes_on(restored, path)
        finally:
            restored.stop_all()


def _backup_of(server: Stack):
    server.manage("backup", str(server.folder / "again"))
    return next((server.folder / "again").iterdir()) / "manifest.json"


def _goes_on(server: Stack, path: str) -> None:
    """One full cycle: log in, ask, answer, learn, export."""
    admin = server.client()
    version = admin.want("GET", f"{path}model/")["version"]
    for _ in range(4):
        answer_one(admin, path)

    def learned() -> bool:
        model = admin.want("GET", f"{path}model/")
        return model["version"] > version and model["labels_behind"] == 0

    assert eventually(learned), server.log("worker")
    job = admin.want("POST", f"{path}exports/", {"format": "jsonl"})
    assert eventually(lambda: admin.want("GET", f"jobs/{job['id']}/")["status"] == "done"), server.log("worker")


def another_connection() -> psycopg.Connection:
    """Somebody else's connection to the tests' database."""
    return psycopg.connect(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}")


@pytest.fixture
def made(tmp_path):
    """A backup of an almost empty database, by hand: the refusals below come before anything is read from it."""
    files = tmp_path / "files" / "artifacts"
    files.mkdir(parents=True)
    (files / "a").write_bytes(b"content")
    (tmp_path / "database.dump").write_bytes(b"dump")
    manifest = {
        "format": 1, "made_at": "", "migrations": [], "tables": {}, "missing": [],
        "database": backup.describe(tmp_path / "database.dump"),
        "files": {"artifacts/a": backup.describe(files / "a")},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


@pytest.mark.django_db
class TestRefusals:
    def test_a_server_with_projects_is_left_alone(self, made):
        make_project()
        with pytest.raises(CommandError, match="holds projects"):
            call_command("restore", str(made))
        assert Project.objects.exists()

    def test_a_file_that_was_changed(self, made):
        (made / "files" / "artifacts" / "a").write_bytes(b"Content")
        with pytest.raises(BackupError, match="artifacts/a"):
            restoring.restore(backup=made)

    def test_a_dump_that_was_cut_short(self, made):
        (made / "database.dump").write_bytes(b"dum")
        with pytest.raises(BackupError, match=r"database\.dump"):
            restoring.restore(backup=made)

    @pytest.mark.parametrize("path", ["../outside", "/etc/hostname"])
    def test_a_name_that_leads_out(self, made, path):
        manifest = json.loads((made / "manifest.json").read_text())
        manifest["files"] = {path: {"sha256": "", "bytes": 1}}
        (made / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(BackupError, match="outside"):
            restoring.restore(backup=made)

    @pytest.mark.parametrize("path", ["artifacts/../artifacts/a", ".", "artifacts", "", "link/passwd"])
    def test_a_name_that_is_none(self, made, path):
        (made / "files" / "link").symlink_to("/etc")
        manifest = json.loads((made / "manifest.json").read_text())
        manifest["files"] = {path: manifest["files"]["artifacts/a"]}
        (made / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(BackupError, match=r"lies outside|cannot be read"):
            restoring.restore(backup=made)

    @pytest.mark.parametrize("text", ["", "{}", "[]", "7", "null", "\ufffd", '{"format": 2}', '{"format": 1}',
        '{"format": 1, "database": 1, "files": [], "tables": {}, "missing": [], "migrations": [], "made_at": ""}',
    ])  # fmt: skip
    def test_what_is_no_backup(self, made, text):
        (made / "manifest.json").write_text(text)
        with pytest.raises(BackupError):
            restoring.restore(backup=made)

    def test_others_are_connected(self, made):
        with (
            another_connection(),
            pytest.raises(BackupError, match="are connected"),
        ):
            restoring.restore(backup=made)


def test_no_file_is_collected_while_a_backup_is_made(transactional_db):
    with another_connection() as other:
        assert backup.is_under_way() is False
        other.execute("SELECT pg_advisory_xact_lock_shared(%s)", [backup.COLLECTION_LOCK])
        assert backup.is_under_way() is True
    assert backup.is_under_way() is False


def test_an_older_pg_dump_is_not_used():
    with pytest.raises(EmbeddedError, match="Install postgresql-client"):
        postgres_program("pg_dump", least_major=99)
