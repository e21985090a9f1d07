"""A manager's way in the browser, against the whole running service: from a CSV to labels, a model and an export."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack

pytestmark = pytest.mark.alone

ROWS = [
    (f"row-{n}", f"{'The parcel never came' if n % 2 else 'I was charged, twice'} — case {n} 📦", "") for n in range(40)
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "message", "note"])
    writer.writerows([*ROWS, ("row-x", "", "no text")])
    place = tmp_path / "messages.csv"
    place.write_text("\ufeff" + text.getvalue(), encoding="utf-8")
    return place


def log_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/login")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(stack.admin_password)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_have_count(0)


def test_from_a_table_to_labels_a_model_and_an_export(page: Page, stack: Stack, table: Path) -> None:
    log_in(page, stack)
    page.goto(f"{stack.url}/projects/new")
    page.get_by_label("Name", exact=True).fill("From a table")
    page.keyboard.press("Enter")
    page.get_by_label("Name of class 1").fill("shipping")
    page.get_by_label("Name of class 2").fill("billing")
    page.get_by_role("button", name="Go on").click()
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_text("The parcel never came — case 1 📦").first).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Create the project").click()

    page.get_by_role("link", name="Label", exact=True).click(timeout=30_000)
    for _ in range(12):
        text = page.get_by_text("— case").first
        expect(text).to_be_visible(timeout=20_000)
        before = text.inner_text()
        page.keyboard.press("1" if "parcel" in before else "2")
        expect(page.get_by_text(before, exact=True)).to_have_count(0)
    expect(page.get_by_text("Saved")).to_be_visible()

    project = page.url.split("/projects/")[1].split("/")[0]
    page.goto(f"{stack.url}/projects/{project}")
    expect(page.get_by_text("12 annotations").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Model ", exact=False).first).to_be_visible()

    page.goto(f"{stack.url}/projects/{project}/settings")
    page.get_by_role("button", name="Export").click()
    with page.expect_download(timeout=30_000) as download:
        page.get_by_role("link", name="Download").click(timeout=30_000)
    rows = [json.loads(line) for line in Path(download.value.path()).read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 12
    assert {row["external_id"] for row in rows} <= {name for name, *_ in ROWS}
    for row in rows:
        (answer,) = row["annotations"]
        assert answer["value"]["class"] == ("shipping" if "parcel" in row["data"]["text"] else "billing")
