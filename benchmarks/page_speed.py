"""How fast the page is: key to next item, first load, a million items. Needs a running server and Chromium.

    python -m benchmarks.page_speed --url http://127.0.0.1:8000 --password … --database postgresql://… --items 1000000

Makes a project of its own and, with --database, fills another one with that many items by plain SQL. Prints a table.
"""

import argparse
import secrets
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright

from annotation.simulation.client import Api, log_in

CLASSES = ["delivery", "return", "billing", "login"]
N_KEYS = 200
LATENCY_MS = 200
PACE_MS = 350
PAGE = 100
N_TRIES = 15

# From the key press, as the browser stamped it, to the moment after the frame that shows the next item.
WATCH = """() => {
    window.paints = []
    let pressed = 0
    addEventListener('keydown', (event) => { pressed = event.timeStamp }, true)
    new MutationObserver(() => {
        const from = pressed
        if (!from) return
        pressed = 0
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => window.paints.push(performance.now() - from)
            port2.postMessage(null)
        })
    }).observe(document.getElementById('question'), { childList: true, characterData: true, subtree: true })
}"""

# To the end of the list, and on until a row stands at the lower edge and is painted; its number comes back.
LEAP = """list => new Promise((resolve) => {
    list.scrollTop = list.scrollHeight
    const end = list.scrollHeight
    const look = () => {
        const last = [...list.querySelectorAll('[role=option]')].at(-1)
        const there = last && last.getBoundingClientRect().bottom >= list.getBoundingClientRect().bottom - 1
        const at = there ? Number(last.getAttribute('aria-posinset')) : 0
        if (there && list.scrollTop + list.clientHeight >= end - 1) requestAnimationFrame(() => resolve(at))
        else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
})"""

FILL = """
    INSERT INTO annotation_item (project_id, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit,
        taken, open_slots, drawn_at, draw_stream, draw_probability, is_gold, created_at)
    SELECT %(project)s, 'row-' || n, jsonb_build_object('text', 'parcel ' || n || ' is late, box ' || md5(n::text)),
        '{}', decode(md5(n::text), 'hex'), 60, n, 1, 0, 1,
        CASE WHEN n %% 10 = 0 THEN now() END, CASE WHEN n %% 10 = 0 THEN 'random' END,
        CASE WHEN n %% 10 = 0 THEN 0.1 END,
        false, now()
    FROM generate_series(1, %(n)s) n
"""
JUDGE = """
    INSERT INTO annotation_consensus
        (item_id, project_id, value, probability, posterior, n_votes, status, updated_at)
    SELECT id, project_id, jsonb_build_object('class', (%(classes)s::text[])[1 + id %% 4]), 0.5 + (id %% 1000) / 2000.0,
        '{}', 1, CASE WHEN id %% 50 = 0 THEN 'doubtful' ELSE 'single' END, now()
    FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL
"""
QUERIES = {
    "as it opens": "",
    "by doubt": "order=doubt",
    "one class": "class=billing",
    "in doubt": "status=doubtful",
    "a common word": "q=parcel",
    "a word that nothing has, one window": "q=nowhere",
    "an id": "q=row-777",
    "no answer yet, newest first": "status=unanswered&order=newest",
}


def main() -> None:
    options = _options()
    api = Api(options.url, log_in(options.url, options.username, options.password))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        say("first load", first_load(browser, options))
        say("key to next item", keys(browser, options, new_project(api, "keys", N_KEYS + 60)))
        if options.database:
            project = options.filled or new_project(api, "explorer", 0)
            if not options.filled:
                fill(options.database, project, options.items)
            for name, query in QUERIES.items():
                say(f"explorer: {name}", pages(api, f"projects/{project}/explore/?{query}"))
            say("explorer: scrolling, in the browser", scrolling(browser, options, project))
        browser.close()


def first_load(browser: Browser, options: argparse.Namespace) -> dict[str, Any]:
    """Returns what a cold visit takes over the wire: the page to log in, then the labelling page."""
    with visit(browser) as page:
        session, sizes = page.context.new_cdp_session(page), list[float]()
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(options.url, wait_until="networkidle")
        return {"kilobytes": sum(sizes) / 1000, "files": len(sizes)}


