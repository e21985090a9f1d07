"""A project of boxes is made of image files, as they lie in a folder; what is no picture is told at once."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from annotation.models import Item, Job, Project
from annotation.operations.transfer.run import run_job
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_boxes import listed, press, saved, shown
from tests.browser.test_label import until
from tests.pictures import data_url, png


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Two PNG files of 200 by 100 pixels, another one of the first's name, one of too many pixels, and a GIF."""
    files = [tmp_path / name for name in ("street 1.png", "street 2.png", "again/street 1.png", "large.png", "old.gif")]
    files[2].parent.mkdir()
    for shade, file in enumerate(files[:3]):
        file.write_bytes(png(np.full((100, 200, 3), 100 + shade, dtype=np.uint8)))
    files[3].write_bytes(png(np.zeros((2_000, 1_500, 1), dtype=np.uint8)))
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
    expect(page.get_by_text("large.png has 1,500 by 2,000 pixels; at most 4,096 a side")).to_be_visible()
    expect(page.get_by_text("old.gif is neither a PNG nor a JPEG image")).to_be_visible()
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
