# ruff: noqa: RUF001 - Chinese has its own commas
"""The pages about logging in speak the languages of the page, and keep the rules of axe-core in both themes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, sync_playwright

from annotation.login.words import CHINESE
from annotation.operations.accounts import choose_language
from tests.browser.conftest import CHROMIUM
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_project
from tests.login.people import PASSWORD, Visitor, code_of

PAGES = ("2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "confirm/")
TEMPLATES = Path(settings.BASE_DIR) / "annotation" / "templates"


def test_every_sentence_is_known_in_chinese():
    texts = "".join(
        path.read_text() for part in ("account", "login", "mfa") for path in (TEMPLATES / part).rglob("*.html")
    )
    said = set(re.findall(r'{% say "([^"]+)"', texts))
    assert len(said) > 25
    assert said - set(CHINESE) == set()
    bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", texts)
    assert set(re.findall(r"[A-Za-z]{2,}", bare)) <= {"Querent"}


@pytest.mark.django_db
def test_the_language_is_the_browsers_until_the_person_chooses(visitor: Visitor, ann: User):
    visitor.log_in("ann")
    visitor.set_up()
    asked = visitor.http.get("/sign-in/2fa/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert 'lang="zh-Hans"' in asked.content.decode()
    assert "还剩 10 个恢复码" in asked.content.decode()
    choose_language(user=ann, language="en")
    assert 'lang="en"' in visitor.http.get("/sign-in/2fa/", headers={"Accept-Language": "zh-CN"}).content.decode()
    choose_language(user=ann, language="zh-Hans")
    wrong = visitor.page("/sign-in/confirm/", {"password": "not this one"}).content.decode()
    assert "密码不正确。" in wrong
    other = Visitor()
    other.log_in("ann")
    assert "验证码不正确，或已使用过。" in other.prove("000000").content.decode()


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None or not AXE.is_file():
        pytest.skip("no Chromium, or axe-core is not installed: npm ci in frontend/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_session_that_ends_is_gone_on_with_by_password_and_code(
    live_server, visitor: Visitor, ann: User, browser: Browser
):
    """Nothing leaves the page: what was typed is still there and is saved."""
    visitor.log_in("ann")
    secret, _ = visitor.set_up()
    project = make_project(owner=ann)
    context = browser.new_context()
    session = visitor.http.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/projects/{project.pk}/settings")
    page.get_by_label("Guidelines").fill("Typed before.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()
    asked = page.get_by_role("dialog", name="Log in to go on")
    asked.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    code = asked.get_by_label("Code of your authenticator app, or a recovery code")
    code.fill("000000")
    page.keyboard.press("Enter")
    asked.get_by_text("The code is wrong, or was used already.").wait_for()
    assert offences(page) == []
    code.fill(code_of(secret, periods=1))
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    context.close()
    project.refresh_from_db()
    assert project.guidelines == "Typed before."


def test_the_code_is_asked_for_on_the_log_in_page(live_server, visitor: Visitor, ann: User, browser: Browser):
    visitor.log_in("ann")
    secret, _ = visitor.set_up()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/account")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    code = page.get_by_label("Code of your authenticator app, or a recovery code")
    code.fill("000000")
    page.keyboard.press("Enter")
    page.get_by_text("The code is wrong, or was used already.").wait_for()
    assert offences(page) == []
    code.fill(code_of(secret, periods=1))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Account").first.wait_for()
    assert page.url == f"{live_server.url}/account"
    context.close()


@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_they_keep_the_rules(live_server, visitor: Visitor, ann: User, browser: Browser, theme: str, width: int):
    visitor.log_in("ann")
    visitor.set_up()
    other = Visitor()
    other.log_in("ann")
    wrong = {}
    for who, paths in ((visitor, PAGES), (other, ("second-factor/",))):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme, locale="zh-CN")
        session = who.http.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        for path in paths:
            page.goto(f"{live_server.url}/sign-in/{path}")
            assert page.locator("html").get_attribute("lang") == "zh-Hans", path
            wrong[path] = offences(page)
        context.close()
    assert {path: found for path, found in wrong.items() if found} == {}