def keys(browser: Browser, options: argparse.Namespace, project: int) -> dict[str, Any]:
    """Returns milliseconds from key press to painted item, over the answers of one person on a slow network."""
    with visit(browser) as page:
        enter(page, options, f"/projects/{project}/label")
        page.get_by_role("article", name="Item").wait_for()
        slow = page.context.new_cdp_session(page)
        slow.send("Network.enable")
        throughput = {"downloadThroughput": -1, "uploadThroughput": -1}
        slow.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **throughput})
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        for number in range(N_KEYS):
            page.keyboard.press(str(1 + number % len(CLASSES)))
            page.wait_for_timeout(PACE_MS)
        return figures(page.evaluate("window.paints"))


def pages(api: Api, path: str) -> dict[str, Any]:
    """Returns milliseconds for each of the first pages, by the API; a page of a rare filter may hold nothing yet."""
    took: list[float] = []
    at: str | None = f"{path}&limit=100"
    for _ in range(N_TRIES):
        begun = time.perf_counter()
        answer = api.want("GET", at or path)
        took.append(1000 * (time.perf_counter() - begun))
        at = (answer["next"] or "").partition("/api/v1/")[2] or f"{path}&limit=100"
    return figures(took)


def scrolling(browser: Browser, options: argparse.Namespace, project: int) -> dict[str, Any]:
    """Returns milliseconds from a leap to the end of the list, as far as it is read, to rows standing there; each leap
    goes a page or two further."""
    with visit(browser) as page:
        enter(page, options, f"/projects/{project}/items")
        rows = page.get_by_role("listbox", name="Items")
        rows.get_by_role("option").first.wait_for()
        took: list[float] = []
        for number in range(1, N_TRIES + 1):
            begun = time.perf_counter()
            seen = rows.evaluate(LEAP)
            took.append(1000 * (time.perf_counter() - begun))
            assert seen >= PAGE * number, f"leap {number} ended at row {seen}"
            page.wait_for_timeout(PACE_MS)
        return figures(took)


def new_project(api: Api, name: str, n_items: int) -> int:
    body = {"name": f"page speed {name} {secrets.token_hex(2)}", "kind": "choice", "classes": CLASSES}
    project = int(api.want("POST", "projects/", body)["id"])
    rows = [
        {"external_id": str(n), "data": {"text": f"Where is parcel {n}? It should be here."}} for n in range(n_items)
    ]
    if rows:
        api.want("POST", f"projects/{project}/items/", {"items": rows})
    return project


def fill(database: str, project: int, n: int) -> None:
    """Puts `n` items into the project, a tenth of them answered."""
    with psycopg.connect(database) as connection:
        connection.execute(FILL, {"project": project, "n": n})
        connection.execute(JUDGE, {"project": project, "classes": CLASSES})
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE annotation_item, annotation_consensus")


@contextmanager
def visit(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


def enter(page: Page, options: argparse.Namespace, path: str) -> None:
    page.goto(f"{options.url}{path}")
    page.get_by_label("Username").fill(options.username)
    page.get_by_label("Password").fill(options.password)
    page.keyboard.press("Enter")


def figures(took: Sequence[float]) -> dict[str, Any]:
    ranked = sorted(took)
    return {
        "n": len(ranked),
        "median ms": statistics.median(ranked),
        "p95 ms": ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))],
        "most ms": ranked[-1],
    }


def say(name: str, found: dict[str, Any]) -> None:
    shown = ", ".join(
        f"{key} {value:,.1f}" if isinstance(value, float) else f"{key} {value}" for key, value in found.items()
    )
    print(f"{name:<46} {shown}", flush=True)


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--database", help="address of the server's database, to fill a project with items")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--filled", type=int, help="a project that an earlier run has filled")
    return parser.parse_args()


if __name__ == "__main__":
    main()
