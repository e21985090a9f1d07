"""A manager's way by keyboard alone, against the whole running service: from a CSV to labels, a model and an export."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press, tab_to, type_in
from tests.stack import Stack, eventually

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
    type_in(page, page.get_by_label("Username"), "admin")
    type_in(page, page.get_by_label("Password"), stack.admin_password)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_have_count(0)


def test_from_a_table_to_labels_a_model_and_an_export(page: Page, stack: Stack, table: Path) -> None:
    log_in(page, stack)
    press(page, page.get_by_role("link", name="New project").first)
    type_in(page, page.get_by_label("Name", exact=True), "From a table")
    page.keyboard.press("Enter")
    type_in(page, page.get_by_label("Name of class 1"), "shipping")
    type_in(page, page.get_by_label("Name of class 2"), "billing")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("input[type=file]"))
    with page.expect_file_chooser() as chooser:
        page.locator("input[type=file]").press("Space")
    chooser.value.set_files(table)
    expect(page.get_by_text("The parcel never came — case 1 📦").first).to_be_visible()
    expect(page.get_by_text("41 rows")).to_contain_text("1 row has no text and is left out")
    press(page, page.get_by_role("button", name="Go on"))
    press(page, page.get_by_role("button", name="Create the project"))

    expect(page.get_by_text("40 rows in, 1 left out")).to_be_visible()
    press(page, page.get_by_role("link", name="Label", exact=True))
    for _ in range(12):
        text = page.get_by_text("— case").first
        expect(text).to_be_visible()
        before = text.inner_text()
        page.keyboard.press("1" if "parcel" in before else "2")
        expect(page.get_by_text(before, exact=True)).to_have_count(0)
    expect(page.get_by_text("Saved")).to_be_visible()

    press(page, page.get_by_role("link", name="Querent, leave labelling"))
    expect(page.get_by_text("12 answers").first).to_be_visible()
    expect(page.get_by_text("Model ", exact=False).first).to_be_visible()

    admin, project = stack.client(), page.url.split("/projects/")[1].split("/")[0]
    # The last answers are judged within seconds; Settings tells how far that is when it is opened.
    assert eventually(lambda: admin.want("GET", f"projects/{project}/quality/export/")["items"] == 12)
    press(page, page.get_by_role("link", name="Settings"))
    with page.expect_response("**/quality/export/?min_confidence=0.99") as asked:
        page.get_by_label("Items", exact=True).select_option("at least 99% sure")
    assert asked.value.ok
    page.get_by_label("Items", exact=True).select_option("with an answer")
    expect(page.get_by_text("An export now holds 12 items")).to_be_visible()
    press(page, page.get_by_role("button", name="Export"))
    with page.expect_download() as download:
        press(page, page.get_by_role("link", name="Download"))
    rows = [json.loads(line) for line in Path(download.value.path()).read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 12
    assert {row["external_id"] for row in rows} <= {name for name, *_ in ROWS}
    for row in rows:
        (answer,) = row["annotations"]
        assert answer["value"]["class"] == ("shipping" if "parcel" in row["data"]["text"] else "billing")
