"""Runs the whole of Querent on one machine: servers, web, worker, schedule. ./start ends here."""

import contextlib
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from config.binaries import EmbeddedError
from config.children import Child
from config.embedded import Postgres, Valkey, data_home
from config.options import CHECKOUT, HOST, Options, RefusedError, parse, refuse_busy_port, refuse_if_taken
from config.ports import free_port
from config.processes import MARK, end_leftovers, run_as, service_account
from config.state import STOPPING, AlreadyRunningError, cap_log
from config.telling import DEMO_ROLES, box, demo_logins, describe, say, tail
from config.web import answers, web_options

READY_SECONDS = 60.0  # orphans of a killed PostgreSQL live for seconds, a crash recovery can take half a minute
POLL_SECONDS = 0.2
LOG_CHECK_SECONDS = 60.0
# glibc keeps what a thread or a training once needed: fewer arenas and a fixed threshold give it back (a tenth of all).
FRUGAL_MALLOC = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "262144",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}


class StartError(Exception):
    """A part did not come up; the text names its log and repeats the end of it."""


class StoppedError(Exception):
    """Somebody asked us to stop while we were still starting."""


ADOPTED = ("DATABASE_URL", "REDIS_URL", "QUERENT_SECRET_KEY", "QUERENT_STORAGE_DIR")


