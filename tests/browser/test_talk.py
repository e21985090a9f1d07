"""An annotator asks beside her work, a reviewer finds it on her first page and answers; the answer is marked as new."""

from playwright.sync_api import Browser, Page, expect

from annotation.models import Comment, Role
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, start_labelling
from tests.factories import make_member


def test_a_question_reaches_a_reviewer_and_the_answer_comes_back(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=3)
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    start_labelling(site, page, project)
    page.keyboard.press("c")
    page.keyboard.type("Is this irony, @rita?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("complementary", name="Discussion")).to_contain_text("Is this irony, @rita?")
    expect(page.get_by_label("Comment")).not_to_be_focused()
    expect(page.get_by_text("Reviewers and managers see every question.")).to_be_visible()  # rita's name is not told
    page.keyboard.press("1")  # the keys belong to the question again
    expect_saved(page)

    other = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    site.log_in(other, "rita")
    expect(other.get_by_role("heading", name="For you (1)")).to_be_visible()
    expect(other.get_by_text("you review it · 1 of 3 items done")).to_be_visible()
    question = other.get_by_role("link", name="1 question about items")
    expect(question).to_be_visible()
    other.goto(f"{site.base_url}/projects/{project.pk}")
    expect(question).to_have_attribute("href", f"/projects/{project.pk}/items/{Comment.objects.get().item_id}")
    question.click()
    expect(other.get_by_role("article").filter(has_text="Is this irony")).to_be_visible()
    other.get_by_role("button", name="Answer", exact=True).click()
    other.keyboard.type("Yes: it is spam.")
    if AXE.is_file():
        assert offences(other) == []
    other.keyboard.press("Control+Enter")
    expect(other.get_by_role("article").filter(has_text="Yes: it is spam.")).to_be_visible()
    other.get_by_role("link", name="Querent, all projects").click()
    expect(other.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
    expect(other.get_by_role("heading", name="For you")).to_have_count(0)
    other.context.close()

    page.reload()
    expect(page.get_by_role("button", name="Discussion 1 new")).to_be_visible()
    page.keyboard.press("c")
    page.get_by_role("button", name="answered you").click()
    expect(page.get_by_role("article").filter(has_text="Yes: it is spam.")).to_be_visible()
    expect(page.get_by_role("button", name="Discussion 1 new")).to_have_count(0)
    assert Comment.objects.filter(project=project, parent__isnull=False).count() == 1


def test_at_offers_the_members_and_keys_or_the_pointer_choose_one(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=1)
    for name in ("zoe", "zora", "bob", *(f"zzz-{number}" for number in range(1, 7))):
        site.annotator(project, name)
    site.person("zola")  # no member
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    page.set_viewport_size({"width": 390, "height": 844})
    site.log_in(page, "rita", path=f"/projects/{project.pk}/items/{project.items.get().pk}")
    field, names = page.get_by_label("Comment"), page.get_by_role("listbox", name="Members")
    field.click()
    page.keyboard.type("Look, @z")
    expect(names.get_by_role("option")).to_have_text(["zoe", "zora", "zzz-1", "zzz-2", "zzz-3"])
    expect(page.get_by_text("3 more names: type on")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("ArrowUp")
    expect(names.get_by_role("option", name="zzz-3", selected=True)).to_be_visible()
    page.keyboard.type("o")
    expect(names.get_by_role("option")).to_have_text(["zoe", "zora"])
    page.keyboard.press("ArrowDown")
    zora = names.get_by_role("option", name="zora", selected=True)
    expect(field).to_have_attribute("aria-activedescendant", zora.get_attribute("id") or "")
    page.keyboard.press("Shift+Enter")
    expect(field).to_have_value("Look, @zo\n")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Look, @zora ")
    page.keyboard.type("and @b")
    expect(names).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("o")
    expect(names).to_have_count(0)
    expect(field).to_be_focused()
    page.keyboard.type("! @bo")
    names.get_by_role("option", name="bob").click()
    expect(field).to_have_value("Look, @zora and @bo! @bob ")
    expect(field).to_be_focused()

    other = browser.new_context().new_page()
    site.log_in(other, "zoe", path=f"/projects/{project.pk}/label")
    expect(other.get_by_text("message 1")).to_be_visible()
    other.keyboard.press("c")
    other.keyboard.type("@r")
    expect(other.get_by_label("Comment")).to_have_value("@r")
    expect(other.get_by_role("listbox", name="Members")).to_have_count(0)  # who is here is not told to annotators
    other.context.close()
