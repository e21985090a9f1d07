"""Every page against the rules of axe-core (WCAG 2.2 AA), in both themes and on a phone."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from annotation.models import Comment, Role
from tests.browser.conftest import Site
from tests.factories import make_member

AXE = Path(settings.BASE_DIR) / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Drawers and buttons have come to rest, so colours are final; what turns while something loads has no end.
AT_REST = """() => document.getAnimations().every(
    one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")


def offences(page: Page) -> list[str]:
    """What breaks a rule on the page as it is now, with the elements."""
    page.wait_for_timeout(300)  # what was asked for has begun to come
    page.wait_for_function(AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", RULES)
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


PLAIN = ("/projects/new", "/account", "/nowhere")
PARTS = ("models", "items", "people", "settings", "report", "guidelines", "review")


def test_every_address_of_the_page_is_among_them() -> None:
    """`/` and `/login` are looked at on the way in, `/join` in test_invite, `label` with its drawers at the end."""
    source = (Path(settings.BASE_DIR) / "frontend/src/state/routes.ts").read_text(encoding="utf-8")
    plain = set(re.findall(r"'(/[a-z/]*)':", source))
    parts = set(re.findall(r"'(\w+)'", re.search(r"OF_A_PROJECT = new Set\(\[(.*?)\]", source)[1]))
    assert plain - {"/", "/login", "/join"} == set(PLAIN) - {"/nowhere"}
    assert parts - {"label"} == set(PARTS)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1024), ("light", 390)])
def test_pages(site: Site, browser: Browser, theme: str, width: int) -> None:
    project = site.project(n_items=3, guidelines="Is it wanted?\nAsk when in doubt.")
    maya = make_member(project, user=site.person("maya"), role=Role.MANAGER)
    item = project.items.order_by("pk").last()
    Comment.objects.create(project=project, item=item, author=maya, body="Is this irony?", created_at=timezone.now())
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{site.base_url}/login")
    page.get_by_label("Username").wait_for()
    wrong = {"/login": offences(page)}
    site.log_in(page, "maya", path="/login")
    page.get_by_role("heading", name="Projects", exact=True).wait_for()
    wrong["/"] = offences(page)
    base = f"/projects/{project.pk}"
    for path in (*PLAIN, *(f"{base}/{part}" for part in PARTS), f"{base}/items/{item.pk}", base):
        page.goto(site.base_url + path)
        page.locator("h1").first.wait_for(state="attached")
        wrong[path] = offences(page)
    page.goto(f"{site.base_url}{base}/label")
    page.get_by_text("message 1").wait_for()
    wrong["label"] = offences(page)
    page.keyboard.press("1")
    for name, key in (("history", "h"), ("guidelines", "g"), ("discussion", "c"), ("skip", "Space"), ("keys", "?")):
        page.keyboard.press(key)
        wrong[name] = offences(page)
        if name == "discussion":
            page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    wrong["palette"] = offences(page)
    context.close()
    assert {path: found for path, found in wrong.items() if found} == {}
