"""A manager's pages: which model serves, how good it is, what the project's policy and classes are."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Consensus, Item, Job, Project, Role, Stream, Topic
from annotation.operations import outbox
from tests.browser.conftest import Site
from tests.browser.test_accessibility import AXE, offences
from tests.browser.test_label import until
from tests.factories import make_member
from tests.operations.learning_world import answer, run, taught, truth
from tests.operations.test_review import world


@pytest.fixture
def project(site: Site, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of three model versions, the last of them measured, and its manager maya."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project, items, annotator = taught(n_items=100, n_labels=20)
    for first in (20, 40):
        for place in range(first, first + 20):
            answer(items[place], annotator, truth(place), stream=Stream.RANDOM if place % 4 > 1 else Stream.MODEL)
        run(project, Topic.LEARN, Topic.SCORE)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    return project


def test_a_model_is_pinned_and_rolled_back_and_what_it_does_is_said_first(
    page: Page, site: Site, project: Project
) -> None:
    site.log_in(page, "maya", path=f"/projects/{project.pk}/models")
    expect(page.get_by_text("model 3 serves")).to_be_visible()

    page.get_by_role("button", name="Pin model 1").click()
    question = page.get_by_role("dialog", name="Pin model 1?")
    expect(question).to_contain_text("in place of model 3")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert pinned(project) is None

    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("dialog", name="Roll back to model 2?")).to_contain_text("none of them serves")
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("model 2 serves, pinned")).to_be_visible()
    expect(page.get_by_text("Model 2 is pinned. Training goes on; model 3")).to_be_visible()
    assert pinned(project) == 2

    page.get_by_role("button", name="Unpin model 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Unpin").click()
    expect(page.get_by_text("model 3 serves")).to_be_visible()
    assert pinned(project) is None


def pinned(project: Project) -> int | None:
    project.refresh_from_db()
    return project.pinned_model and project.pinned_model.number


def test_figures_of_a_model_have_intervals_or_a_reason(page: Page, site: Site, project: Project) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    site.log_in(page, "maya", path=f"/projects/{project.pk}/models")
    classes = page.get_by_role("table", name="Precision, recall and F1 of each class")
    expect(classes.get_by_role("row", name="ham")).to_contain_text("1.000")
    with page.expect_download() as files:
        page.get_by_role("button", name="Download model 3").click()
    assert files.value.suggested_filename == f"model-{project.pk}-3.zip"
    page.get_by_role("button", name="Figures of model 1").click()
    expect(page.get_by_text("Not known yet because too few test items").first).to_be_visible()
    if AXE.is_file():
        wrong = offences(page)
        page.get_by_role("button", name="Pin model 2").click()
        assert wrong + offences(page) == []


def test_a_setting_is_kept_and_what_it_costs_is_said_first(page: Page, site: Site) -> None:
    project = site.project(n_items=6)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    path = f"/projects/{project.pk}/settings"
    site.log_in(page, "maya", path=path)
    page.get_by_label("Answers an item", exact=True).fill("3")
    page.get_by_label("Most answers an item").fill("3")
    page.get_by_label("Order of the items").select_option("badge")
    page.get_by_label("Blind review").check()
    costs = page.get_by_role("list", name="What saving will do")
    expect(costs).to_contain_text("about 18 answers instead of 6")
    expect(costs).to_contain_text("not known yet because too few items have several answers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_in_viewport()

    page.goto(site.base_url + path)
    expect(page.get_by_label("Order of the items")).to_have_value("badge")
    expect(page.get_by_label("Blind review")).to_be_checked()
    project.refresh_from_db()
    assert (project.overlap, project.strategy, project.blind_review) == (3, "badge", True)


def test_a_class_is_renamed_and_another_one_added(page: Page, site: Site) -> None:
    project = site.project(n_items=2)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    site.log_in(page, "maya", path=f"/projects/{project.pk}/settings")
    page.get_by_label("Name of class 2").fill("junk")
    page.get_by_role("button", name="Another class").click()
    page.get_by_label("Name of class 3").fill("scam")
    page.get_by_role("button", name="Change classes").click()
    question = page.get_by_role("dialog", name="Change the classes?")
    expect(question).to_contain_text("“spam” is called “junk” from now on")
    question.get_by_role("button", name="Change").click()
    expect(question).to_have_count(0)
    project.refresh_from_db()
    assert project.class_names == ["ham", "junk", "scam"]
    assert project.class_history[-1]["names"] == {"spam": "junk"}


def test_a_project_asks_which_of_two_texts_is_better(page: Page, site: Site, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("id,one,other,better\np-1,Good day to you,Hello,first\np-2,Thanks a lot,Thank you,second\n")
    site.person("maya")
    site.log_in(page, "maya", path="/projects/new")
    page.get_by_label("Name", exact=True).fill("Which greeting?")
    page.get_by_label("The better of two").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This kind of question has no classes.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.locator("input[type=file]").set_input_files(pairs)
    expect(page.get_by_label("First text")).to_have_value("one")
    expect(page.get_by_label("Second text")).to_have_value("other")
    page.get_by_label("Known answer").select_option("better")
    page.get_by_role("button", name="Go on").click()
    with page.expect_response(lambda response: response.url.endswith("/imports/")):
        page.get_by_role("button", name="Create the project").click()
    project = Project.objects.get(name="Which greeting?")
    job = Job.objects.get(project=project)
    assert (project.kind, project.classes) == ("pairwise", [])
    assert (job.params["mapping"]["second_text"], job.params["mapping"]["annotation"]) == ("other", "better")


def test_a_project_begins_as_a_copy_of_another_one(page: Page, site: Site) -> None:
    old = site.project(n_items=1, name="Inbox", guidelines="Is it wanted?", max_votes=4, relabel_rate=0.3)
    make_member(old, user=site.person("maya"), role=Role.MANAGER)
    site.log_in(page, "maya", path="/projects/new")
    page.get_by_label("Name", exact=True).fill("Inbox 2")
    page.get_by_label("Begin with").select_option("a copy of “Inbox”")
    for _ in range(3):
        page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Create the project").click()
    until(lambda: Project.objects.filter(name="Inbox 2").exists())
    new = Project.objects.get(name="Inbox 2")
    assert (new.class_names, new.guidelines, new.max_votes, new.relabel_rate) == (
        old.class_names, old.guidelines, 4, 0.3,
    )  # fmt: skip
    assert not new.items.exists()


def test_a_template_fills_in_what_suits_its_question(page: Page, site: Site) -> None:
    site.person("maya")
    site.log_in(page, "maya", path="/projects/new")
    page.get_by_label("Name", exact=True).fill("Post")
    page.get_by_label("Begin with").select_option("Message triage")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Name of class 2")).to_have_value("complaint")
    for _ in range(2):
        page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Create the project").click()
    until(lambda: Project.objects.filter(name="Post").exists())
    new = Project.objects.get(name="Post")
    assert (new.kind, new.max_votes, new.class_names[0]) == ("choice", 3, "question")
    assert new.guidelines.startswith("What does the sender want?")


def test_a_proposed_known_answer_is_accepted_and_taken_back(page: Page, site: Site) -> None:
    project, items, _ = world()
    Consensus.objects.filter(item=items[4]).update(probability=0.999, status="agreed")
    Consensus.objects.exclude(item=items[4]).update(probability=0.9)
    make_member(project, user=site.person("maya"), role=Role.MANAGER)
    site.log_in(page, "maya", path=f"/projects/{project.pk}")
    page.get_by_role("button", name="Make known").click()
    expect(page.get_by_text("is the known answer of")).to_be_visible()
    assert Item.objects.get(pk=items[4].pk).is_gold
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is the known answer of")).to_have_count(0)
    assert not Item.objects.get(pk=items[4].pk).is_gold
