"""Reviewing by keyboard alone: decide, see the next one, take it back, talk, accept what agrees."""

import random
import re

import numpy as np
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Route, expect

from annotation.models import (
    Annotation,
    AnnotatorReport,
    Comment,
    Consensus,
    Flag,
    Item,
    Membership,
    Project,
    Review,
    Role,
)
from annotation.operations import outbox
from annotation.operations.agreeing import accept_agreeing
from annotation.operations.verdicts import Wish, decide_review
from tests.browser.conftest import PASSWORD, Site, press, tab_to
from tests.browser.test_accessibility import AXE, offences
from tests.factories import make_annotation, make_member, make_user
from tests.following import exported, weight_of
from tests.operations.crowd import ask_everybody, judge
from tests.pictures import data_url, png

TRUTH = ["ham", "spam", *random.Random(1).choices(["ham", "spam"], k=28)]


@pytest.fixture
def project(site: Site, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two answers of thirty are doubted, and a reviewer named rita may look at them."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = site.project(n_items=0, overlap=3, max_votes=5)
    items, _ = ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": ["spam", "ham", *TRUTH[2:]]})
    for number, item in enumerate(items, 1):
        Item.objects.filter(pk=item.pk).update(data={"text": f"message {number}"}, taken=3, open_slots=0)
    judge(project)
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    return project


def open_review(page: Page, site: Site, project: Project) -> str:
    """Returns the text of the worst item."""
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    text = page.locator("#item-text")
    expect(text).to_have_text(r"message 1" if worst(project) == 1 else "message 2")
    expect(page.get_by_role("list", name="Answers").get_by_text("cem")).to_be_visible()
    return text.inner_text()


def worst(project: Project) -> int:
    flag = Flag.objects.filter(project=project, kind="label_suspect").order_by("-score", "item_id").first()
    return int(flag.item.data["text"].split()[1])


def test_decide_and_take_back_by_keyboard(page: Page, site: Site, project: Project) -> None:
    first = open_review(page, site, project)
    before = dict(Consensus.objects.values_list("item_id", "value"))
    page.keyboard.press("a")
    expect(page.locator("#item-text")).not_to_have_text(first)
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.locator("#item-text")).to_have_text(first)
    expect(page.get_by_text("rita took that back")).to_be_visible()
    assert Review.objects.get().undone_by.username == "rita"

    page.keyboard.press("k")
    expect(page.locator("#item-text")).not_to_have_text(first)
    kept = Review.objects.get(undone_at=None)
    assert kept.decision == "keep"
    assert kept.value != before[kept.item_id]
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Nothing waits for a reviewer")).to_be_visible()
    changed = Review.objects.get(decision="change")
    assert changed.value == {"class": "spam"}
    judge(project)
    assert Consensus.objects.get(item=changed.item_id).status == "reviewed"


def test_an_answer_that_nothing_doubts_is_corrected_from_the_page_of_its_item(
    page: Page, site: Site, project: Project
) -> None:
    item = Item.objects.get(project=project, data__text="message 9")
    right = Consensus.objects.get(item=item).value
    site.log_in(page, "rita", path=f"/projects/{project.pk}/items/{item.pk}")
    page.get_by_role("link", name="Open in Review").click()
    expect(page.locator("#item-text")).to_have_text("message 9")
    expect(page.get_by_text("Nothing doubts this label; you opened it yourself.")).to_be_visible()
    page.keyboard.press("1" if right == {"class": "spam"} else "2")
    expect(page.locator("#item-text")).to_have_text(f"message {worst(project)}")
    changed = Review.objects.get()
    assert (changed.item_id, changed.decision) == (item.pk, "change")
    assert changed.value != right


def all_that_follows(project: Project, item: Item) -> dict[str, object]:
    truth = Consensus.objects.get(item=item)
    people = AnnotatorReport.objects.filter(project=project).values_list("annotator__username", "accuracy")
    return {
        "consensus": (truth.value, truth.status, truth.probability, truth.posterior),
        "skill": dict(people),
        "weight": weight_of(project, item),
        "export": exported(item),
    }


