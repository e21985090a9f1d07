"""Each kind of question by keyboard alone: keys, Enter, and what arrives; by the rules of axe-core in both themes."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotation.models import Annotation, Item
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved

pytestmark = pytest.mark.alone

FIVE = tuple("12345")
# kind, classes, the keys for each of two items, their answers
KINDS: list[tuple[str, tuple[str, ...], list[str], list[dict[str, Any]]]] = [
    (
        "multichoice",
        ("a", "b", "c"),
        ["1", "3", "2", "2", "Enter", "Enter"],
        [{"classes": ["a", "c"]}, {"classes": []}],
    ),
    ("rating", FIVE, ["4", "1"], [{"rating": 4}, {"rating": 1}]),
    ("pairwise", (), ["2", "1"], [{"preferred": 1}, {"preferred": 0}]),
    ("text", (), ["H", "i", "Enter", "x", "Enter"], [{"text": "Hi"}, {"text": "x"}]),
]


def labelling(site: Site, page: Page, kind: str, classes: tuple[str, ...]) -> None:
    project = site.project(n_items=2, kind=kind, classes=classes, guidelines="")
    if kind == "pairwise":
        for item in Item.objects.filter(project=project):
            Item.objects.filter(pk=item.pk).update(data={"texts": [f"{item.data['text']} one", "two"]})
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    expect(page.get_by_role("article", name="Item").get_by_text("message 1")).to_be_visible()


@pytest.mark.parametrize(("kind", "classes", "keys", "values"), KINDS, ids=[one[0] for one in KINDS])
def test_by_keyboard_alone(site: Site, page: Page, kind, classes, keys, values) -> None:
    labelling(site, page, kind, classes)
    for place, key in enumerate(keys):
        if kind == "text" and place == 3:
            expect(page.get_by_role("article", name="Item").get_by_text("message 2")).to_be_visible()
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    expect_saved(page)
    assert list(Annotation.objects.order_by("item_id").values_list("value", flat=True)) == values
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")
    expect(page.get_by_role("article", name="Item").get_by_text("message 2")).to_be_visible()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize(("kind", "theme", "width"), [
    ("multichoice", "dark", 390), ("pairwise", "dark", 1280), ("text", "light", 390),
])  # fmt: skip
def test_keeps_the_rules(site: Site, browser: Browser, kind: str, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = context.new_page()
    labelling(site, page, kind, {one[0]: one[1] for one in KINDS}[kind])
    if kind == "multichoice":
        page.keyboard.press("1")
    assert offences(page) == []
    context.close()
