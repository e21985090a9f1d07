"""Marking spans by keyboard alone: select words, press a class, change, undo, save; suggestions are there already."""

from playwright.sync_api import Page, expect

from annotation.models import Annotation, Item, Project, QueueEntry, Stream
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, until

SPAN = {"start": 3, "end": 7, "class": "person"}
SUGGESTED = {"value": {"spans": [SPAN]}, "probability": 0.83, "span_probabilities": [0.83], "model": "version 3"}


def start_marking(site: Site, page: Page) -> Project:
    """Two texts, the second with a suggestion of the model."""
    project = site.project_of(
        ["👋🏽 Anna Berg met Bo", "👋🏽 Otto left"], kind="spans", classes=("person", "place"), queue_version=1
    )
    first, second = Item.objects.filter(project=project).order_by("shuffle_key")
    for rank, item in enumerate((first, second), 1):
        why = {"kind": "unsure_spans", "n_spans": 1}
        if item == second:
            why["suggested"] = SUGGESTED
        QueueEntry.objects.create(
            project=project, rank=rank, item=item, score=0.5, reason=why, stream=Stream.MODEL, model_version=3
        )
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    expect(page.get_by_text("Nothing is marked.")).to_be_visible()
    return project


def saved(project: Project) -> list[list[tuple[int, int, str]]]:
    rows = Annotation.objects.filter(project=project).order_by("id").values_list("value", flat=True)
    return [[(span["start"], span["end"], span["class"]) for span in value["spans"]] for value in rows]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_marking_by_keyboard_alone(site: Site, page: Page) -> None:
    project = start_marking(site, page)
    press(page, "ArrowRight", "Shift+ArrowRight", "1")
    spans = page.get_by_role("list", name="Spans").get_by_role("listitem")
    expect(spans).to_have_text(["Anna Bergperson"])
    press(page, "ArrowRight", "ArrowRight", "2")
    expect(spans).to_have_text(["Anna Bergperson", "Boplace"])
    press(page, "1")
    expect(spans.nth(1)).to_have_text("Boperson")
    press(page, "u", "p", "x")
    expect(spans).to_have_text(["Boplace"])
    press(page, "u", "Enter")
    expect(spans).to_have_text(["Ottoperson · suggested, 83%"])
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    expect_saved(page)
    assert saved(project) == [[(3, 12, "person"), (17, 19, "place")], [(3, 7, "person")]]
    press(page, "Backspace")
    expect(spans).to_have_text(["Ottoperson"])
    press(page, "n", "Delete", "Enter")
    until(lambda: saved(project)[1] == [])


def test_marking_with_the_pointer(site: Site, page: Page) -> None:
    project = start_marking(site, page)
    text = page.get_by_role("article", name="Item")
    text.get_by_text("Anna", exact=True).hover()
    page.mouse.down()
    text.get_by_text("Berg", exact=True).hover()
    page.mouse.up()
    page.get_by_role("button", name="1 person").click()
    expect(page.get_by_role("list", name="Spans").get_by_role("listitem")).to_have_text(["Anna Bergperson"])
    if AXE.is_file():
        assert offences(page) == []
    page.get_by_role("button", name="Save and next").click()
    until(lambda: saved(project) == [[(3, 12, "person")]])


def test_a_word_let_go_at_its_edge_leaves_the_full_stop_out(site: Site, page: Page) -> None:
    project = site.project_of(["From Lima, by sea."], kind="spans", classes=("person", "place"))
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    spans = page.get_by_role("list", name="Spans").get_by_role("listitem")
    word = page.get_by_role("article", name="Item").get_by_text("Lima", exact=True).bounding_box()
    assert word
    middle = word["y"] + word["height"] / 2
    for beyond in (0, 1, 2, 4):
        page.mouse.move(word["x"] + 2, middle)
        page.mouse.down()
        page.mouse.move(word["x"] + word["width"] + beyond, middle, steps=4)
        page.mouse.up()
        page.get_by_role("button", name="2 place").click()
        expect(spans).to_have_text(["Limaplace"])
        press(page, "x")
    press(page, "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "2")
    expect(spans).to_have_text(["Lima,place"])