def test_everything_follows_a_change_and_its_undoing(page: Page, site: Site, project: Project) -> None:
    """The worst flag, another answer by its key, what the pages say then; taken back, all is as before."""
    shown = open_review(page, site, project)
    item = Item.objects.get(project=project, data__text=shown)
    before = all_that_follows(project, item)
    wrong = "spam" if before["consensus"][0] == {"class": "ham"} else "ham"
    page.keyboard.press("2" if wrong == "spam" else "1")
    expect(page.locator("#item-text")).not_to_have_text(shown)
    judge(project)
    after = all_that_follows(project, item)
    assert after["consensus"][:2] == ({"class": wrong}, "reviewed")
    assert after["skill"]["cem"] > before["skill"]["cem"]
    assert after["skill"]["ann"] < before["skill"]["ann"]
    assert after["weight"] == ([0.0, 1.0] if wrong == "spam" else [1.0, 0.0], 1.0) != before["weight"]
    assert f'"value":{{"class": "{wrong}"}},"probability":1.0,"status":"reviewed"' in after["export"]
    assert '"reviews":[{' in after["export"]
    said = page.request.get(f"{site.base_url}/api/v1/items/{item.pk}/").json()
    assert said["consensus"]["value"] == {"class": wrong}

    page.keyboard.press("u")
    expect(page.locator("#item-text")).to_have_text(shown)
    judge(project)
    assert all_that_follows(project, item) == before
    assert Flag.objects.filter(item=item, status="open").exists()


def test_gold_and_sending_out(page: Page, site: Site, project: Project) -> None:
    first = open_review(page, site, project)
    page.keyboard.press("j")
    expect(page.locator("#item-text")).not_to_have_text(first)
    page.keyboard.press("s")
    expect(page.locator("#item-text")).to_have_text(first)
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Nothing waits for a reviewer")).to_be_visible()
    assert set(Review.objects.values_list("decision", flat=True)) == {"send_out", "gold"}
    assert Item.objects.filter(is_gold=True).count() == 1
    assert Item.objects.filter(open_slots=1).count() == 1


