"""Each kind of question by keyboard alone: thirty items, three taken back; by the rules of axe-core in both themes."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from annotation.models import Annotation, AnnotationRevision
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, until
from tests.factories import make_item
from tests.pictures import data_url, png

N_ITEMS = 30
TAKEN_BACK = (7, 14, 21)  # one of each of the three answers
FIVE = tuple("12345")
CLASSES = {"multichoice": ("a", "b", "c"), "rating": FIVE, "spans": ("person", "place"), "boxes": ("car", "tree")}

Way = tuple[str, dict[str, Any]]  # the keys, the answer that they give


def span(name: str) -> dict[str, Any]:
    return {"spans": [{"start": 3, "end": 10, "class": name}]}


def box(name: str, x: int = 75) -> dict[str, Any]:
    return {"boxes": [{"x": x, "y": 38, "width": 50, "height": 25, "class": name}]}


# Three ways to answer an item anew, and one to change each answer when it was taken back.
WAYS: dict[str, tuple[list[Way], list[Way]]] = {
    "multichoice": (
        [("1 3 Enter", {"classes": ["a", "c"]}), ("2 Enter", {"classes": ["b"]}), ("Enter", {"classes": []})],
        [("3 Enter", {"classes": ["a"]}), ("1 Enter", {"classes": ["a", "b"]}), ("3 Enter", {"classes": ["c"]})],
    ),
    "rating": (
        [("4", {"rating": 4}), ("1", {"rating": 1}), ("5", {"rating": 5})],
        [("2", {"rating": 2}), ("3", {"rating": 3}), ("1", {"rating": 1})],
    ),
    "pairwise": (
        [("2", {"preferred": 1}), ("1", {"preferred": 0}), ("2", {"preferred": 1})],
        [("1", {"preferred": 0}), ("2", {"preferred": 1}), ("1", {"preferred": 0})],
    ),
    "text": (
        [("H i Enter", {"text": "Hi"}), ("x Enter", {"text": "x"}), ("n o Enter", {"text": "no"})],
        [
            ("Control+a y Enter", {"text": "y"}),
            ("Control+a z Enter", {"text": "z"}),
            ("Control+a o Enter", {"text": "o"}),
        ],
    ),
    "spans": (
        [("ArrowRight 1 Enter", span("person")), ("ArrowRight 2 Enter", span("place")), ("Enter", {"spans": []})],
        [("n 2 Enter", span("place")), ("n x Enter", {"spans": []}), ("ArrowRight 1 Enter", span("person"))],
    ),
    "boxes": (
        [("1 Enter", box("car")), ("2 ArrowRight Enter", box("tree", 77)), ("Enter", {"boxes": []})],
        [("n 2 Enter", box("tree")), ("n x Enter", {"boxes": []}), ("1 Enter", box("car"))],
    ),
}


def labelling(site: Site, page: Page, kind: str, *, n_items: int = 2) -> None:
    project = site.project(n_items=0, kind=kind, classes=CLASSES.get(kind, ()), guidelines="")
    image = data_url(png(np.full((100, 200, 3), 200, dtype=np.uint8)))
    for number in range(1, n_items + 1):
        name = f"message {number}"
        data = {"pairwise": {"texts": [name, "two"]}, "boxes": {"image": image}}.get(kind, {"text": f"To {name}"})
        make_item(project, external_id=name, data=data)
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    shown(page, kind, 1)


def shown(page: Page, kind: str, number: int) -> None:
    """Waits until the item is there, an image with its size."""
    if kind == "boxes":
        expect(page.get_by_role("img", name=f"message {number}", exact=True)).to_be_visible()
        expect(page.get_by_role("region", name="Image")).to_have_attribute("aria-busy", "false")
    else:
        expect(page.get_by_role("article", name="Item")).to_contain_text(re.compile(rf"message {number}\b"))


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


@pytest.mark.parametrize("kind", WAYS)
def test_thirty_items_and_three_taken_back_by_keyboard_alone(site: Site, page: Page, kind: str) -> None:
    labelling(site, page, kind, n_items=N_ITEMS)
    anew, changed = WAYS[kind]
    wanted = []
    for number in range(1, N_ITEMS + 1):
        shown(page, kind, number)
        keys, value = anew[number % 3]
        press(page, keys)
        until(lambda n=number: Annotation.objects.count() == n)
        if number in TAKEN_BACK:
            shown(page, kind, number + 1)
            expect_saved(page)
            press(page, "Escape Backspace" if kind == "text" else "Backspace")
            shown(page, kind, number)
            keys, value = changed[number % 3]
            press(page, keys)
        wanted.append(value)
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    expect_saved(page)
    until(lambda: AnnotationRevision.objects.count() == N_ITEMS + len(TAKEN_BACK))
    assert list(Annotation.objects.order_by("item_id").values_list("value", flat=True)) == wanted
    page.keyboard.press("Backspace")  # the last one, too, when nothing is left
    shown(page, kind, N_ITEMS)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize(("kind", "theme", "width"), [
    ("multichoice", "dark", 390), ("pairwise", "dark", 1280), ("text", "light", 390),
])  # fmt: skip
def test_keeps_the_rules(site: Site, browser: Browser, kind: str, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = context.new_page()
    labelling(site, page, kind)
    if kind == "multichoice":
        page.keyboard.press("1")
    assert offences(page) == []
    context.close()
