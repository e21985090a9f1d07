"""What a person meets when something fails in the middle of her work: what happened, what was kept, what to do next."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from annotation.models import Annotation, Assignment, Item, Job, Project, Role
from annotation.operations.labeling import release_expired_assignments
from annotation.operations.pausing import pause_person
from annotation.operations.projects import change_project
from annotation.operations.transfer.run import run_job
from tests.browser.conftest import PASSWORD, Site, press, tab_to
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, expect_text, start_labelling, until
from tests.factories import make_annotation, make_member


def came_back(page: Page) -> None:
    page.get_by_role("button", name="1 answer came back").wait_for()
    page.keyboard.press("r")


def returned(page: Page, words: str) -> None:
    """Opens the drawer: the answer is there with the reason."""
    came_back(page)
    drawer = page.get_by_role("complementary", name="Answers that came back")
    expect(drawer).to_contain_text(words)
    expect(drawer).to_contain_text("spam")


def test_a_lease_that_somebody_took_over(site: Site, page: Page) -> None:
    project = site.project(n_items=4)
    start_labelling(site, page, project)
    late = Assignment.objects.filter(item__data__text="message 1")
    late.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert release_expired_assignments(project_id=project.pk) == 1
    make_annotation(Item.objects.get(project=project, data__text="message 1"), make_member(project), "ham")
    page.keyboard.press("2")
    expect_text(page, "message 2")
    returned(page, "Your time for this item ran out and others have answered it meanwhile.")
    page.get_by_role("button", name="Let go").press("Enter")
    expect_saved(page)
    page.keyboard.press("1")  # work goes on
    until(lambda: Annotation.objects.filter(project=project, item__data__text="message 2").exists())


def test_a_class_that_is_gone_meanwhile(site: Site, page: Page) -> None:
    project = site.project(n_items=4, classes=("ham", "spam", "scam"))
    start_labelling(site, page, project)
    change_project(project=project, user=project.created_by, changes={"classes": ["ham", "scam"]})
    page.keyboard.press("2")
    returned(page, "The classes have changed")
    page.reload()
    came_back(page)  # it is still here
    page.keyboard.press("Escape")
    expect_text(page, "message 1")
    expect(page.get_by_role("group", name="Which class fits?").get_by_role("button")).to_have_count(2)
    page.keyboard.press("3")
    until(lambda: Annotation.objects.filter(project=project, value={"class": "scam"}).exists())
    expect_saved(page)  # what came back is settled by answering anew


def test_somebody_is_paused_in_mid_work(site: Site, page: Page) -> None:
    project = site.project(n_items=9)
    start_labelling(site, page, project)
    person = project.memberships.get(role=Role.ANNOTATOR).user
    pause_person(project=project, person=person, user=project.created_by, note="Let us talk about irony.")
    for number in (2, 3):
        page.keyboard.press("1")
        expect_text(page, f"message {number}")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="You are paused in this project")).to_be_visible()
    expect(page.get_by_text("Let us talk about irony.")).to_be_visible()
    expect_saved(page)
    assert Annotation.objects.filter(project=project).count() == 3


def test_a_project_is_paused_by_keyboard_and_goes_on(site: Site, page: Page, browser: Browser) -> None:
    """Who is labelling keeps what is on her screen, is told why nothing follows, and goes on by herself."""
    owned = site.project(n_items=9)
    make_member(owned, user=site.person("olga"), role=Role.MANAGER)
    start_labelling(site, page, owned)
    context = browser.new_context()
    manager = context.new_page()
    site.log_in(manager, "olga", path=f"/projects/{owned.pk}/settings")
    switch(manager)
    for number in (2, 3):
        page.keyboard.press("1")
        expect_text(page, f"message {number}")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="This project is paused", exact=True)).to_be_visible()
    expect_saved(page)
    assert Annotation.objects.filter(project=owned).count() == 3
    manager.goto(f"{site.base_url}/projects/{owned.pk}")
    expect(manager.get_by_text("This project is paused: nobody is asked anything.")).to_contain_text("olga paused it")
    expect(manager.get_by_text("Paused: nobody is asked anything for now.")).to_be_visible()
    if AXE.is_file():
        assert offences(page) + offences(manager) == []
    press(manager, manager.get_by_role("button", name="Let it go on"))
    expect(manager.get_by_text("The project goes on")).to_be_visible()
    expect_text(page, "message 4")
    context.close()


def switch(manager: Page) -> None:
    tab_to(manager, manager.get_by_label("Pause the project"))
    manager.keyboard.press("Space")
    press(manager, manager.get_by_role("button", name="Save", exact=True))
    expect(manager.get_by_text("Saved.", exact=True)).to_be_visible()


def down(route: Route) -> None:
    route.fulfill(status=503, body="")


def test_a_server_that_is_down_and_no_worker(site: Site, page: Page, context: BrowserContext) -> None:
    project = site.project(n_items=6)
    start_labelling(site, page, project)
    expect(page.get_by_text("No worker is running. Labelling goes on and nothing is lost")).to_be_visible()
    context.route("**/api/v1/**", down)
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect_text(page, "message 3")
    expect(page.get_by_text("The service does not answer as it should.")).to_be_visible()
    expect(page.get_by_text("No answer · 2 waiting on this device").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Querent does not answer")).to_be_visible()
    keeps_the_rules_in_both_themes(page)
    context.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try again").press("Enter")
    expect_text(page, "message 3")
    until(lambda: Annotation.objects.filter(project=project).count() == 2)
    expect_saved(page)


def keeps_the_rules_in_both_themes(page: Page) -> None:
    for theme in ("dark", "light") if AXE.is_file() else ():
        page.emulate_media(color_scheme=theme)
        assert offences(page) == []


@pytest.fixture
def owned(site: Site) -> Project:
    project = site.project(n_items=1)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    return project


def test_a_file_that_is_too_large_or_breaks_at_a_row(
    site: Site, page: Page, owned: Project, tmp_path: Path, settings: LazySettings
) -> None:
    large, broken = tmp_path / "large.csv", tmp_path / "broken.csv"
    large.write_text("text\n" + "a line of it\n" * 100_000, encoding="utf-8")
    broken.write_text('text,source\nfirst,a\n,b\nthird,c\n"never closed,d\nfifth,e\n', encoding="utf-8")
    settings.UPLOAD_LIMIT_BYTES = 2**20
    site.log_in(page, "maya", path=f"/projects/{owned.pk}/settings")
    page.locator("input[type=file]").set_input_files(large)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("The file is larger than 1 MB.")).to_be_in_viewport()

    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_role("button", name="Import", exact=True).click()
    until(lambda: Job.objects.filter(project=owned).exists())
    expect(page.get_by_text("waits for a worker")).to_be_in_viewport()
    assert run_job(Job.objects.get(project=owned).pk)
    said = "2 rows in, 2 left out; stopped at row 5: A quote that opens here is not closed properly"
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("button", name="Download the 2 with reasons")).to_be_visible()


def test_a_part_of_the_page_that_does_not_load(site: Site, page: Page, context: BrowserContext, owned: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{owned.pk}/guidelines")
    expect(page.get_by_role("heading", name="Guidelines").first).to_be_visible()
    context.route("**/assets/**", lambda route: route.abort())
    press(page, page.get_by_role("link", name="People"))
    expect(page.get_by_role("heading", name="This page did not load")).to_be_visible()
    keeps_the_rules_in_both_themes(page)
    context.unroute("**/assets/**")
    press(page, page.get_by_role("button", name="Try again"))
    expect(page.get_by_role("heading", name="People", exact=True).first).to_be_visible()


def test_a_session_that_ends_on_a_manager_s_page(site: Site, page: Page, owned: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{owned.pk}/settings")
    page.get_by_label("Guidelines").fill("Typed before the session ended.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    asked = page.get_by_role("dialog", name="Log in to go on")
    expect(asked.get_by_label("Username")).to_have_value("maya")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(asked).to_contain_text("Username or password is not right.")
    if AXE.is_file():
        assert offences(page) == []
    asked.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    owned.refresh_from_db()
    assert owned.guidelines == "Typed before the session ended."


def test_a_project_is_deleted_in_mid_work(site: Site, page: Page) -> None:
    """Nothing more is asked; what came too late is told, and can be looked at; the way on is a link."""
    project = site.project(n_items=9)
    start_labelling(site, page, project)
    page.keyboard.press("1")
    expect_text(page, "message 2")
    expect_saved(page)
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="This project is not there any more")).to_be_visible()
    expect(page.get_by_text("1 answer came too late and can be looked at above.")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("r")
    expect(page.get_by_role("complementary").get_by_text("message 2")).to_be_visible()
    expect(page.get_by_role("complementary").get_by_text("message 3")).to_have_count(0)
    if AXE.is_file():
        assert offences(page) == []
    assert Annotation.objects.filter(project=project).count() == 1
    page.keyboard.press("Escape")
    press(page, page.get_by_role("link", name="My projects"))
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    page.goto(f"{site.base_url}/projects/{project.pk}/label")
    expect(page.get_by_text("It was deleted, or you are not a member of it.")).to_be_visible()
