"""The tour on first use; and what is said when the session ends, or the project does, in the middle of the work."""

from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from annotation.models import Annotation, Role
from annotation.operations.projects import delete_project
from tests.browser.conftest import PASSWORD, Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, expect_text, start_labelling, until
from tests.factories import make_member


def test_the_tour_goes_on_by_working_and_comes_once(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    start_labelling(site, page, site.project(n_items=4, guidelines="Is it wanted?"))
    tour = page.get_by_role("status").filter(has_text="New here?")
    for key, step in (("1", 1), ("Backspace", 2), ("g", 3)):
        expect(tour).to_contain_text(f"{step} of 4")
        page.keyboard.press(key)
    expect(tour).to_contain_text("4 of 4")
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_role("article", name="Item")).to_be_visible()
    expect(tour).to_have_count(0)
    context.close()


def test_the_tour_says_how_the_kind_is_answered_and_waits_for_an_answer_of_this_session(
    site: Site, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    project = site.project_of(["Anna met Bo", "Otto left", "Eva came"], kind="spans", classes=("person", "place"))
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    tour = page.get_by_role("status").filter(has_text="New here?")
    expect(tour).to_contain_text("1 of 4. Read the text, then mark what is asked: the arrows select a word")
    for key in ("ArrowRight", "1"):
        page.keyboard.press(key)
    expect(tour).to_contain_text("1 of 4")  # a mark is no answer yet
    page.keyboard.press("Enter")
    expect(tour).to_contain_text("2 of 4")
    expect_saved(page)
    page.reload()
    expect(page.get_by_role("button", name="Take back")).to_be_enabled()
    expect(tour).to_contain_text("1 of 4")
    context.close()


def test_a_session_that_ends_in_mid_answer_loses_nothing(site: Site, page: Page) -> None:
    project = site.project(n_items=4)
    start_labelling(site, page, project)
    page.keyboard.press("1")
    expect_saved(page)
    Session.objects.all().delete()
    page.keyboard.press("2")
    expect(
        page.get_by_text("Your session has ended. Answers that had not left are kept on this device.")
    ).to_be_visible()
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect_text(page, "message 3")
    expect_saved(page)
    until(lambda: Annotation.objects.filter(project=project).count() == 2)


def test_a_project_is_deleted_by_its_typed_name_while_somebody_labels(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=4, name="Old inbox")
    start_labelling(site, page, project)
    make_member(project, user=site.person("olga"), role=Role.OWNER)
    other = browser.new_context().new_page()
    site.log_in(other, "olga", path=f"/projects/{project.pk}/settings")
    other.get_by_role("button", name="Delete “Old inbox”…").click()
    delete = other.get_by_role("dialog").get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    other.keyboard.press("Tab")
    other.get_by_label("Type the name of the project").fill("Old inbox")
    delete.click()
    expect(other.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
    expect(other.get_by_text("Old inbox")).to_have_count(0)
    other.context.close()
    expect(page.get_by_role("heading", name="This project is not there any more")).to_be_visible()
    expect(page.get_by_role("article", name="Item")).to_have_count(0)


def test_the_first_refused_answer_says_that_the_project_is_gone(site: Site, page: Page) -> None:
    project = site.project(n_items=9)
    start_labelling(site, page, project)
    page.route(f"**/projects/{project.pk}/model/", lambda route: route.abort())  # the answer is what tells first
    delete_project(project=project, actor=site.person("olga"))
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="This project is not there any more")).to_be_visible()
    expect(page.get_by_text("to go for the team")).to_have_count(0)
    page.keyboard.press("r")
    drawer = page.get_by_role("complementary", name="Answers that came back")
    expect(drawer).to_contain_text("message 1")
    expect(drawer.get_by_role("button", name="Send again")).to_have_count(0)
