"""By keyboard alone: a manager makes a link, somebody new comes in by it and labels; taken back, it lets nobody in."""

from playwright.sync_api import Browser, Page, expect

from annotation.models import Membership, Role
from tests.browser.conftest import PASSWORD, Site, press, tab_to, type_in
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_member


def test_invite_join_and_label(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=2)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    site.log_in(page, "maya", path=f"/projects/{project.pk}/people")
    type_in(page, page.get_by_label("For how many people"), "2")
    page.keyboard.press("Enter")
    link = page.get_by_text("/join#").inner_text()
    expect(page.get_by_role("list", name="Open invitations")).to_contain_text("annotator, 0 of 2 used")
    if AXE.is_file():
        assert offences(page) == []

    other = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name=f"maya invites you to “{project.name}”")).to_be_visible()
    if AXE.is_file():
        assert offences(other) == []
    type_in(other, other.get_by_label("Choose a username"), "ana")
    type_in(other, other.get_by_label("Choose a password"), "12345678")
    other.keyboard.press("Enter")
    expect(other.get_by_text("too common")).to_be_visible()
    type_in(other, other.get_by_label("Choose a password"), "correct horse battery")
    other.keyboard.press("Enter")
    expect(other.get_by_role("article", name="Item").get_by_text("message 1")).to_be_visible()
    assert Membership.objects.get(user__username="ana").role == "annotator"

    other.context.clear_cookies()
    other.goto("about:blank")
    other.goto(link)
    site.person("bo")
    press(other, other.get_by_role("link", name="Log in"))
    type_in(other, other.get_by_label("Username"), "bo")
    type_in(other, other.get_by_label("Password"), PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_text("You come in as bo.")).to_be_visible()

    press(page, page.get_by_role("button", name="Take back the invitation"))
    expect(page.get_by_role("list", name="Open invitations").get_by_role("listitem")).to_have_count(0)
    other.context.clear_cookies()
    other.goto("about:blank")
    other.goto(link)
    expect(other.get_by_role("heading", name="This invitation lets nobody in")).to_be_visible()
    other.context.close()


def test_a_role_is_changed_in_its_row_and_taken_back(site: Site, page: Page) -> None:
    """By keyboard; nobody changes her own, and a manager that of no owner. Whoever may not see people is told so."""
    project = site.project(n_items=1)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    site.annotator(project, "ana")
    site.log_in(page, "maya", path=f"/projects/{project.pk}/people")
    expect(page.get_by_role("combobox", name="Role of")).to_have_count(1)
    role = tab_to(page, page.get_by_role("combobox", name="Role of ana"))
    expect(role.get_by_role("option")).to_have_text(["annotator", "reviewer", "manager"])
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("ana is reviewer now.")).to_be_visible()
    assert Membership.objects.get(user__username="ana").role == "reviewer"
    if AXE.is_file():
        assert offences(page) == []
    press(page, page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("ana is back as annotator.")).to_be_visible()
    expect(role).to_have_value("annotator")
    assert Membership.objects.get(user__username="ana").role == "annotator"

    page.context.clear_cookies()
    site.log_in(page, "ana", path=f"/projects/{project.pk}/people")
    expect(page.get_by_text("This needs the role reviewer; yours is annotator.")).to_be_visible()
    page.goto(f"{site.base_url}/projects/{project.pk}/guidelines")
    expect(page.get_by_text("This needs the role reviewer; yours is annotator.")).to_be_visible()
