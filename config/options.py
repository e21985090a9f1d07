"""The options of ./start. Standard library only: ./start asks here before it installs anything."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.ports import is_port_free
from config.processes import marked_processes
from config.state import AlreadyRunningError, State, StillStoppingError

CHECKOUT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
STOP_SECONDS = 100.0  # a stop takes a few seconds, at most as long as its slowest parts together


class RefusedError(Exception):
    """We cannot start as asked; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    port: int
    state: State
    with_demo: bool
    restore: Path | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


def parse(arguments: Sequence[str]) -> Options:
    """Returns the options; prints usage and exits for --help (0) and for mistakes (2)."""
    parser = argparse.ArgumentParser(
        prog="./start",
        description="Starts Querent with everything it needs. Ctrl-C stops it; the next start continues where it was.",
        epilog="DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones. "
        "QUERENT_ADMIN_PASSWORD sets the password of the user admin at the first start.",
    )
    parser.add_argument("--port", type=_port, default=8000, help="where the web page answers (default: 8000)")
    parser.add_argument("--data-dir", default=str(CHECKOUT / ".state"), help="where all data is kept (default: .state)")
    parser.add_argument("--no-demo", action="store_true", help="do not make the demo project")
    parser.add_argument("--restore", metavar="BACKUP", help="put this backup into a new data folder first")
    known = parser.parse_args(arguments)
    called_from = os.environ.get("QUERENT_CALLED_FROM", os.curdir)
    return Options(
        port=known.port,
        state=State(Path(called_from, known.data_dir).resolve()),
        with_demo=not known.no_demo and known.restore is None,
        restore=Path(called_from, known.restore).resolve() if known.restore else None,
    )


def refuse_if_taken(options: Options) -> None:
    """Raises RefusedError when Querent already runs on these data, or something else on this port.

    A run that was asked to stop is waited for.
    """
    try:
        os.close(_lock_once_stopped(options.state))
    except AlreadyRunningError as error:
        raise RefusedError(f"{error}\nStop that one first, or give this one its own --data-dir and --port.") from None
    except OSError as error:
        raise RefusedError(f"The data folder {options.state.folder} cannot be used: {error.strerror}.") from None
    left_behind = any(marked_processes(str(options.state.folder)))  # the supervisor ends these before it needs the port
    if not left_behind:
        refuse_busy_port(options.port)


def _lock_once_stopped(state: State) -> int:
    deadline, is_said = time.monotonic() + STOP_SECONDS, False
    while True:
        try:
            return state.lock()
        except StillStoppingError as error:
            if time.monotonic() > deadline:
                raise
            if not is_said:
                print(f"querent: {error} Waiting for its end.", file=sys.stderr, flush=True)
                is_said = True
            time.sleep(0.2)


def refuse_busy_port(port: int) -> None:
    """Raises RefusedError when something answers on this port."""
    if not is_port_free(HOST, port):
        raise RefusedError(
            f"Port {port} is busy: another program uses it.\n"
            f"Stop that one, or choose another port: ./start --port {min(port + 1, 65535)}"
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 1 to 65535")
    return int(text)


def main() -> int:
    """Returns 0 when a start with these options can go ahead."""
    try:
        refuse_if_taken(parse(sys.argv[1:]))
    except RefusedError as error:
        print(f"querent: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