def test_talk(page: Page, site: Site, project: Project) -> None:
    open_review(page, site, project)
    page.keyboard.press("c")
    page.keyboard.type("Is this irony, @cem?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("complementary", name="Discussion").get_by_text("Is this irony, @cem?")).to_be_visible()
    assert Comment.objects.get().mentions.get().user.username == "cem"
    page.keyboard.press("a")
    expect(page.get_by_text("Nobody has said anything about this item.")).to_be_visible()


def test_accept_what_agrees_and_take_it_back(page: Page, site: Site, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(target_confidence=1)
    judge(project)
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    waiting = page.get_by_role("navigation", name="Waiting, worst first")
    press(page, waiting.get_by_role("button", name=re.compile(r"Accept all \d+ items")))
    asked = page.get_by_role("dialog", name=re.compile(r"Accept all \d+ items\?"))
    expect(asked.get_by_text("Undo takes it back")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    n_waited = waiting.locator("header .faint").first.inner_text()
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    assert not Review.objects.exists()
    press(page, waiting.get_by_role("button", name=re.compile(r"Accept all \d+ items")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="on which everybody agrees")).to_be_visible()
    n = Review.objects.filter(undone_at=None, decision="accept").count()
    assert n > 20
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text=f"Took {n} decisions back.")).to_be_visible()
    assert not Review.objects.filter(undone_at=None).exists()
    judge(project)  # what waits again is shown without loading the page anew
    expect(waiting.locator("header .faint").first).to_have_text(n_waited)
    expect(page.locator("#item-text")).to_be_visible()


def test_a_decision_is_taken_back_from_the_page_of_its_item(page: Page, site: Site, project: Project) -> None:
    first = open_review(page, site, project)
    item = Item.objects.get(project=project, data__text=first)
    Item.objects.filter(pk=item.pk).update(external_id="m-126")
    page.keyboard.press("a")
    expect(page.locator("#item-text")).not_to_have_text(first)
    judge(project)
    page.goto(f"{site.base_url}/projects/{project.pk}/review?item={item.pk}")
    told = page.get_by_role("status").filter(has_text="Somebody has decided on m-126 already.")
    told.get_by_role("link", name="Open its page").click()
    decision = page.get_by_role("region", name="Decision")
    expect(decision).to_contain_text("rita accepted")
    expect(page.get_by_role("link", name="Open in Review")).to_have_count(0)
    if AXE.is_file():
        assert offences(page) == []
    press(page, decision.get_by_role("button", name="Take back the decision"))
    expect(page.get_by_text("Taken back; everything is as before.")).to_be_visible()
    expect(decision).to_have_count(0)
    story = page.get_by_role("region", name="What happened")
    expect(story.get_by_text("rita took that back")).to_be_visible()
    assert Review.objects.get().undone_by.username == "rita"
    expect(page.get_by_role("link", name="Open in Review")).to_be_visible()


def test_a_click_on_accept_all_is_taken_back_later(page: Page, site: Site, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(target_confidence=1)
    judge(project)
    rita = User.objects.get(username="rita")
    _, n = accept_agreeing(project=project, user=rita)
    item = Review.objects.filter(undone_at=None).first().item
    site.log_in(page, "rita", path=f"/projects/{project.pk}/items/{item.pk}")
    decision = page.get_by_role("region", name="Decision")
    expect(decision.get_by_text("with other items by one click")).to_be_visible()
    press(page, decision.get_by_role("button", name="Take back all of that click"))
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Took {n} decisions back.")).to_be_visible()
    expect(decision).to_have_count(0)
    assert not Review.objects.filter(undone_at=None).exists()


def test_what_a_colleague_decided_on_ones_own_answer_is_taken_back_by_others(
    page: Page, site: Site, project: Project
) -> None:
    item = Item.objects.get(project=project, data__text="message 1")
    decide_review(project=project, item=item, user=User.objects.get(username="rita"), wish=Wish("accept"))
    ann = User.objects.get(username="ann")
    ann.set_password(PASSWORD)
    ann.save()
    Membership.objects.filter(project=project, user=ann).update(role=Role.REVIEWER)
    site.log_in(page, "ann", path=f"/projects/{project.pk}/items/{item.pk}")
    decision = page.get_by_role("region", name="Decision")
    expect(decision.get_by_text("another reviewer or a manager can take that back")).to_be_visible()
    expect(decision.get_by_role("button")).to_have_count(0)


def answer_marks(item: Item, username: str, value: dict[str, object], project: Project) -> None:
    person = User.objects.filter(username=username).first() or make_user(username)
    if not Membership.objects.filter(project=project, user=person).exists():
        make_member(project, user=person)
    annotation = make_annotation(item, person, "unused")
    Annotation.objects.filter(pk=annotation.pk).update(value=value)


def test_spans_are_seen_in_their_text(page: Page, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people marked different things: the text shows what holds, the rest with a broken line, each answer alone."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = site.project_of(["Anna Berg met Bo"], kind="spans", classes=("person", "place"), overlap=2, max_votes=3)
    item = Item.objects.get(project=project)
    anna, bo = {"start": 0, "end": 9, "class": "person"}, {"start": 14, "end": 16, "class": "place"}
    answer_marks(item, "ann", {"spans": [anna]}, project)
    answer_marks(item, "bob", {"spans": [anna, bo]}, project)
    judge(project)
    Consensus.objects.filter(item=item).update(status="doubtful", value={"spans": [anna]})
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review?item={item.pk}")
    text = page.locator("#item-text")
    expect(text.locator("small")).to_have_text(["person", "place"])
    expect(text.locator("small.odd")).to_have_text(["place"])
    expect(text.locator(".piece", has=page.locator("i")).first).to_have_text("Anna Berg")
    page.keyboard.press("v")
    expect(page.get_by_text("Drawn: the answer of ann")).to_be_visible()
    expect(text.locator("small")).to_have_text(["person"])
    page.get_by_role("button", name="bob").click()
    expect(text.locator("small.odd")).to_have_text(["place"])
    page.keyboard.press("v")
    expect(page.get_by_text("Drawn: what is held for right")).to_be_visible()
    tab_to(page, page.get_by_role("checkbox", name="Bo place 1 of 2: bob"))
    page.keyboard.press("Space")
    expect(text.locator("small.odd")).to_have_count(0)
    assert offences(page) == []
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Nothing waits for a reviewer")).to_be_visible()
    assert Review.objects.get().value == {"spans": [anna, bo]}


def test_boxes_are_seen_on_their_image(page: Page, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = site.project_of(["unused"], kind="boxes", classes=("cat", "dog"), overlap=2, max_votes=3)
    item = Item.objects.get(project=project)
    image = data_url(png(np.full((100, 200, 3), 120, dtype=np.uint8)))
    Item.objects.filter(pk=item.pk).update(data={"image": image})
    cat = {"x": 20, "y": 50, "width": 40, "height": 20, "class": "cat"}
    dog = {"x": 120, "y": 50, "width": 40, "height": 40, "class": "dog"}
    answer_marks(item, "ann", {"boxes": [cat]}, project)
    answer_marks(item, "bob", {"boxes": [cat, dog]}, project)
    judge(project)
    Consensus.objects.filter(item=item).update(status="doubtful", value={"boxes": [cat]})
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    boxes = page.locator("#item-text .box")
    expect(boxes).to_have_text(["cat", "dog"])
    expect(page.locator("#item-text .box.odd")).to_have_text(["dog"])
    frame, seen = page.locator("#item-text img").bounding_box(), boxes.first.bounding_box()
    assert frame
    assert seen
    assert (seen["x"] - frame["x"]) / frame["width"] == pytest.approx(0.1, abs=0.01)
    assert (seen["y"] - frame["y"]) / frame["height"] == pytest.approx(0.5, abs=0.02)
    assert seen["width"] / frame["width"] == pytest.approx(0.2, abs=0.01)
    assert offences(page) == []


def test_boxes_at_one_place_each_have_their_name_to_read(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people name one thing differently: neither name covers the other, and the cards cut nothing."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    names = ("a class with quite a long name", "another class with quite a long name")
    project = site.project_of(["unused"], kind="boxes", classes=names, overlap=2, max_votes=3)
    item = Item.objects.get(project=project)
    image = data_url(png(np.full((300, 600, 3), 120, dtype=np.uint8)))
    Item.objects.filter(pk=item.pk).update(data={"image": image})
    one, other = ({"x": 100, "y": 100, "width": 408, "height": 100, "class": name} for name in names)
    answer_marks(item, "ann", {"boxes": [one]}, project)
    answer_marks(item, "bob", {"boxes": [other]}, project)
    judge(project)
    Consensus.objects.filter(item=item).update(status="doubtful", probability=0.9999, value={"boxes": [one]})
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    page.set_viewport_size({"width": 1440, "height": 900})
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review?item={item.pk}")
    right = page.locator("#item-text .box:not(.odd) small")
    expect(right).to_have_text(names[0])
    expect(page.locator("#item-text .box.odd small")).to_have_text(names[1])
    above, below = right.bounding_box(), page.locator("#item-text .box.odd small").bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    cards = page.get_by_role("list", name="Answers")
    expect(cards.get_by_text(re.compile("^408 "))).to_have_count(3)
    is_cut = "one => one.clientWidth && one.scrollWidth > one.clientWidth + 1"
    assert not cards.evaluate(f"cards => [...cards.querySelectorAll('*')].some({is_cut})")
    sure = cards.get_by_text(re.compile("sure$")).bounding_box()
    assert sure
    assert sure["height"] < 24


def doubted(site: Site, kind: str, data: dict[str, object], value: dict[str, object]) -> Project:
    """A project of the kind with one item, whose only answer is doubted; rita may review."""
    project = site.project_of(["unused"], kind=kind, classes=("person", "place"), overlap=1, max_votes=3)
    item = Item.objects.get(project=project)
    Item.objects.filter(pk=item.pk).update(data=data)
    answer_marks(item, "ann", value, project)
    judge(project)
    Consensus.objects.filter(item=item).update(status="doubtful", probability=0.5, value=value)
    make_member(project, user=site.person("rita"), role=Role.REVIEWER)
    return project


NOTHING_WAITS = "Nothing waits for a reviewer"


def test_a_reviewer_marks_anew_by_keyboard_and_takes_it_back(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the editor of labelling, begun with what is held for right: its undo, leaving it, and undoing the whole."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    anna = {"start": 0, "end": 4, "class": "person"}
    whole = {"start": 0, "end": 9, "class": "person"}
    project = doubted(site, "spans", {"text": "Anna Berg met Bo"}, {"spans": [anna]})
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    marks = page.get_by_role("list", name="Spans").get_by_role("button")
    expect(page.get_by_role("checkbox", name="Anna person")).to_be_checked()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="What is right?")).to_be_visible()
    expect(marks).to_have_text(["Annaperson"])
    assert offences(page) == []
    for key in ("ArrowRight", "ArrowRight", "2"):
        page.keyboard.press(key)
    expect(marks).to_have_text(["Annaperson", "metplace"])
    page.keyboard.press("Escape")
    expect(page.get_by_role("checkbox", name="Anna person")).to_be_visible()
    page.keyboard.press("e")
    expect(marks).to_have_text(["Annaperson"])
    for key in ("x", "Shift+ArrowRight", "1", "ArrowRight", "2", "u"):
        page.keyboard.press(key)
    expect(marks).to_have_text(["Anna Bergperson"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    changed = Review.objects.get()
    assert (changed.decision, changed.value) == ("change", {"spans": [whole]})
    page.keyboard.press("u")
    expect(page.get_by_role("checkbox", name="Anna person")).to_be_visible()
    changed.refresh_from_db()
    assert changed.undone_at is not None
    page.keyboard.press("e")
    page.keyboard.press("Enter")  # as it was: no change, but what is held for right
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    again = Review.objects.get(undone_at=None)
    assert (again.decision, again.value) == ("accept", {"spans": [anna]})


def test_a_reviewer_draws_boxes(page: Page, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By key and by hand on the same image, begun with another one's answer."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    image = data_url(png(np.full((100, 200, 3), 120, dtype=np.uint8)))
    box = {"x": 20, "y": 50, "width": 40, "height": 20, "class": "person"}
    project = doubted(site, "boxes", {"image": image}, {"boxes": [box]})
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    expect(page.locator("#item-text .box")).to_have_count(1)
    page.keyboard.press("e")
    boxes = page.get_by_role("list", name="Boxes").get_by_role("button")
    expect(boxes).to_have_count(1)
    expect(page.get_by_role("region", name="Image")).to_have_attribute("aria-busy", "false")
    for key in ("n", "ArrowRight", "Escape", "2"):
        page.keyboard.press(key)
    expect(boxes).to_have_count(2)
    page.keyboard.press("x")
    canvas = page.get_by_role("region", name="Image").locator("svg").bounding_box()
    assert canvas
    page.mouse.move(canvas["x"] + canvas["width"] * 0.6, canvas["y"] + canvas["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] * 0.8, canvas["y"] + canvas["height"] * 0.3)
    page.mouse.move(canvas["x"] + canvas["width"] * 0.9, canvas["y"] + canvas["height"] * 0.4)
    page.mouse.up()
    expect(boxes).to_have_count(2)
    assert offences(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    moved, drawn = sorted(Review.objects.get().value["boxes"], key=lambda one: float(one["x"]))
    assert (moved["x"] > 20, moved["class"], drawn["class"]) == (True, "person", "place")
    assert drawn["x"] == pytest.approx(120, abs=3)


@pytest.mark.parametrize(
    ("kind", "value", "keys", "changed"),
    [
        ("multichoice", {"classes": ["person"]}, ["1", "2", "Enter"], {"classes": ["place"]}),
        ("text", {"text": "a man"}, ["End", " ", "m", "e", "t", "Enter"], {"text": "a man met"}),
    ],
)
def test_a_reviewer_changes_sets_and_texts(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch, kind: str, value: dict, keys: list[str], changed: dict
) -> None:
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = doubted(site, kind, {"text": "Anna Berg met Bo"}, value)
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    expect(page.get_by_role("list", name="Answers").get_by_text("ann", exact=True)).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="What is right?")).to_be_visible()
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    assert Review.objects.get().value == changed


def test_another_list_leaves_the_answer_that_is_being_made(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list may begin with another item: what was ticked for the one before is not saved on it."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})
    project = doubted(site, "multichoice", {"text": "Anna Berg met Bo"}, {"classes": ["person"]})
    site.log_in(page, "rita", path=f"/projects/{project.pk}/review")
    expect(page.get_by_role("list", name="Answers").get_by_text("ann", exact=True)).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("2")
    page.get_by_role("button", name="Flags", exact=True).click()
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    page.get_by_role("button", name="Worst first").click()
    expect(page.get_by_role("button", name="Accept person")).to_be_visible()
    expect(page.get_by_role("heading", name="What is right?")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name=NOTHING_WAITS)).to_be_visible()
    assert Review.objects.get().value == {"classes": ["person"]}


def test_the_list_that_was_asked_for_last_is_shown(page: Page, site: Site, project: Project) -> None:
    """Not the one whose answer comes last."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/review/?kind=disagreement", hold)
    first = open_review(page, site, project)
    page.get_by_role("button", name="Disagreements").click()
    with page.expect_response("**/review/"):
        page.get_by_role("button", name="Worst first").click()
    with page.expect_response("**/review/?kind=disagreement"):
        held[0].fulfill(json={"results": [], "next": None, "waiting": 0, "agreeing": 0})
    page.wait_for_timeout(200)
    expect(page.locator("#item-text")).to_have_text(first)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1024), ("light", 390)])
def test_accessible_in_both_themes(site: Site, browser: Browser, project: Project, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    open_review(page, site, project)
    wrong = {"queue": offences(page)}
    page.keyboard.press("c")
    wrong["talk"] = offences(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    wrong["keys"] = offences(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
    assert {name: found for name, found in wrong.items() if found} == {}
