"""The page in Chinese: chosen before log-in and after, remembered, and never half translated."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotation.models import Annotation, Role
from annotation.operations import outbox
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_member
from tests.operations.crowd import ask_everybody, judge


def test_the_language_is_switched_without_a_reload_and_stays(site: Site, page: Page) -> None:
    project = site.project(n_items=2)
    site.annotator(project, "ana")
    page.goto(site.base_url)
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Language").select_option("简体中文")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    if AXE.is_file():
        assert offences(page) == []
    page.get_by_label("密码").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="项目")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="项目")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    page.get_by_role("link", name=re.compile(f"^标注.*{project.name}")).click()
    expect(page.get_by_role("heading", name="属于哪个类别")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("header .state", has_text="已保存")).to_be_visible()
    expect(page.get_by_role("article", name="条目").get_by_text("message 2")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="属于哪个类别")).to_be_visible()
    assert Annotation.objects.filter(project=project).count() == 1
    page.get_by_role("link", name="离开标注").click()
    page.get_by_label("语言").select_option("English")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_the_first_language_is_the_browsers(site: Site, browser: Browser) -> None:
    page = browser.new_page(locale="zh-CN")
    carried: list[str] = []
    page.on("request", lambda request: carried.append(request.url))
    page.goto(site.base_url)
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    assert not any("/en-" in url for url in carried), "one language is enough at first load"
    page.close()


def test_the_account_keeps_the_language_and_changes_the_password(site: Site, page: Page, browser: Browser) -> None:
    site.person("ana")
    site.log_in(page, "ana", path="/account")
    expect(page.get_by_role("heading", name="Change the password")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    form = page.locator("form").filter(has=page.get_by_label("New password"))
    form.get_by_label("Current password").fill("correct horse battery")
    form.get_by_label("New password").fill("12345678")
    page.keyboard.press("Enter")
    expect(form.get_by_text("too common")).to_be_visible()
    form.get_by_label("New password").fill("another staple entirely")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are logged out everywhere but here.")).to_be_visible()
    page.get_by_role("main").get_by_label("Language").select_option("简体中文")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    expect(page.get_by_role("main").get_by_label("语言")).to_have_value("zh-Hans")

    elsewhere = browser.new_page()
    elsewhere.goto(site.base_url)
    elsewhere.get_by_label("Username").fill("ana")
    elsewhere.get_by_label("Password").fill("another staple entirely")
    elsewhere.keyboard.press("Enter")
    expect(elsewhere.get_by_role("heading", name="项目", exact=True)).to_be_visible()
    elsewhere.close()


def test_what_the_service_says_is_in_chinese_too(
    site: Site, page: Page, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    context.add_init_script("localStorage.setItem('querent.language', 'zh-Hans')")
    project = site.project(n_items=0, overlap=3)
    truth = ["ham", "spam"] * 15
    ask_everybody(project, {"ann": truth, "bob": truth, "cem": ["spam", *truth[1:]]})
    judge(project)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    page.goto(f"{site.base_url}/projects/{project.pk}")
    page.get_by_label("用户名").fill("maya")
    page.get_by_label("密码").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.locator("#flags")).to_contain_text("其他 2 人都回答“ham”。")
    expect(page.get_by_text("请先标注几个条目。").first).to_be_visible()
    assert " is " not in page.locator("#flags").inner_text()
    page.get_by_role("link", name="成员").click()
    form = page.locator("form").filter(has=page.get_by_label("用户名"))
    form.get_by_label("用户名").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有这个人。请用链接邀请")).to_be_visible()
