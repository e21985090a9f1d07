"""People and doubts in the browser: a newcomer's training, and what a manager does about a flag and takes back."""

from playwright.sync_api import Browser, Page, expect

from annotation.models import Flag, Project, Review, Role
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_item, make_member
from tests.operations.test_review import world


def manager_of(site: Site, project: Project) -> None:
    make_member(project, user=site.person("maya"), role=Role.MANAGER)


def test_a_newcomer_is_told_at_once_and_let_in_by_a_manager(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=3, training_items=2, training_pass_mark=1)
    for text in ("known one", "known two"):
        make_item(project, text=text, gold="ham")
    site.annotator(project, "nia")
    manager_of(site, project)
    site.log_in(page, "nia", path=f"/projects/{project.pk}/label")
    expect(page.get_by_text("Training: 0 of 2 items done.")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_text("is ham.")).to_contain_text("Right: “known")
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="The training was not passed")).to_be_visible()
    expect(page.get_by_text("Not the known answer: “known")).to_be_visible()
    expect(page.get_by_text("50% of your answers were right; it takes 100%.")).to_be_visible()

    with browser.new_context() as other:
        people = other.new_page()
        site.log_in(people, "maya", path=f"/projects/{project.pk}/people")
        expect(people.get_by_role("row", name="nia")).to_contain_text("not passed, 50% right")
        people.get_by_role("button", name="Let nia in").click()
        expect(people.get_by_text("nia gets ordinary work from now on.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("article", name="Item")).to_contain_text("message 1")
    expect(page.get_by_text("Training:")).to_have_count(0)


def test_something_is_done_about_a_flag_and_taken_back(site: Site, page: Page) -> None:
    project, _, _ = world()
    manager_of(site, project)
    flag = Flag.objects.filter(project=project, kind="label_suspect", status="open").order_by("-score").first()
    assert flag is not None
    site.log_in(page, "maya", path=f"/projects/{project.pk}")
    rows = page.get_by_role("row", name="Label probably wrong")
    n_open = Flag.objects.filter(project=project, kind="label_suspect", status="open").count()
    expect(rows).to_have_count(n_open)
    rows.first.get_by_role("button", expanded=False).click()
    page.get_by_role("button", name="Relabel…").click()
    question = page.get_by_role("dialog", name="Relabel this item?")
    expect(question).to_contain_text("All of it can be undone.")
    page.keyboard.press("Escape")
    assert not Review.objects.exists()

    page.get_by_role("button", name="Talk…").click()
    send = page.get_by_role("dialog").get_by_role("button", name="Talk")
    expect(send).to_be_disabled()
    page.get_by_label("What cem reads").fill("Read page 2, please.")
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("Escape")

    page.get_by_label("A word why (optional)").fill("Looked twice.")
    page.get_by_role("button", name="Relabel…").click()
    page.get_by_role("dialog").get_by_role("button", name="Relabel").click()
    expect(page.get_by_text("Relabelled: Label probably wrong, cem.")).to_be_visible()
    expect(rows).to_have_count(n_open - 1)
    review = Review.objects.get()
    assert (review.decision, review.note) == ("accept", "Looked twice.")

    page.get_by_text("Confirmed", exact=True).click()
    page.get_by_role("button", name="Undo: Label probably wrong, cem").click()
    page.get_by_role("dialog", name="Open this flag again?").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("None was confirmed so far.")).to_be_visible()
    assert Review.objects.get().undone_at is not None
    page.get_by_text("Open", exact=True).click()
    expect(rows).to_have_count(n_open)
    page.locator(f'#flags a[href$="item={flag.item_id}"]').click()
    expect(page.locator("#item-text")).to_have_text(flag.item.data["text"])
    expect(page.get_by_role("list", name="Answers")).to_contain_text("likely wrong: ")


def test_a_person_is_paused_told_why_and_goes_on(site: Site, page: Page, browser: Browser) -> None:
    project = site.project(n_items=2)
    site.annotator(project, "cem")
    manager_of(site, project)
    site.log_in(page, "maya", path=f"/projects/{project.pk}/people")
    page.get_by_role("button", name="Pause cem").click()
    page.get_by_label("What cem reads (optional)").fill("Call me.")
    page.get_by_role("dialog", name="Pause cem?").get_by_role("button", name="Pause").click()
    expect(page.get_by_role("row", name="cem")).to_contain_text("paused")
    assert Review.objects.get(undone_at=None).note == "Call me."
    with browser.new_context() as other:
        desk = other.new_page()
        site.log_in(desk, "cem", path=f"/projects/{project.pk}/label")
        expect(desk.get_by_text("The reason given: “Call me.”")).to_be_visible()
    page.get_by_role("button", name="Let cem go on").click()
    expect(page.get_by_text("cem goes on.")).to_be_visible()
    assert not Review.objects.filter(undone_at=None).exists()
