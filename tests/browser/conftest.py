"""A real browser against a real server: the built page, served by Django, driven by Chromium."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from annotation.models import Project
from tests.factories import make_item, make_member, make_project, make_user

PASSWORD = "correct horse battery"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Playwright keeps an event loop on this thread; the tests themselves only ever use the database synchronously.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Site:
    """The running service and the means to fill it."""

    base_url: str

    def person(self, username: str) -> User:
        return make_user(username, password=PASSWORD)

    def project(self, *, n_items: int, **fields: object) -> Project:
        """Returns a project whose items read "message 1", "message 2"… and come in that order."""
        return self.project_of([f"message {number}" for number in range(1, n_items + 1)], **fields)

    def project_of(self, texts: Sequence[str], **fields: object) -> Project:
        """Returns a project with these texts, asked in this order."""
        project = make_project(random_rate=0, gold_rate=0, **fields)
        for text in texts:
            make_item(project, text=text)
        return project

    def annotator(self, project: Project, username: str) -> User:
        return make_member(project, user=self.person(username))

    def log_in(self, page: Page, username: str, *, path: str = "/") -> None:
        page.goto(f"{self.base_url}{path}")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")


def tab_to(page: Page, wanted: Locator, *, backwards: bool = False, most: int = 80) -> Locator:
    """Returns the element once Tab has brought the focus to it, as somebody without a mouse gets there."""
    wanted.wait_for(state="attached")
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return wanted
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


def press(page: Page, wanted: Locator, *, most: int = 80) -> None:
    """Presses Enter on the element, reached by Tab."""
    tab_to(page, wanted, most=most)
    page.keyboard.press("Enter")


def type_in(page: Page, wanted: Locator, text: str) -> None:
    """Types the text in place of what stands in the field, reached by Tab."""
    tab_to(page, wanted)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    if not (settings.FRONTEND_DIST / "index.html").is_file():
        pytest.skip("the page is not built: npm ci && npm run build in frontend/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(live_server) -> Site:
    return Site(live_server.url)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script("localStorage.setItem('querent.tour', 'ended')")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test on any script error and on anything the content policy forbids."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert errors == []
