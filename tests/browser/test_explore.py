"""Looking through items by keyboard alone: search, filter, walk a long list, open one, send out, undo."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Consensus, Item, Project, Role
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_annotation, make_item, make_member

N_ITEMS = 260


@pytest.fixture
def project(site: Site) -> Project:
    """Many items, two of them answered: the first is in doubt."""
    project = site.project(n_items=0, max_votes=3)
    Item.objects.bulk_create(_item(project, number) for number in range(3, N_ITEMS + 1))
    for number, (name, probability, status) in enumerate([("spam", 0.55, "doubtful"), ("ham", 0.9, "agreed")], 1):
        item = make_item(
            project, text=f"message {number}", external_id=f"m-{number}", drawn_at=timezone.now(),
            draw_stream="random", draw_probability=0.1,
        )  # fmt: skip
        ana = site.annotator(project, f"ana{number}")
        make_annotation(item, ana, name)
        Consensus.objects.create(
            item=item, project=project, value={"class": name}, probability=probability, posterior={name: probability},
            n_votes=1, status=status, updated_at=timezone.now(),
        )  # fmt: skip
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    return project


def _item(project: Project, number: int) -> Item:
    return Item(
        project=project, external_id=f"m-{number}", data={"text": f"message {number}"}, content_hash=b"0" * 16,
        length=9, shuffle_key=number, slot_limit=1, open_slots=1,
    )  # fmt: skip


def options(page: Page) -> list[str]:
    return page.get_by_role("listbox", name="Items").locator(".text").all_inner_texts()


def test_search_filter_and_open(site: Site, page: Page, project: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{project.pk}/items")
    rows = page.get_by_role("listbox", name="Items").get_by_role("option")
    expect(rows.first).to_contain_text("message 3")
    expect(page.get_by_text(f"{project.items.count()} items", exact=True)).to_be_visible()
    assert len(options(page)) < 60  # what is seen, not what there is
    page.get_by_role("listbox", name="Items").evaluate("list => { list.scrollTop = list.scrollHeight }")
    expect(page.locator("#row-199")).to_be_visible()  # read on, and still there
    here = page.locator("[id^=row-].here")
    for _ in range(120):  # rows are read while the key is pressed
        page.keyboard.press("PageDown")
        if "message 2" in here.inner_text().splitlines():
            break
        page.wait_for_timeout(50)
    expect(here).to_contain_text("message 2")  # the last: brought in after the others
    page.keyboard.press("/")
    page.keyboard.type("message 25")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(11)  # 25, and 250 to 259
    page.keyboard.press("c")
    page.get_by_label("State").select_option("doubtful")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("in doubt, 55%")
    page.reload()
    expect(rows).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="m-1", exact=True)).to_be_visible()
    story = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(story.filter(has_text="ana1 was asked")).to_have_count(1)
    expect(story.filter(has_text="ana1 answered spam")).to_have_count(1)
    if AXE.is_file():
        assert offences(page) == []
    page.go_back()
    expect(rows).to_have_count(1)


def test_pick_send_out_and_undo(site: Site, page: Page, project: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{project.pk}/items?order=doubt")
    items = page.get_by_role("listbox", name="Items")
    expect(items.get_by_role("option")).to_have_count(2)
    for key in ("x", "j", "Space"):
        page.keyboard.press(key)
    expect(items.get_by_role("option", selected=True)).to_have_count(2)
    if AXE.is_file():
        assert offences(page) == []
    page.keyboard.press("s")
    expect(page.get_by_text("2 sent out for one more answer.")).to_be_visible()
    assert list(project.items.filter(taken__gt=0).values_list("open_slots", flat=True)) == [1, 1]
    page.keyboard.press("u")
    expect(page.get_by_text("2 taken back; everything is as before.")).to_be_visible()
    assert list(project.items.filter(taken__gt=0).values_list("open_slots", flat=True)) == [0, 0]
