"""Looking through items: filters, orders, pages that meet without gap, an item's whole history, sending out by hand."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from annotation.models import AnnotationRevision, Consensus, Flag, Project, Role
from annotation.queries import explore
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.pictures import data_url, png

Wanted = dict[str, str]


@pytest.fixture
def project() -> Project:
    """Seven items: some answered, one in doubt, one flagged."""
    project = make_project(classes=("ham", "spam"), max_votes=3)
    for number in range(7):
        item = make_item(
            project, external_id=f"m-{number}", text=f"message {number} 100%" if number == 3 else f"message {number}"
        )
        if number < 4:
            judge(item, "spam" if number % 2 else "ham", 0.5 + number / 10, "doubtful" if number == 0 else "agreed")
    return project


def judge(item: Any, name: str, probability: float, status: str) -> None:
    item.drawn_at, item.draw_stream, item.draw_probability = timezone.now(), "random", 0.1
    item.slot_limit = item.taken = 1
    item.open_slots = 0
    item.save()
    Consensus.objects.create(
        item=item, project=item.project, value={"class": name}, probability=probability, posterior={name: probability},
        n_votes=1, status=status, updated_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def reviewer(client_of, project):
    return client_of(make_member(project, role=Role.REVIEWER))


def found(caller: Any, project: Project, query: str = "") -> list[str]:
    """External ids of all pages, one after the other."""
    address, names = f"/api/v1/projects/{project.pk}/explore/?{query}", list[str]()
    while address:
        answer = caller.http.get(address)
        assert answer.status_code == 200, answer.content
        names += [row["external_id"] for row in answer.json()["results"]]
        address = answer.json()["next"]
    return names


def names(*numbers: int) -> list[str]:
    return [f"m-{number}" for number in numbers]


@pytest.mark.parametrize(("query", "numbers"), [
    ("", range(7)), ("limit=2", range(7)), ("limit=2&order=newest", range(6, -1, -1)),
    ("order=doubt&limit=2", range(4)), ("order=sure&limit=3", (3, 2, 1, 0)),
    ("q=MESSAGE 5", (5,)), ("q=100%25", (3,)), ("q=m-2", (2,)), ("q=m_2", ()), ("q=m-", range(7)),
    ("class=spam", (1, 3)), ("class=spam&order=sure", (3, 1)), ("status=doubtful", (0,)),
    ("status=unanswered", (4, 5, 6)),
    ("stream=random&limit=1", range(4)), ("stream=model", ()), ("since=2020-01-01&until=2099-01-01", range(4)),
    ("until=2020-01-01", ()), ("q=&class=", range(7)),
])  # fmt: skip
def test_filters_and_orders(reviewer, project, query, numbers) -> None:
    assert found(reviewer, project, query) == names(*numbers)


@pytest.mark.parametrize(("kind", "value"), [
    ("multichoice", {"classes": ["x", "spam"]}), ("rating", {"rating": 4}),
    ("spans", {"spans": [{"start": 0, "end": 1, "class": "spam"}]}),
    ("boxes", {"boxes": [{"x": 0, "y": 0, "width": 1, "height": 1, "class": "spam"}]}),
])  # fmt: skip
def test_a_class_of_each_kind(reviewer, project, kind, value) -> None:
    Project.objects.filter(pk=project.pk).update(kind=kind)
    Consensus.objects.filter(item__external_id="m-3").update(value=value)
    assert found(reviewer, project, f"class={'4' if kind == 'rating' else 'spam'}") == names(3)
    assert found(reviewer, project, "class=other") == []


def test_by_person_and_flag(reviewer, project) -> None:
    item = project.items.get(external_id="m-2")
    answer = make_annotation(item, make_member(project), "ham")
    Flag.objects.create(
        project=project, kind="label_suspect", item=item, annotation=answer, subject=f"annotation:{answer.pk}",
        score=0.9, evidence={}, created_at=timezone.now(),
    )  # fmt: skip
    assert found(reviewer, project, f"person={answer.annotator.username}") == names(2)
    assert (
        found(reviewer, project, "flag=any") == found(reviewer, project, "flag=label_suspect&order=doubt") == names(2)
    )
    assert found(reviewer, project, "flag=drift") == []
    project.blind_review = True
    project.save()
    assert reviewer.call("GET", f"projects/{project.pk}/explore/?person=x")[0] == 400


@pytest.mark.parametrize("query", ["order=x", "status=x", "flag=x", "stream=x", "since=x", "since=2020-02-31", "z=1",
                                   "cursor=x", "limit=0", "q=%00", "since=0001-01-01"])  # fmt: skip
def test_bad_filters(reviewer, project, query) -> None:
    assert reviewer.call("GET", f"projects/{project.pk}/explore/?{query}")[0] == 400


def test_a_window_without_finds_is_gone_on_from(reviewer, project, monkeypatch) -> None:
    monkeypatch.setattr(explore, "WINDOW", 2)
    first = reviewer.call("GET", f"projects/{project.pk}/explore/?q=message 6")[1]
    assert (first["results"], first["looked_at"]) == ([], 2)
    assert found(reviewer, project, "q=message 6") == names(6)
    assert found(reviewer, project, "q=message&order=newest") == names(*range(6, -1, -1))
    assert found(reviewer, project, "class=ham&order=doubt") == names(0, 2)
    assert found(reviewer, project, "status=unanswered") == names(4, 5, 6)


def test_known_answers_are_found_though_they_are_never_drawn(reviewer, project) -> None:
    item = project.items.get(external_id="m-5")
    judge(item, "spam", 1.0, "gold")
    project.items.filter(pk=item.pk).update(is_gold=True, drawn_at=None, draw_stream=None, draw_probability=None)
    assert found(reviewer, project, "status=gold") == names(5)
    assert found(reviewer, project, "class=spam&limit=1") == names(1, 3, 5)
    assert found(reviewer, project, "class=spam&order=newest") == names(5, 3, 1)


def test_what_was_looked_at_ends_with_the_page(reviewer, project) -> None:
    page = reviewer.call("GET", f"projects/{project.pk}/explore/?class=spam&limit=1")[1]
    assert [row["external_id"] for row in page["results"]] == names(1)
    assert page["looked_at"] == 2, "m-0 and m-1"


def test_the_whole_history(reviewer, project) -> None:
    item = project.items.get(external_id="m-5")
    answer = make_annotation(item, make_member(project), "spam")
    AnnotationRevision.objects.get_or_create(
        annotation=answer, revision=2, defaults={"value": {"class": "ham"}, "created_at": timezone.now()}
    )
    status, told = reviewer.call("GET", f"items/{item.pk}/history/")
    assert status == 200
    assert [one["value"]["class"] for one in told["revisions"]][-1] == "ham"
    assert [(one["annotator"], one["status"]) for one in told["leases"]] == [(answer.annotator.username, "answered")]
    assert (told["queue"], told["predictions"], told["comments"]) == (None, [], [])
    project.blind_review = True
    project.save()
    hidden = reviewer.call("GET", f"items/{item.pk}/history/")[1]
    assert {one["annotator"] for one in hidden["leases"] + hidden["revisions"] + hidden["votes"]} == {None}


def test_items_are_sent_out_by_hand(client_of, project) -> None:
    manager = client_of(make_member(project, role=Role.MANAGER))
    items = list(project.items.filter(external_id__in=names(2, 3, 6)).values_list("pk", flat=True))
    status, made = manager.call("POST", f"projects/{project.pk}/quality/send-out/", {"items": items, "votes": 2})
    assert (status, made["n"]) == (201, 2)  # the third has no answer that a second one could be held against
    assert set(project.items.filter(external_id__in=names(2, 3)).values_list("open_slots", flat=True)) == {2}
    assert project.items.get(external_id="m-0").open_slots == 0
    undone = manager.call("POST", f"projects/{project.pk}/reviews/batches/{made['batch']}/undo/")
    assert undone == (200, {"n": 2})


def test_an_image_is_a_file_that_browsers_keep(reviewer, project) -> None:
    content = png(np.full((2, 3, 3), 9, dtype=np.uint8))
    item = make_item(project, data={"image": data_url(content)})
    answer = reviewer.http.get(f"/api/v1/items/{item.pk}/image/")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", content)
    assert (answer["Cache-Control"], answer["Content-Security-Policy"]) == (
        "private, max-age=86400, immutable",
        "sandbox",
    )
    only_images = reviewer.http.get(f"/api/v1/items/{item.pk}/image/", headers={"accept": "image/png"})
    assert (only_images.status_code, only_images.content) == (200, content)
    for data in ({"text": "none"}, {"image": "streets/1.png"}, {"image": "data:image/png;base64,AAAA"}):
        other = make_item(project, data=data)
        assert reviewer.call("GET", f"items/{other.pk}/image/")[1]["error"]["code"] == "not_found"
