"""What a model would answer: accepted or refused by one key, shown beside the classes, or not at all."""

from typing import Any

from playwright.sync_api import Page, expect

from annotation.models import Annotation, Assignment, Item, Project, Role
from annotation.operations.predictions import add_predictions
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, expect_text, start_labelling, until
from tests.factories import make_member


def foretold(site: Site, *said: dict[str, Any], **fields: Any) -> Project:
    """A project of messages of which a program has said something already."""
    project = site.project(n_items=len(said), **fields)
    items = Item.objects.filter(project=project).order_by("shuffle_key")
    rows = [{"item": item.pk, "model": "bert"} | one for item, one in zip(items, said, strict=True)]
    assert add_predictions(project=project, rows=rows).errors == []
    return project


def answers(project: Project) -> list[Any]:
    return list(Annotation.objects.filter(project=project).order_by("id").values_list("value", flat=True))


def sure(name: str) -> dict[str, Any]:
    return {"probabilities": {"ham": 0.04, "spam": 0.04, "scam": 0.04} | {name: 0.92}}


def test_an_answer_is_accepted_or_refused_by_one_key(site: Site, page: Page) -> None:
    three = ("ham", "spam", "scam")
    project = foretold(site, sure("ham"), sure("spam"), sure("scam"), classes=three, suggestions="verify")
    start_labelling(site, page, project)
    expect(page.get_by_text("is what bert would answer, 92% sure")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("Enter")
    expect_text(page, "message 2")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="scam")).to_be_visible()
    expect(page.get_by_text("suggested")).to_have_count(0)
    page.keyboard.press("3")
    expect_text(page, "message 3")
    page.keyboard.press("1")  # the key of another class refuses and answers at once
    until(lambda: answers(project) == [{"class": "ham"}, {"class": "scam"}, {"class": "ham"}])
    shown = Assignment.objects.filter(project=project).order_by("id").values_list("suggestion__value__class", flat=True)
    assert list(shown) == ["ham", "spam", "scam"]


def test_refusing_one_of_two_is_the_other_and_sets_are_refused_as_a_whole(site: Site, page: Page) -> None:
    said = {"value": {"class": "spam"}}
    start_labelling(site, page, two := foretold(site, said, suggestions="verify"))
    page.get_by_role("button", name="No, ham").click()
    expect_saved(page)
    assert answers(two) == [{"class": "ham"}]

    chosen = {"value": {"classes": ["ham", "spam"]}}
    several = foretold(site, chosen, chosen, kind="multichoice", suggestions="verify")
    make_member(several, user=two.memberships.get(role=Role.ANNOTATOR).user)
    page.goto(f"{site.base_url}/projects/{several.pk}/label")
    expect_text(page, "message 1")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="ham")).not_to_be_checked()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect_text(page, "message 2")
    page.keyboard.press("Enter")
    until(lambda: answers(several) == [{"classes": ["spam"]}, {"classes": ["ham", "spam"]}])


def test_a_manager_chooses_what_people_see_and_reads_what_it_does(site: Site, page: Page) -> None:
    project = foretold(site, sure("ham"), {"value": {"class": "spam"}}, classes=("ham", "spam", "scam"))
    start_labelling(site, page, project)
    expect(page.get_by_text("suggested, 92%")).to_be_visible()
    page.keyboard.press("1")
    expect_saved(page)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    page.context.clear_cookies()
    site.log_in(page, "maya", path=f"/projects/{project.pk}/settings")
    expect(page.get_by_text("Of the last 1 suggestion that was answered, 1 was taken (100%).")).to_be_visible()
    page.get_by_label("Suggestions").select_option("off")
    expect(page.get_by_text("the only labels that owe nothing to a model")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    project.refresh_from_db()
    assert project.suggestions == "off"
