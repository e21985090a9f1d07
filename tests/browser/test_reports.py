"""What somebody reads of her own work, what whoever looks after her reads, and what a change of guidelines did."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from annotation.models import Annotation, GuidelineVersion, Item, Project, Role
from annotation.operations import outbox
from annotation.operations.pausing import pause_person
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_member
from tests.operations.crowd import ask_everybody, judge

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
N_ITEMS, NEW_FROM = 40, 25


@pytest.fixture
def project(site: Site, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Three people, one of whom was often wrong under the first guidelines; one item a day."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = site.project(n_items=0, overlap=3, max_votes=5)
    draw = random.Random(1)
    truth = draw.choices(["ham", "spam"], k=N_ITEMS)
    wrong = {"ham": "spam", "spam": "ham"}
    said = [wrong[name] if day < NEW_FROM and day % 3 == 0 else name for day, name in enumerate(truth)]
    items, people = ask_everybody(project, {"ann": truth, "bob": truth, "cem": said})
    for day, item in enumerate(items):
        Item.objects.filter(pk=item.pk).update(data={"text": f"message {day}"}, taken=3, open_slots=0)
        Annotation.objects.filter(item=item).update(created_at=MONDAY + timedelta(days=day))
    for version, day in ((1, -1), (2, NEW_FROM)):
        GuidelineVersion.objects.create(
            project=project,
            version=version,
            text="Spam wants money." if version == 1 else "Spam wants money, or a click.\nWhat a friend sends is ham.",
            created_by=project.created_by,
            created_at=MONDAY + timedelta(days=day) - timedelta(hours=1),
        )
    judge(project)
    maya = make_member(project, user=site.person("maya"), role=Role.MANAGER)
    pause_person(project=project, person=people["cem"], user=maya, note="Let us talk about irony first.")
    return project


def test_her_own_page(site: Site, page: Page, project: Project) -> None:
    nia = site.annotator(project, "nia")
    Annotation.objects.filter(project=project, annotator__username="ann").update(annotator=nia)
    judge(project)
    site.log_in(page, "nia")
    page.get_by_role("link", name="Your work").click()
    expect(page.get_by_role("heading", name="Your work", level=1)).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Overview")).to_have_count(0)
    expect(page.get_by_role("region", name="How right")).to_contain_text("40")
    weeks = page.get_by_role("table", name="Week by week").get_by_role("row")
    expect(weeks).to_have_count(7)
    expect(page.get_by_text("Nothing about this work as a whole is in doubt.")).to_be_visible()
    expect(page.get_by_text("cem")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("link", name="Your work")).to_have_attribute(
        "aria-current", "page"
    )


def test_the_page_of_somebody_one_looks_after(site: Site, page: Page, project: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{project.pk}/people")
    page.get_by_role("link", name="cem").click()
    expect(page.get_by_role("heading", name="The work of cem")).to_be_visible()
    expect(page.get_by_text("Let us talk about irony first.")).to_be_visible()
    first = page.get_by_role("table", name="Week by week").get_by_role("row").last
    expect(first).to_contain_text("Mar 2, 2026")
    mixed_up = page.get_by_role("table", name="What cem answers").get_by_role("row")
    expect(mixed_up).to_have_count(3)
    expect(mixed_up.nth(1).get_by_role("rowheader")).to_have_text("ham")
    expect(mixed_up.nth(1).get_by_role("cell")).to_have_text([re.compile(r"^\d+%$")] * 2)


def test_what_a_version_of_the_guidelines_did(site: Site, page: Page, project: Project) -> None:
    site.log_in(page, "maya", path=f"/projects/{project.pk}/settings")
    page.get_by_role("link", name="History and agreement").click()
    newest = page.get_by_role("region", name="Version 2")
    expect(newest).to_contain_text("100%")
    expect(newest).to_contain_text("76% before: a change of +6 to +36 points (90%)")
    expect(newest).to_contain_text("What a friend sends is ham.")
    expect(page.get_by_role("region", name="Version 1")).to_contain_text("75")
    newest.get_by_role("button", name="Send out what is in doubt").click()
    page.get_by_role("dialog").get_by_role("button", name="Send out", exact=True).click()
    expect(page.get_by_text("went out again.")).to_be_visible()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1024), ("light", 390), ("dark", 390)])
def test_accessible_in_both_themes(site: Site, browser: Browser, project: Project, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    site.log_in(page, "maya", path=f"/projects/{project.pk}/report?of=cem")
    expect(page.get_by_role("table", name="Week by week")).to_be_visible()
    wrong = {"report": offences(page)}
    narrow = [page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")]
    page.goto(f"{site.base_url}/projects/{project.pk}/guidelines")
    expect(page.get_by_role("region", name="Version 2")).to_be_visible()
    wrong["guidelines"] = offences(page)
    narrow.append(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
    context.close()
    assert {name: found for name, found in wrong.items() if found} == {}
    assert narrow == [True, True]
