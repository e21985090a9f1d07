"""One hostile text in every field: pages show it as text, nothing of it runs, the content policy has no complaint."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Comment, Flag, GuidelineVersion, Item, Job, Prediction, Project, Review, Role
from annotation.operations.auditing import audit
from tests.browser.conftest import PASSWORD, Site
from tests.factories import make_annotation, make_item, make_member, make_project, make_user

HOSTILE = '"\'><img src=x onerror="window.hit=1"><script>window.hit=1</script><svg onload=window.hit=1>{{7*7}}${7*7}'
LINK = "[click](javascript:window.hit=1) <javascript:window.hit=1> **bold**"


@pytest.fixture
def project(site: Site) -> Project:
    manager = make_user("maya", password=PASSWORD, is_superuser=True, is_staff=True)
    project = make_project(
        owner=manager, name=HOSTILE, classes=(HOSTILE, "spam"), guidelines=f"{HOSTILE}\n\n{LINK}", random_rate=0,
        gold_rate=0, overlap=2,
    )  # fmt: skip
    Project.objects.filter(pk=project.pk).update(
        classes=[one | {"description": HOSTILE} for one in project.classes], guidelines_version=1
    )
    person, now = make_member(project, user=make_user(HOSTILE[:150])), timezone.now()
    item = make_item(project, text=HOSTILE, external_id=HOSTILE, metadata={HOSTILE: HOSTILE})
    make_item(project, text=HOSTILE + LINK)
    answer = make_annotation(item, person, HOSTILE)
    facts = {"project": project, "item": item, "annotation": answer}
    Flag.objects.create(
        **facts, kind="label_suspect", subject=f"annotation:{answer.pk}", annotator=person, score=0.9,
        evidence={"text": HOSTILE}, created_at=now,
    )  # fmt: skip
    Review.objects.create(
        **facts,
        reviewer=manager,
        decision="keep",
        value={"class": HOSTILE},
        note=HOSTILE,
        created_at=now,
        undone_at=now,
    )
    Comment.objects.create(project=project, item=item, author=person, body=HOSTILE, created_at=now)
    GuidelineVersion.objects.create(project=project, version=1, text=HOSTILE, created_by=manager, created_at=now)
    Prediction.objects.create(item=item, project=project, model_name=HOSTILE[:100], value={"class": HOSTILE})
    Job.objects.create(
        project=project, kind="import", created_by=person, created_at=now, finished_at=now, status="failed",
        params={"filename": HOSTILE}, result={"reason": HOSTILE},
        errors=[{"row": 1, "field": HOSTILE, "message": HOSTILE}],
    )  # fmt: skip
    audit(project=project, actor=person, verb="test", target=HOSTILE, detail={HOSTILE: HOSTILE})
    make_member(project, user=site.person("rhea"), role=Role.REVIEWER)
    return project


def test_nothing_of_a_user_runs_on_any_page(page: Page, site: Site, project: Project) -> None:
    base, item = f"/projects/{project.pk}", Item.objects.filter(project=project).earliest("pk")
    site.log_in(page, "maya", path="/")
    expect(page.get_by_text(HOSTILE[:40]).first).to_be_visible()
    paths = ["/label", "/review", "/models", "/items", "/people", "/settings", "/report", "/guidelines"]
    for path in ["/projects/new", "/account", base, *(base + path for path in paths), f"{base}/items/{item.pk}"]:
        page.goto(site.base_url + path)
        page.locator("main").first.wait_for()
        page.wait_for_timeout(300)  # what comes later has come
        assert page.evaluate("window.hit") is None, path
    page.goto(f"{site.base_url}{base}/label")
    expect(page.get_by_text(HOSTILE[:40]).first).to_be_visible()
    for key in ("g", "h", "w", "?"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        assert page.evaluate("window.hit") is None, key
    for path in ("/admin/annotation/flag/", "/admin/annotation/auditevent/", "/admin/annotation/job/", "/api/v1/docs/"):
        page.goto(site.base_url + path)
        assert page.evaluate("window.hit") is None, path