class Supervisor:
    """Starts the parts in order, keeps them running, and ends them in reverse order."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.state = options.state
        self.children: list[Child] = []
        self.stopping = False
        self.environment = os.environ | {
            MARK: str(self.state.folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",  # before NumPy loads: with more, fits on shared cores ran 10 to 30 times slower
            "OPENBLAS_NUM_THREADS": "1",
            **FRUGAL_MALLOC,
        }

    def run(self) -> int:
        """Returns the exit code: 0 after a wanted stop, 1 when a part did not come up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start_everything()
            self._watch()
        except StoppedError:
            pass
        except (StartError, RefusedError, EmbeddedError, OSError, RuntimeError) as error:
            print(f"\nquerent: {error}", file=sys.stderr, flush=True)
            return 1
        finally:
            self._stop_everything()
        return 0

    def _start_everything(self) -> None:
        self.state.prepare()
        if end_leftovers(str(self.state.folder), seconds=3):
            say("Ended what a killed run had left behind")
            refuse_busy_port(self.options.port)
        self._start_servers()
        self._prepare_django()
        password = self._ensure_admin()
        self._start_services()
        known = self.state.read()
        makes_demo = self.options.with_demo and not known.get("demo_made")
        if makes_demo and "demo_password" not in known:
            self.state.remember(demo_password=secrets.token_urlsafe(9))
        print(box(self._greeting(password)), flush=True)
        if makes_demo:
            say("The demo project is being made; it appears in the page by itself")
            self._make_demo()

    def _start_servers(self) -> None:
        """Brings up the embedded servers that no address in the environment replaces."""
        wanted = [kind for kind in (Postgres, Valkey) if not self.environment.get(kind.variable)]
        if not wanted:
            return
        account = service_account()
        home = data_home(self.state.folder, account)
        if home != self.state.folder:
            say(f"PostgreSQL may not run as root, and nobody else can enter {self.state.folder}: its data is in {home}")
        for kind in wanted:
            known = self.state.read()
            port = free_port(known.get(f"{kind.name}_port"))
            self.state.remember(**{f"{kind.name}_port": port})
            self._serve(kind(home / kind.name, port, known[f"{kind.name}_password"], account))

    def _serve(self, server: Postgres | Valkey) -> None:
        say(f"Starting {server.title}")
        server.prepare()
        # Unmarked: end_leftovers must not touch PostgreSQL, which ends its own processes in its own order.
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        if isinstance(server, Valkey):
            environment[MARK] = self.environment[MARK]
        child = Child(
            name=server.name,
            command=server.command,
            environment=environment,
            cwd=server.folder,
            log=self.state.log(server.name),
            stop_signal=server.stop_signal,
            stop_seconds=60,
            account=server.account,
            longest_pause=1.0,  # while what a killed PostgreSQL left behind still lives, it does not start
        )
        self._run(child)
        self._wait_for(child, server.is_ready)
        self.environment[server.variable] = server.url

    def _prepare_django(self) -> None:
        """Fills in what the environment does not say, and brings the tables up to date."""
        self.environment.setdefault("QUERENT_SECRET_KEY", self.state.read()["secret_key"])
        self.environment.setdefault("QUERENT_STORAGE_DIR", str(self.state.folder / "storage"))
        self.state.remember(environment={name: self.environment[name] for name in ADOPTED})  # for manage.py
        if self.options.restore is not None:
            say(f"Restoring {self.options.restore}")
            self._finish(self._manage("restore", str(self.options.restore)), "The backup could not be restored.")
        say("Bringing the database up to date")
        self._finish(self._manage("migrate", "--no-input"), "The database could not be brought up to date.")

    def _finish(self, child: Child, refusal: str) -> None:
        """Runs a short program to its end; raises StartError with the refusal and its log when it failed."""
        self._run(child)
        self._wait_for(child, lambda: child.exit_code is not None, seconds=float("inf"))
        if child.exit_code:
            raise StartError(f"{refusal}\n{tail(child.log)}")

    def _ensure_admin(self) -> str | None:
        """Returns the password of the user admin if it was generated just now; it is kept in the secrets file."""
        printed = run_as(None, self._python("manage.py", "ensure_admin"), environment=self.environment, cwd=CHECKOUT)
        answer: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
        if not answer["created"] or self.environment.get("QUERENT_ADMIN_PASSWORD"):
            return None
        self.state.remember(admin_password=answer["password"])
        return str(answer["password"])

    def _start_services(self) -> None:
        say("Starting web, worker and schedule")
        web, *others = self.services()
        for child in (web, *others):
            self._run(child)
        self._wait_for(web, lambda: answers(f"http://{HOST}:{self.options.port}/"))

    def services(self) -> list[Child]:
        """Returns our own long-running programs, not started yet: web, worker, schedule."""
        web = self._program("web", "granian", *web_options(self.options.port), stop_seconds=15)
        web.longest_pause = 0.5  # people wait for it, also when it is killed again and again
        worker = self._program("worker", "workers.run", "worker", stop_seconds=20)
        return [web, worker, self._program("schedule", "workers.run", "beat", str(self.state.folder / "schedule"))]

    def _greeting(self, password: str | None) -> list[str]:
        if password:
            login = f"user admin, password {password}"
        elif "admin_password" in self.state.read():
            login = f"user admin; the first start's password is in {self.state.secrets_file}"
        else:
            login = "user admin, with the password you set"
        others = demo_logins(self.state.read(), self.state.secrets_file) if self.options.with_demo else []
        return [
            f"Querent is at {self.options.url}",
            f"Log in as {login}",
            *others,
            "Ctrl-C stops it and keeps everything",
        ]

    def _make_demo(self) -> None:
        demo = self._manage("demo", "--roles", *DEMO_ROLES)
        demo.environment = self.environment | {"QUERENT_DEMO_PASSWORD": self.state.read()["demo_password"]}
        self._run(demo)

    def _watch(self) -> None:
        """Keeps everything running until somebody asks us to stop."""
        next_check = 0.0
        while not self.stopping:
            self._tend()
            if time.monotonic() >= next_check:
                next_check = time.monotonic() + LOG_CHECK_SECONDS
                for child in self.children:
                    cap_log(child.log)
            time.sleep(POLL_SECONDS)

    def _tend(self) -> None:
        """Restarts what ended, when its pause is over, and says so; one-shot programs are only taken off the list."""
        for child in list(self.children):
            code = child.revive()
            if code is None:
                continue
            if not child.once:
                say(f"{child.name} ended ({describe(code)}); starting it again. See {child.log}")
                continue
            self.children.remove(child)
            if child.name == "demo":
                self._note_demo(child, code)

    def _note_demo(self, child: Child, code: int) -> None:
        if code:
            say(f"The demo project could not be made ({describe(code)}). See {child.log}")
            return
        self.state.remember(demo_made=True)
        say("The demo project is ready")

    def _wait_for(self, child: Child, condition: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Waits while tending all children; raises StartError when that takes too long, StoppedError on a stop."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.stopping:
                raise StoppedError
            if time.monotonic() > deadline:
                raise StartError(f"{child.name} did not come up.\n{tail(child.log)}")
            self._tend()
            time.sleep(POLL_SECONDS)

    def _stop_everything(self) -> None:
        self._sign_stopping()
        if self.children:
            say("Stopping")
        for child in reversed(self.children):
            child.stop()
        end_leftovers(str(self.state.folder), seconds=2)

    def _run(self, child: Child) -> None:
        if self.stopping:
            raise StoppedError
        cap_log(child.log)
        self.children.append(child)
        child.start()

    def _manage(self, command: str, *arguments: str) -> Child:
        return self._child(command, self._python("manage.py", command, *arguments), once=True)

    def _program(self, name: str, module: str, *arguments: str, stop_seconds: float = 10) -> Child:
        return self._child(name, self._python("-m", module, *arguments), stop_seconds=stop_seconds)

    def _python(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, *arguments]

    def _child(self, name: str, command: Sequence[str], *, once: bool = False, stop_seconds: float = 10) -> Child:
        return Child(
            name=name,
            command=command,
            environment=self.environment,
            cwd=CHECKOUT,
            log=self.state.log(name),
            stop_seconds=stop_seconds,
            once=once,
        )

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        self._sign_stopping()

    def _sign_stopping(self) -> None:
        """Whoever starts Querent again meanwhile waits for us."""
        with contextlib.suppress(OSError):
            self.state.sign_lock(f"{STOPPING}, process {os.getpid()}")


def main() -> int:
    """Returns the exit code of the whole run."""
    options = parse(sys.argv[1:])
    try:
        refuse_if_taken(options)
        options.state.lock()  # held until this process ends
    except (RefusedError, AlreadyRunningError) as error:
        print(f"querent: {error}", file=sys.stderr)
        return 1
    options.state.sign_lock(f"process {os.getpid()}, {options.url}")
    return Supervisor(options).run()


if __name__ == "__main__":
    sys.exit(main())
