"""Boxes on an image by keyboard alone and by pointer; a suggestion and an answer taken back are there again."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from annotation.models import Annotation, Project
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import expect_saved, until
from tests.factories import make_item
from tests.pictures import data_url, png

Box = tuple[float, float, float, float, str]


def start_drawing(site: Site, page: Page, *, n: int = 2, data: dict[str, Any] | None = None) -> Project:
    """Images of 200 by 100 pixels to be boxed."""
    project = site.project(n_items=0, kind="boxes", classes=("car", "tree"), guidelines="")
    pixels = np.full((100, 200, 3), 200, dtype=np.uint8)
    for number in range(1, n + 1):
        make_item(project, external_id=f"street {number}", data={"image": data_url(png(pixels))} | (data or {}))
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    shown(page, "street 1")
    return project


def saved(project: Project) -> list[list[Box]]:
    rows = Annotation.objects.filter(project=project).order_by("item_id").values_list("value", flat=True)
    parts = ("x", "y", "width", "height", "class")
    return [[tuple(box[part] for part in parts) for box in value["boxes"]] for value in rows]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def listed(page: Page, *boxes: str) -> None:
    said = [box.replace(" by ", " \N{MULTIPLICATION SIGN} ") for box in boxes]
    expect(page.get_by_role("list", name="Boxes").get_by_role("button")).to_have_text(said)


def shown(page: Page, name: str) -> None:
    """Waits until the image is there, so that its size is known."""
    expect(page.get_by_role("img", name=name)).to_be_visible()
    expect(page.get_by_role("region", name="Image")).to_have_attribute("aria-busy", "false")


def test_by_keyboard_alone(site: Site, page: Page) -> None:
    project = start_drawing(site, page)
    expect(page.get_by_text("No box yet.")).to_be_visible()
    press(page, "1")
    listed(page, "car50 by 25 at 75, 38")
    press(page, "ArrowRight", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown")
    listed(page, "car52 by 26 at 77, 37")
    press(page, "Escape", "2", "ArrowLeft")
    listed(page, "car52 by 26 at 77, 37", "tree50 by 25 at 73, 38")
    press(page, "u", "u", "n", "2")  # neither the move nor the tree; the car becomes one
    listed(page, "tree52 by 26 at 77, 37")
    press(page, "+", "+", "Escape", "1")  # a closer look draws smaller boxes
    expect(page.get_by_role("list", name="Boxes").get_by_role("button")).to_have_count(2)
    press(page, "p", "n", "x", "-", "-", "Enter")
    shown(page, "street 2")
    expect(page.get_by_text("No box yet.")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    expect_saved(page)
    assert saved(project) == [[(77, 37, 52, 26, "tree")], []]
    press(page, "Backspace")
    shown(page, "street 2")
    press(page, "1", "Enter")
    until(lambda: saved(project)[1] == [(75, 38, 50, 25, "car")])
    expect_saved(page)


def test_by_pointer(site: Site, page: Page) -> None:
    project = start_drawing(site, page, n=1, data={"width": 400, "height": 200})
    image = page.get_by_role("img", name="street 1").bounding_box()
    assert image is not None

    def drag(*places: tuple[float, float]) -> None:
        for place, (x, y) in enumerate(places):
            page.mouse.move(image["x"] + x * image["width"], image["y"] + y * image["height"])
            if place == 0:
                page.mouse.down()
        page.mouse.up()

    page.get_by_role("button", name="2 tree").click()
    press(page, "x")
    drag((0.25, 0.25), (0.4, 0.4), (0.5, 0.5))
    drag((0.4, 0.4), (0.6, 0.6), (0.65, 0.65))  # moved by a quarter
    drag((0.75, 0.75), (0.9, 0.9), (1.2, 1.2))  # its corner pulled out of the image
    page.get_by_role("button", name="Save and next").click()
    until(lambda: saved(project) != [])
    assert [(round(box[0], -1), round(box[1], -1), *box[4:]) for box in saved(project)[0]] == [(200, 100, "tree")]
    assert saved(project)[0][0][2:4] == (200, 100)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 390)])
def test_keeps_the_rules(site: Site, browser: Browser, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = context.new_page()
    start_drawing(site, page)
    press(page, "1", "+")
    assert offences(page) == []
    context.close()
