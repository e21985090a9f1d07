"""CPU and memory of the server's processes, read from /proc."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARTS = {"granian": "web", "postgres": "postgres", "workers.run": "workers", "valkey": "valkey", "redis": "valkey"}


def family(roots: Iterable[int]) -> set[int]:
    """Returns the processes and all that descend from them."""
    parents = {pid: parent for pid in _all_pids() if (parent := parent_of(pid)) is not None}
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_seconds(roots: Iterable[int]) -> Counter[str]:
    """Returns user and system time by part of the server; children that have ended count through their parents."""
    seconds: Counter[str] = Counter()
    for pid in family(roots):
        fields = _stat(pid)
        if fields:
            seconds[part_of(pid)] += sum(map(int, fields[11:15])) / TICKS
    return seconds


def waited_seconds(roots: Iterable[int]) -> Counter[str]:
    """Returns how long threads that live now were ready to run and got no core, by part: what a busy machine costs."""
    seconds: Counter[str] = Counter()
    for pid in family(roots):
        for place in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            fields = _read(str(place)).split()
            seconds[part_of(pid)] += int(fields[1]) / 1e9 if len(fields) > 1 else 0.0
    return seconds


def pss_megabytes(roots: Iterable[int], which: str = "Pss") -> Counter[str]:
    """Returns proportional set sizes: shared pages are counted once over all processes; `Pss_Anon`: without files."""
    sizes: Counter[str] = Counter()
    for pid in family(roots):
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith(f"{which}:"):
                sizes[part_of(pid)] += int(line.split()[1]) / 1024
    return sizes


def part_of(pid: int) -> str:
    command = _read(f"/proc/{pid}/cmdline").replace("\0", " ")
    if "beat" in command.split():
        return "schedule"
    return next((part for word, part in PARTS.items() if word in command), "other")


def _all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent_of(pid: int) -> int | None:
    """Returns the parent's id; None when the process is gone."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str]:
    """Returns the fields after the command, which may itself hold blanks and brackets."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
