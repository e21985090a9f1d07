"""PostgreSQL's own programs, on the server that Django uses."""

import os
import subprocess

from django.db import connection

from config.binaries import EmbeddedError, postgres_program

SSL = ("sslmode", "sslrootcert", "sslcert", "sslkey")


def run_client(name: str, *arguments: str) -> None:
    """Runs pg_dump or pg_restore; raises EmbeddedError with its own words when it fails or there is none.

    The password goes by the environment: a command line can be read by everybody on the machine.
    """
    program = postgres_program(name, least_major=connection.cursor().connection.info.server_version // 10_000)
    done = subprocess.run([program, *arguments], env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise EmbeddedError(f"{name} failed ({done.returncode}):\n{done.stderr.strip()[-2000:]}")


def _environment() -> dict[str, str]:
    known = connection.settings_dict
    address = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": known["NAME"],
    }
    secure = {f"PG{name.upper()}": known["OPTIONS"][name] for name in SSL if name in known["OPTIONS"]}
    given = {name: str(value) for name, value in (address | secure).items() if value}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"} | given
