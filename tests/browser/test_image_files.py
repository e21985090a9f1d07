"""A project of boxes is made of image files, as they lie in a folder; what is no picture is told at once."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Consensus, Flag, Item, Job, Project, Role
from annotation.operations.transfer.run import run_job
from tests.browser.conftest import Site, tab_to
from tests.browser.conftest import press as press_enter
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_boxes import listed, press, saved, shown
from tests.browser.test_label import until
from tests.factories import make_annotation, make_item, make_member
from tests.pictures import data_url, png


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Two PNG files of 200 by 100 pixels, another one of the first's name, one that is cut off, and no GIF."""
    files = [tmp_path / name for name in ("street 1.png", "street 2.png", "again/street 1.png", "half.png", "old.gif")]
    files[2].parent.mkdir()
    for shade, file in enumerate(files[:3]):
        file.write_bytes(png(np.full((100, 200, 3), 100 + shade, dtype=np.uint8)))
    files[3].write_bytes(png(np.zeros((200, 150, 1), dtype=np.uint8))[:-20])
    files[4].write_bytes(b"GIF89a")
    return files


def begin(site: Site, page: Page) -> None:
    """Maya's new project of objects in images, at its data."""
    site.person("maya")
    site.log_in(page, "maya", path="/projects/new")
    page.get_by_label("Name", exact=True).fill("Streets")
    page.get_by_label("Begin with").select_option("objects")
    for _ in range(2):
        page.get_by_role("button", name="Go on").click()


