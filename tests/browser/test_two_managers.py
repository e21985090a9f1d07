"""Two managers on one page: whoever saves second is told, keeps what was typed, and goes on from the newer version."""

from playwright.sync_api import Browser, Page, expect

from annotation.models import AuditEvent, Role
from annotation.operations.projects import change_project
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_member


def test_who_saves_second_is_told_and_loses_nothing(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=1, classes=("ham", "spam", "other"))
    maya, otto = (make_member(project, user=site.person(name), role=Role.MANAGER) for name in ("maya", "otto"))
    site.log_in(page, "maya", path=f"/projects/{project.pk}/settings")
    guidelines = page.get_by_label("Guidelines", exact=True)
    guidelines.fill("Maya's way.")
    page.get_by_label("Name", exact=True).fill("Maya's name")

    change_project(project=project, user=otto, changes={"guidelines": "Otto's way.", "settings": {"overlap": 2}})
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("otto changed this project after you had opened it")).to_be_visible()
    expect(guidelines).to_have_value("Maya's way.")
    project.refresh_from_db()
    assert (project.guidelines, project.overlap) == ("Otto's way.", 2)
    if AXE.is_file():
        assert offences(page) == []

    page.get_by_role("button", name="Look at the newer version").click()
    expect(page.get_by_text("Otto's way.")).to_be_visible()
    expect(guidelines).to_have_value("Maya's way.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    project.refresh_from_db()
    assert (project.name, project.guidelines, project.overlap) == ("Maya's name", "Maya's way.", 2)
    assert AuditEvent.objects.filter(verb="project.changed", actor=maya).count() == 1

    # Classes, which are changed and merged beside it.
    page.get_by_label("Meaning of class 1").fill("wanted")
    change_project(project=project, user=otto, changes={"classes": ["ham", "spam", "other", "new"]})
    page.get_by_role("button", name="Change classes…").click()
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Look at the newer version").click()
    expect(page.get_by_label("Name of class 4")).to_have_value("new")
    expect(page.get_by_label("Meaning of class 1")).to_have_value("wanted")
    page.get_by_role("button", name="Change classes…").click()
    page.get_by_role("dialog").get_by_role("button", name="Change").click()
    expect(page.get_by_role("button", name="Put back")).to_have_count(0)
    project.refresh_from_db()
    assert [(one["name"], one["description"]) for one in project.classes][::3] == [("ham", "wanted"), ("new", "")]
