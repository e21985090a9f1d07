"""What stopped people who saw the page for the first time."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import ApiToken, Job, Project, Role
from tests.browser.conftest import Site, press
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_item, make_member


@pytest.fixture
def owned(site: Site) -> Project:
    """A project that olga owns, and olga."""
    project = site.project(n_items=2, name="Inbox")
    make_member(project, user=site.person("olga"), role=Role.OWNER)
    return project


def test_a_token_is_limited_and_a_typed_name_and_enter_delete(page: Page, site: Site, owned: Project) -> None:
    site.log_in(page, "olga", path=f"/projects/{owned.pk}/settings")
    page.get_by_label("New token for").fill("dashboard")
    page.get_by_label("It opens").select_option("only Inbox")
    page.get_by_label("Last day").fill("2031-02-03")
    page.get_by_label("It only reads").check()
    page.get_by_role("button", name="Make", exact=True).click()
    expect(page.get_by_text("only reads · only Inbox · until Feb 3, 2031")).to_be_visible()
    token = ApiToken.objects.get(name="dashboard")
    assert (token.read_only, token.project_id) == (True, owned.pk)
    if AXE.is_file():
        assert offences(page) == []

    page.get_by_role("button", name="Delete “Inbox”…").click()
    page.get_by_label("Type the name of the project").fill("Inbo")
    page.keyboard.press("Enter")
    assert Project.objects.get(pk=owned.pk).deleted_at is None
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No project yet")).to_be_visible()


def test_rows_that_were_left_out_are_counted_and_taken_home(page: Page, site: Site, owned: Project) -> None:
    errors = [{"row": row, "field": "text", "message": "A text is not empty."} for row in (4, 9)]
    there = {"row": 7, "field": "external_id", "message": "An item with the id m-3 was there already."}
    result = {"created": 312, "known_answers": 90, "duplicates": 1, "errors": 2, "repeated": [there]}
    Job.objects.create(
        project=owned, kind=Job.Kind.IMPORT, status=Job.Status.DONE, created_by=owned.created_by, done=315, total=315,
        created_at=timezone.now(), finished_at=timezone.now(), errors=errors, n_errors=2,
        result=result, params={"filename": "inbox.csv"},
    )  # fmt: skip
    site.log_in(page, "olga", path=f"/projects/{owned.pk}")
    expect(page.get_by_text("312 rows in, 90 with a known answer, 2 left out, 1 was there already")).to_be_visible()
    with page.expect_download() as files:
        page.get_by_role("button", name="Download the 3 with reasons").click()
    lines = Path(files.value.path()).read_text(encoding="utf-8").splitlines()
    named = "7,external_id,An item with the id m-3 was there already."
    assert lines == ["row,field,reason", "4,text,A text is not empty.", named, "9,text,A text is not empty."]


def test_a_header_in_another_language_is_found_and_can_be_denied(page: Page, site: Site, tmp_path: Path) -> None:
    table = tmp_path / "post.csv"
    rows = ["1,Wo bleibt mein Paket?,frage", "2,Nie wieder.,lob", "3,Und die Rechnung?,frage"]
    table.write_text("\n".join(["Nr.,Was der Kunde schreibt (Freitext),wahr", *rows]), encoding="utf-8")
    site.person("maya")
    site.log_in(page, "maya", path="/projects/new")
    page.get_by_role("button", name="Data").click()
    page.locator("input[type=file]").set_input_files(table)
    named = page.get_by_label("The first line names the columns")
    expect(named).to_be_checked()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Was der Kunde schreibt (Freitext)")
    page.get_by_label("Known answer").select_option("wahr")
    expect(page.get_by_text("“wahr” has 2 different values: frage, lob.")).to_contain_text("3 rows are left out")
    page.get_by_role("button", name="Take 2 classes from it").click()
    expect(page.get_by_text("3 rows have a known answer, each of them a class of the project.")).to_be_visible()
    uses = page.get_by_role("group", name="What are these 3 answers for?")
    expect(uses.get_by_label("Labels to learn from")).to_be_checked()
    expect(page.get_by_text("Every row has an answer already.")).to_be_visible()
    uses.get_by_label("Gold, to check people with").check()
    expect(page.get_by_text("as gold they teach the model and check people")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    page.get_by_role("button", name="Classes").click()
    expect(page.get_by_label("Name of class 2")).to_have_value("lob")
    page.get_by_role("button", name="Take them from a column of a file").click()
    named.uncheck()
    expect(page.get_by_text("4 rows")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("2")


def test_on_a_phone_the_menu_shows_where_one_is_and_filters_are_folded(page: Page, site: Site, owned: Project) -> None:
    for number in range(3):
        make_item(owned, text=f"question {number}")
    page.set_viewport_size({"width": 390, "height": 844})
    site.log_in(page, "olga", path=f"/projects/{owned.pk}/settings")
    expect(page.get_by_role("link", name="Settings", exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Items").click()
    expect(page.get_by_role("option", name="question 2")).to_be_in_viewport()
    expect(page.get_by_label("State")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("State").select_option("unanswered")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []


def test_an_empty_project_says_what_comes_next(page: Page, site: Site) -> None:
    project = site.project(n_items=0)
    make_member(project, user=site.person("maya"), role=Role.OWNER)
    site.log_in(page, "maya", path=f"/projects/{project.pk}")
    needs = page.get_by_role("region", name="Four questions")
    expect(needs.get_by_role("link", name="Bring items in")).to_be_visible()
    expect(needs.get_by_role("link", name="Label a few yourself")).to_have_count(0)
    press(page, needs.get_by_role("link", name="Invite people, by link or by name"))
    expect(page.get_by_role("heading", name="Invite by link")).to_be_visible()


def test_a_known_answer_is_not_shown_as_unanswered(page: Page, site: Site, owned: Project) -> None:
    make_item(owned, text="a parcel", gold="ham")
    site.log_in(page, "olga", path=f"/projects/{owned.pk}/items")
    expect(page.get_by_role("option").filter(has_text="a parcel")).to_contain_text("known answer")
