"""The last line of ./test: `python -m tests.totals REPORT.xml… -- FAILED-CHECK…` adds up pytest's reports."""

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree


def totals(reports: Sequence[Path], failed_checks: Sequence[str]) -> str:
    """Returns one line of counts; a failed check, or a run of tests that left no report, counts as one failure."""
    suites = [suite for report in reports if report.exists() for suite in ElementTree.parse(report).iter("testsuite")]
    count = {
        name: sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    }
    passed = count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    missing = sum(not report.exists() for report in reports)
    failed = count["failures"] + count["errors"] + len(failed_checks) + missing
    names = f" (checks: {', '.join(failed_checks)})" if failed_checks else ""
    return f"{passed} passed, {failed} failed, {count['skipped']} skipped{names}"


if __name__ == "__main__":
    cut = sys.argv.index("--")
    print(totals([Path(name) for name in sys.argv[1:cut]], sys.argv[cut + 1 :]))
