"""The embedded servers: private, on loopback, durable, and runnable by the account that must run them."""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.binaries import EmbeddedError, is_reachable, postgres_binaries, valkey_binary, wheel_folder
from config.embedded import Postgres, data_home, make_private
from config.processes import Account, run_as, service_account
from tests.servers import servers, temporary_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary_folder() as made:
        yield made


def test_what_was_written_is_there_after_the_next_start(folder: Path) -> None:
    with servers(folder) as first:
        with psycopg.connect(first.database_url, autocommit=True) as db:
            db.execute("CREATE TABLE kept AS SELECT 1 AS answer")
        redis.Redis.from_url(first.redis_url).set("kept", "1")
    with servers(folder) as second:
        with psycopg.connect(second.database_url) as db:
            assert db.execute("SELECT answer FROM kept").fetchone() == (1,)
        assert redis.Redis.from_url(second.redis_url).get("kept") == b"1"


def test_nobody_gets_in_without_the_password_or_from_another_host(folder: Path) -> None:
    with servers(folder) as addresses:
        wrong = addresses.database_url.replace(":", ":x", 2).replace(":x//", "://")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(addresses.redis_url.replace("redis://:", "redis://:x")).ping()
        with psycopg.connect(addresses.database_url) as db:
            shown = {name: db.execute(f"SHOW {name}").fetchone() for name in ("listen_addresses", "synchronous_commit")}
            assert shown == {"listen_addresses": ("127.0.0.1",), "synchronous_commit": ("on",)}
            assert db.execute("SHOW unix_socket_directories").fetchone() == ("",)
            assert db.execute("SELECT lower('ÄÖ'), current_setting('server_encoding')").fetchone() == ("äö", "UTF8")


def test_folders_and_the_file_with_the_password_are_private(folder: Path) -> None:
    with servers(folder):
        for part in ("postgres", "valkey"):
            assert stat.S_IMODE((folder / part).stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "valkey" / "valkey.conf").stat().st_mode) == 0o600
        assert not list((folder / "postgres").glob("*password*"))


def test_an_interrupted_initdb_is_done_again() -> None:
    with temporary_folder() as folder:
        folder.chmod(0o711)
        (folder / "postgres" / "data.new").mkdir(parents=True)
        (folder / "postgres" / "data.new" / "PG_VERSION").touch()
        Postgres(folder / "postgres", 1, "secret", service_account(), throw_away=True).prepare()
        assert (folder / "postgres" / "data" / "base").is_dir()
        assert not (folder / "postgres" / "data.new").exists()


def test_a_missing_wheel_is_named() -> None:
    with pytest.raises(EmbeddedError, match="no_such_wheel is missing"):
        wheel_folder("no_such_wheel")


def test_reachable_means_every_folder_on_the_way() -> None:
    stranger = Account(uid=54321, gid=54321)
    with temporary_folder() as folder:
        inside = folder / "between" / "inside"
        inside.mkdir(parents=True)
        for place in (folder, folder / "between", inside):
            place.chmod(0o711)
        assert is_reachable(inside, stranger)
        (folder / "between").chmod(0o700)
        assert not is_reachable(inside, stranger)
        assert is_reachable(inside, Account(os.geteuid(), os.getegid()))


@as_root
def test_binaries_in_a_closed_checkout_are_copied_to_where_nobody_can_run_them(monkeypatch: pytest.MonkeyPatch) -> None:
    account = service_account()
    assert account == Account(*pwd.getpwnam("nobody")[2:4])
    with temporary_folder() as copies:
        copies.chmod(0o711)
        monkeypatch.setattr("config.binaries.is_reachable", lambda _path, _account: False)
        binaries = [postgres_binaries(copies, account) / "postgres", valkey_binary(copies, account)]
        make_private(copies / "cwd", account)
        for binary in binaries:
            assert copies in binary.parents
            assert run_as(account, [str(binary), "--version"], environment={}, cwd=copies / "cwd")


@as_root
def test_a_closed_state_folder_moves_only_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = service_account()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with temporary_folder() as elsewhere:
        elsewhere.chmod(0o711)
        monkeypatch.setattr("config.embedded.CLOSED_HOMES", elsewhere)
        home = data_home(closed / "state", account)
        assert home.parent == elsewhere
        assert home == data_home(closed / "state", account) != data_home(closed / "other", account)
        monkeypatch.setattr("config.embedded.CLOSED_HOMES", closed / "no")
        with pytest.raises(EmbeddedError, match="ordinary user"):
            data_home(closed / "state", account)


def test_an_ordinary_user_keeps_everything_in_the_state_folder(tmp_path: Path) -> None:
    assert data_home(tmp_path, None) == tmp_path