def test_boxes_are_drawn_on_files_that_were_chosen(page: Page, site: Site, pictures: list[Path]) -> None:
    begin(site, page)
    page.locator("input[type=file]").set_input_files(pictures)
    expect(page.get_by_text("3 images, 0.1 MB to send.")).to_be_visible()
    expect(page.get_by_text("2 files are left out.")).to_be_visible()
    expect(page.get_by_text("half.png is damaged or cut off")).to_be_visible()
    expect(page.get_by_text("old.gif is no PNG or JPEG image, nor one of another kind")).to_be_visible()
    expect(page.get_by_role("list", name="The first images").get_by_text("street 1.png (2)")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    page.get_by_role("button", name="Go on").click()
    with page.expect_response(lambda response: response.url.endswith("/imports/")):
        page.get_by_role("button", name="Create the project").click()

    project = Project.objects.get(name="Streets")
    job = Job.objects.get(project=project)
    assert run_job(job.pk)
    stored = dict(Item.objects.filter(project=project).values_list("external_id", "data__image"))
    names = ["street 1.png", "street 2.png", "street 1.png (2)"]
    assert stored == {name: data_url(file.read_bytes()) for name, file in zip(names, pictures, strict=False)}

    page.goto(f"{site.base_url}/projects/{project.pk}/label")
    expect(page.get_by_text("No box yet.")).to_be_visible()
    shown(page, "street")
    press(page, "1")
    listed(page, f"{project.class_names[0]}50 by 25 at 75, 38")
    press(page, "Enter")
    until(lambda: saved(project) == [[(75, 38, 50, 25, project.class_names[0])]])


# Noise, which no format packs well, with a red upper left corner.
PHOTO = """([width, height, type]) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  const noise = context.createImageData(width, height)
  for (let at = 0; at < noise.data.length; at++) noise.data[at] = at % 4 === 3 ? 255 : 256 * Math.random()
  context.putImageData(noise, 0, 0)
  context.fillStyle = '#f00'
  context.fillRect(0, 0, width / 4, height / 4)
  return canvas.toDataURL(type, 0.95)
}"""
# Width, height and the colour in the upper right corner.
SEEN = """async (url) => {
  const image = Object.assign(new Image(), { src: url })
  await image.decode()
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight })
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  return [canvas.width, canvas.height, ...context.getImageData(canvas.width - 8, 8, 1, 1).data]
}"""
SLOWEST = """() => {
  window.slowest = 0
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    window.slowest = Math.max(window.slowest, now - last)
    last = now
  }, 10)
}"""
LYING = bytes.fromhex("ffe10022457869660000") + bytes.fromhex("4d4d002a00000008000101120003000000010006000000000000")


def photo(page: Page, width: int, height: int, kind: str) -> bytes:
    return base64.b64decode(page.evaluate(PHOTO, [width, height, f"image/{kind}"]).partition(",")[2])


def test_large_photos_are_made_to_fit_before_they_are_sent(page: Page, site: Site, tmp_path: Path) -> None:
    """Too many bytes, too many pixels of a camera held upright, another format, something behind the end."""
    begin(site, page)
    small, large = photo(page, 120, 80, "jpeg"), photo(page, 3_000, 2_000, "jpeg")
    photos = {
        "bytes.png": photo(page, 900, 700, "png"),
        "turned.jpg": large[:2] + LYING + large[2:],
        "web.webp": photo(page, 120, 80, "webp"),
        "tail.jpg": small + b"SEFT",
        "small.jpg": small,
    }
    for name, content in photos.items():
        (tmp_path / name).write_bytes(content)
    tab_to(page, page.locator("input[type=file]"))
    page.evaluate(SLOWEST)
    page.locator("input[type=file]").set_input_files([tmp_path / name for name in photos])
    expect(page.get_by_text("4 images made smaller or converted to fit")).to_be_visible()
    expect(page.get_by_text("turned.jpg 2,000 \N{MULTIPLICATION SIGN} 3,000")).to_be_visible()
    expect(page.get_by_text(re.compile("files? (is|are) left out"))).to_have_count(0)
    assert page.evaluate("window.slowest") < 1_000  # decoding and writing these takes seconds, elsewhere
    if AXE.is_file():
        assert offences(page) == []
    press_enter(page, page.get_by_role("button", name="Go on"))
    with page.expect_response(lambda response: response.url.endswith("/imports/")):
        press_enter(page, page.get_by_role("button", name="Create the project"))

    project = Project.objects.get(name="Streets")
    assert run_job(Job.objects.get(project=project).pk)
    stored = {item.external_id: item for item in Item.objects.filter(project=project)}
    seen = {name: page.evaluate(SEEN, item.data["image"]) for name, item in stored.items()}
    assert {name: tuple(size[:2]) for name, size in seen.items()} == {
        **dict.fromkeys(photos, (120, 80)),
        "bytes.png": (900, 700),
        "turned.jpg": (1_154, 1_732),
    }
    red, green, blue, _ = seen["turned.jpg"][2:]
    assert red > max(green, blue) + 150  # stored upright: the corner that was upper left
    assert stored["turned.jpg"].metadata == {"original_width": 2_000, "original_height": 3_000}
    assert stored["small.jpg"].data == {"image": data_url(small, "jpeg")}


def test_what_holds_no_image_is_refused_when_it_is_chosen(page: Page, site: Site, tmp_path: Path) -> None:
    table, gif = tmp_path / "streets.csv", tmp_path / "old.gif"
    table.write_text("id,image\n1,street.png\n", encoding="utf-8")
    gif.write_bytes(b"GIF89a")
    begin(site, page)
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_text("streets.csv holds no images.")).to_contain_text("a CSV file cannot hold them")
    page.locator("input[type=file]").set_input_files(gif)
    expect(page.get_by_text("None of these files can be taken.")).to_be_visible()
    expect(page.get_by_text("streets.csv holds no images.")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_text("None of these files can be taken.")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Without a file for now.")).to_be_visible()


def test_lists_show_small_pictures_of_items_that_are_images(page: Page, site: Site) -> None:
    """Of items, of what waits for a reviewer, of flags and what is asked next, and of one's own answers."""
    project = site.project(n_items=0, kind="boxes", classes=("car", "tree"), overlap=1, max_votes=3, guidelines="")
    content = data_url(png(np.full((100, 200, 3), 90, dtype=np.uint8)))
    items = [make_item(project, external_id=f"street {number}", data={"image": content}) for number in range(40)]
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    answer = make_annotation(items[0], site.annotator(project, "ana"), "unused")
    Annotation.objects.filter(pk=answer.pk).update(value={"boxes": []})
    Consensus.objects.create(
        item=items[0], project=project, value={"boxes": []}, probability=0.5, posterior={}, n_votes=1,
        status="doubtful", updated_at=timezone.now(),
    )  # fmt: skip
    Flag.objects.create(
        project=project, item=items[0], annotation=answer, kind="label_suspect", subject=f"annotation:{answer.pk}",
        annotator=answer.annotator, score=0.9, evidence={"text": "(image)"}, created_at=timezone.now(),
    )  # fmt: skip
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/image/" in request.url else None)
    site.log_in(page, "maya", path=f"/projects/{project.pk}/items")
    pictures = page.locator(".thumb img.here")
    row = page.locator("#row-5")
    expect(row).to_contain_text("street 5")
    expect(row.locator("img.here")).to_have_js_property("naturalWidth", 200)
    assert row.locator(".thumb").bounding_box() == pytest.approx(row.locator("img").bounding_box())
    first = asked[0]
    page.goto(f"{site.base_url}/projects/{project.pk}/review")
    expect(page.get_by_role("navigation").locator(".thumb img.here")).to_have_count(1)
    page.goto(f"{site.base_url}/projects/{project.pk}")
    expect(page.locator("#flags .thumb img.here")).to_have_count(1)
    expect(page.get_by_role("region", name="Asked next").locator(".thumb img.here").first).to_be_visible()
    assert asked.count(first) >= 1
    if AXE.is_file():
        assert offences(page) == []
    page.goto(f"{site.base_url}/projects/{project.pk}/label")
    shown(page, "street")
    press(page, "Enter", "h")
    expect(page.get_by_role("complementary").get_by_text("street")).to_be_visible()
    expect(pictures).to_have_count(1)
