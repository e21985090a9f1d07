"""A reviewer at work through the API: decide, see everything follow, take it back, see everything as before."""

import json
import random

import pytest
from django.utils import timezone

from annotation.models import Consensus, Flag, Item, Project, Topic, WorkRequest
from annotation.operations import outbox, transfer
from tests.factories import make_item, make_member, make_project, make_user
from tests.following import exported, weight_of
from tests.operations.crowd import ask_everybody, judge

pytestmark = pytest.mark.django_db(transaction=True)

TRUTH = ["ham", "spam", *random.Random(1).choices(["ham", "spam"], k=28)]
NEW = {"decision": "change", "value": {"class": "spam"}}


@pytest.fixture(autouse=True)
def lanes_without_rest(monkeypatch):
    monkeypatch.setattr(outbox, "REST_SHARE", {})


@pytest.fixture
def world(client_of):
    project = make_project(overlap=3, max_votes=5)
    items, people = ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": ["spam", "ham", *TRUTH[2:]]})
    judge(project)
    return project, items, people, client_of(make_member(project, role="reviewer"))


def seen(client, project, item):
    """All that a decision should move: consensus, people, the queue, what the model learns, what is exported."""
    page = client.call("GET", f"items/{item.pk}/")[1]
    people = client.call("GET", f"projects/{project.pk}/annotators/")[1]["results"]
    return {
        "consensus": {**page["consensus"], "updated_at": None},
        "people": {one["username"]: one["accuracy"] for one in people},
        "waiting": [one["item"] for one in client.call("GET", f"projects/{project.pk}/review/")[1]["results"]],
        "weight": weight_of(project, item),
        "export": exported(item),
        "votes": [(one["annotation"], one["value"], one["probability_wrong"]) for one in page["votes"]],
    }


def test_a_review_session(world):
    project, _, _, reviewer = world
    queue = reviewer.call("GET", f"projects/{project.pk}/review/")[1]
    assert queue["waiting"] == 2
    worst = queue["results"][0]
    item = Item.objects.get(pk=worst["item"])
    before = seen(reviewer, project, item)
    WorkRequest.objects.all().delete()

    other = "spam" if worst["proposal"] == {"class": "ham"} else "ham"
    status, review = reviewer.call(
        "POST", f"projects/{project.pk}/reviews/", NEW | {"item": item.pk, "value": {"class": other}, "note": "irony"}
    )
    assert (status, review["value"], review["reviewer"]) == (201, {"class": other}, reviewer.user.username)
    assert set(WorkRequest.objects.values_list("topic", flat=True)) == {Topic.LEARN, Topic.QUALITY}
    judge(project)
    after = seen(reviewer, project, item)
    assert after["consensus"]["value"] == {"class": other}
    assert after["consensus"]["status"] == "reviewed"
    assert after["people"]["ann"]["estimate"] < before["people"]["ann"]["estimate"]
    assert after["people"]["cem"]["estimate"] > before["people"]["cem"]["estimate"]
    assert item.pk not in after["waiting"]
    assert after["weight"] != before["weight"]
    assert after["weight"][1] == 1
    assert '"reviews":[{' in after["export"]
    assert f'"value":{{"class": "{other}"}},"probability":1.0,"status":"reviewed"' in after["export"]
    assert [one[:2] for one in after["votes"]] == [one[:2] for one in before["votes"]]

    status, undone = reviewer.call("POST", f"reviews/{review['id']}/undo/")
    assert (status, undone["undone_by"]) == (200, reviewer.user.username)
    judge(project)
    assert seen(reviewer, project, item) == before
    history = reviewer.call("GET", f"projects/{project.pk}/reviews/")[1]["results"]
    assert [(one["id"], one["decision"], one["undone_at"] is not None) for one in history] == [
        (review["id"], "change", True)
    ]


def test_a_lone_answer_is_told_in_the_singular(client_of):
    project = make_project()
    ask_everybody(project, {"ann": TRUTH})
    judge(project)
    Consensus.objects.filter(item__project=project).update(status=Consensus.Status.DOUBTFUL)
    manager = client_of(make_member(project, role="manager"))
    reason = manager.call("GET", f"projects/{project.pk}/review/")[1]["results"][0]["reason"]
    assert (reason["summary"], reason["said"]["code"]) == ("Its only answer is not sure enough.", "review.unsure_alone")


def test_the_same_key_decides_once(world):
    project, items, _, reviewer = world
    path, body = f"projects/{project.pk}/reviews/", NEW | {"item": items[0].pk}
    first, second = (reviewer.call("POST", path, body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first == second
    assert reviewer.call("POST", path, body)[0] == 409


BAD_DECISIONS = [
    ({"decision": None}, 400),
    ({"item": 0, "decision": "accept"}, 400),
    ({"item": 2**63, "decision": "accept"}, 400),
    ({"item": 987654321, "decision": "accept"}, 404),
    ({"decision": "nonsense"}, 400),
    ({"decision": "change"}, 422),
    ({"decision": "change", "value": {"class": "no such"}}, 422),
    ({"decision": "change", "value": {"class": ["ham"]}}, 422),
    ({"decision": "keep", "annotation": 987654321}, 400),
    ({"decision": "keep"}, 400),
    ({"decision": "send_out", "votes": 0}, 400),
    ({"decision": "send_out", "votes": 20}, 409),
    ({"decision": "send_out", "annotation": 987654321}, 400),
    ({"decision": "send_out", "annotation": 2**70}, 400),
    ({"decision": "accept", "note": "x" * 1001}, 400),
    ({"decision": "accept", "note": "\0"}, 400),
]


def test_bad_decisions(world):
    project, items, _, reviewer = world
    for body, status in BAD_DECISIONS:
        came, answer = reviewer.call("POST", f"projects/{project.pk}/reviews/", {"item": items[0].pk} | body)
        assert came == status, answer
        assert set(answer["error"]) == {"code", "message", "fields", "said"}


def test_bad_filters(world):
    project, *_, reviewer = world
    for query in (
        "kind=nonsense",
        "pair=ham",
        "pair=ham/",
        "pair=ham&pair=",
        "pair=a&pair=b&pair=c",
        "pair=%00/b",
        "limit=0",
        "cursor=x",
        "status=open",
        "annotator=%00",
        "item=",
        "item=-1",
        "item=9999999999999999999",
    ):
        assert reviewer.call("GET", f"projects/{project.pk}/review/?{query}")[0] == 400


def test_one_item_is_found_whatever_its_place(world):
    project, _, _, reviewer = world
    path = f"projects/{project.pk}/review/"
    for waits in reviewer.call("GET", path)[1]["results"]:
        assert reviewer.call("GET", f"{path}?item={waits['item']}")[1]["results"] == [waits]
    assert reviewer.call("GET", f"{path}?item=987654321")[1]["results"] == []


def test_a_pair_is_named_by_a_slash_or_by_giving_it_twice(world, client_of):
    project, _, _, reviewer = world
    path = f"projects/{project.pk}/review/?limit=1"
    for pair, n_found in (("pair=ham/spam", 1), ("pair=spam&pair=ham", 1), ("pair=ham&pair=a/b", 0)):
        found = reviewer.call("GET", f"{path}&{pair}")[1]
        assert len(found["results"]) == n_found, pair
    following = reviewer.call("GET", f"{path}&pair=spam&pair=ham")[1]["next"].split("/api/v1/")[1]
    assert len(reviewer.call("GET", following)[1]["results"]) == 1
    texts = make_project(kind="text")
    for query in ("pair=a/b", "class=a"):
        status, answer = client_of(make_member(texts, role="reviewer")).call(
            "GET", f"projects/{texts.pk}/review/?{query}"
        )
        assert (status, answer["error"]["fields"]) == (400, {query.partition("=")[0]: "no classes"})


def test_pages_of_the_queue(world):
    project, *_, reviewer = world
    first = reviewer.call("GET", f"projects/{project.pk}/review/?limit=1")[1]
    second = reviewer.call("GET", first["next"].split("/api/v1/")[1])[1]
    assert len({one["item"] for one in first["results"] + second["results"]}) == 2
    assert second["next"] is None


def test_who_may_do_what(world, client_of, stranger, anybody):
    project, items, people, reviewer = world
    annotator = client_of(people["ann"])
    review = reviewer.call("POST", f"projects/{project.pk}/reviews/", NEW | {"item": items[0].pk})[1]
    for method, path, body in [
        ("GET", f"items/{items[0].pk}/", None),
        ("POST", f"projects/{project.pk}/reviews/", NEW | {"item": items[0].pk}),
        ("POST", f"reviews/{review['id']}/undo/", None),
    ]:
        assert annotator.call(method, path, body)[0] == 403
        assert stranger.call(method, path, body)[0] == 404
        assert anybody.call(method, path, body)[0] == 401
    for key in ("0", "x", 2**64):
        assert reviewer.call("GET", f"items/{key}/")[0] == 404
        assert reviewer.call("POST", f"reviews/{key}/undo/")[0] == 404
    elsewhere = make_item(make_project())
    assert reviewer.call("POST", f"projects/{project.pk}/reviews/", NEW | {"item": elsewhere.pk})[0] == 404


def test_reviewing_without_names(world, owner, client_of):
    project, items, _, reviewer = world
    Project.objects.filter(pk=project.pk).update(blind_review=True)
    manager = client_of(make_member(project, role="manager"))
    shown = [
        str(reviewer.call("GET", path)[1])
        for path in (f"projects/{project.pk}/review/", f"items/{items[0].pk}/", f"projects/{project.pk}/flags/")
    ]
    assert not any(f"'{name}'" in text or f"{name} said" in text for text in shown for name in ("ann", "bob", "cem"))
    assert reviewer.call("GET", f"projects/{project.pk}/review/?annotator=cem")[0] == 400
    assert manager.call("GET", f"items/{items[0].pk}/")[1]["votes"][0]["annotator"] == "ann"


def test_nothing_beside_an_answer_tells_whose_it_is(world):
    """Figures, moments, decisions and evidence that would lead from a vote to a name."""
    project, items, people, reviewer = world
    Project.objects.filter(pk=project.pk).update(blind_review=True)
    said = {
        "worst": [{"item": items[0].pk, "class": "spam"}],
        "latest": ["spam", "ham"],
        "examples": [{"class": "ham"}],
    }
    evidence = said | {"n": 30, "summary": "cem looks random."}
    Flag.objects.create(
        project=project, kind="annotator_looks_random", annotator=people["cem"], subject="person", score=0.9,
        evidence=evidence, created_at=timezone.now(),
    )  # fmt: skip
    flags = reviewer.call("GET", f"projects/{project.pk}/flags/")[1]["results"]
    of_person = next(one for one in flags if one["kind"] == "annotator_looks_random")
    assert (of_person["annotator"], of_person["evidence"]) == ("cem", {"n": 30, "summary": "cem looks random."})
    doubted = next(one for one in flags if one["annotation"])
    assert reviewer.call("PATCH", f"flags/{doubted['id']}/", {"status": "dismissed"})[0] == 200
    [decision] = reviewer.call("GET", f"projects/{project.pk}/reviews/")[1]["results"]
    assert reviewer.call("POST", f"flags/{doubted['id']}/undo/")[1]["annotator"] is None
    assert reviewer.call("POST", f"flags/{doubted['id']}/actions/", {"action": "relabel"})[0] == 200
    [relabelled, _] = reviewer.call("GET", f"projects/{project.pk}/reviews/")[1]["results"]
    assert reviewer.call("POST", f"reviews/{relabelled['id']}/undo/")[1]["about"] is None
    assert (decision["flag"], decision["about"]) == (doubted["id"], None)
    page = reviewer.call("GET", f"items/{items[0].pk}/")[1]
    assert {vote["accuracy"] for vote in page["votes"]} == {None}
    moments = {vote["updated_at"] for vote in page["votes"]}
    people_rows = reviewer.call("GET", f"projects/{project.pk}/annotators/")[1]["results"]
    assert not moments & {row["last_active"] for row in people_rows}
    assert reviewer.call("GET", f"projects/{project.pk}/review/?kind=too_fast")[0] == 400


def test_talk(world, client_of):
    """An annotator reads what others say once she has answered, and no names unless the project says so."""
    project, items, people, reviewer = world
    path = f"items/{items[0].pk}/comments/"
    status, first = reviewer.call("POST", path, {"body": "Is this irony, @cem?"})
    assert (status, first["mentions"]) == (201, ["cem"])
    cem, newcomer = client_of(people["cem"]), client_of(make_member(project))
    assert cem.call("POST", path, {"body": "Yes, ask @ann.", "parent": first["id"]})[0] == 201
    said = cem.call("GET", path)[1]["results"]
    assert [(one["author"], one["body"]) for one in said] == [
        (None, "Is this irony, @cem?"),
        ("cem", "Yes, ask @ann."),
    ]
    assert newcomer.call("GET", path)[0] == 403
    Project.objects.filter(pk=project.pk).update(show_names=True)
    assert cem.call("GET", path)[1]["results"][0]["author"] == reviewer.user.username
    for body, wrong in [({"body": ""}, 400), ({"body": "x" * 5001}, 400), ({"body": "x", "parent": 987654321}, 404)]:
        assert cem.call("POST", path, body)[0] == wrong


def test_what_is_said_to_somebody_reaches_her(world, client_of):
    """An annotator reads it once she has answered; then it can be seen, and an answer reaches its thread."""
    project, items, people, reviewer = world
    dora = client_of(make_member(project, user=make_user("dora")))
    cem, path = client_of(people["cem"]), f"items/{items[0].pk}/comments/"
    first = reviewer.call("POST", path, {"body": "Is this irony, @cem and @dora?"})[1]
    told = cem.call("GET", "my/mentions/")[1]
    assert (told["n_unseen"], told["next"]) == (1, None)
    said = told["results"][0]
    assert (said["item"], said["author"], said["body"]) == (items[0].pk, None, "Is this irony, @cem and @…?")
    assert (said["project_name"], said["by_name"], said["seen_at"]) == (project.name, True, None)
    assert dora.call("GET", "my/mentions/")[1]["results"][0]["body"] is None
    assert dora.call("POST", f"{path}seen/")[1] == {"seen": 0}
    assert [cem.call("POST", f"{path}seen/")[1]["seen"] for _ in range(2)] == [1, 0]
    assert cem.call("GET", "my/mentions/")[1]["n_unseen"] == 0
    assert cem.call("POST", path, {"body": "Yes.", "parent": first["id"]})[1]["mentions"] == []
    answered = reviewer.call("GET", "my/mentions/")[1]["results"]
    assert [(one["author"], one["body"], one["by_name"]) for one in answered] == [("cem", "Yes.", False)]


def test_a_question_waits_until_somebody_else_than_an_annotator_answers(world, client_of):
    """Two questions about one item and one about another; colleagues answer none of them, a word of a reviewer both."""
    _, items, people, reviewer = world
    ann, cem = client_of(people["ann"]), client_of(people["cem"])
    ask = [f"items/{item.pk}/comments/" for item in items[:2]]
    first = ann.call("POST", ask[0], {"body": "Is this irony, @nobody and @cem?"})[1]
    assert (first["unknown"], first["mentions"]) == (None, [])
    assert cem.call("POST", ask[0], {"body": "I wonder, too.", "parent": first["id"]})[0] == 201
    assert [ann.call("POST", path, {"body": "And why?"})[0] for path in ask] == [201, 201]

    def waiting(client):
        return [(one["n"], one["item"]) for one in client.call("GET", "my/mentions/")[1]["questions"]]

    assert [waiting(reviewer), waiting(ann)] == [[(3, items[0].pk)], []]
    said = reviewer.call("GET", ask[0])[1]["results"][0]
    assert (said["unknown"], said["mentions"]) == (["nobody"], ["cem"])
    assert reviewer.call("POST", ask[0], {"body": "It is."})[1]["unknown"] == []
    assert waiting(reviewer) == [(1, items[1].pk)]
    assert ann.call("POST", ask[0], {"body": "Thanks!", "parent": first["id"]})[0] == 201
    assert waiting(reviewer) == [(1, items[1].pk)]
    assert client_of(make_member(make_project(), role="manager")).call("GET", "my/mentions/")[1]["questions"] == []


def test_acting_on_flags_and_people(world, client_of):
    project, _, people, reviewer = world
    manager = client_of(make_member(project, role="manager"))
    flags = reviewer.call("GET", f"projects/{project.pk}/flags/")[1]["results"]
    path = f"flags/{flags[0]['id']}/"
    assert reviewer.call("POST", f"{path}actions/", {"action": "nonsense"})[0] == 400
    assert reviewer.call("POST", f"{path}actions/", {"action": "pause"})[0] == 403
    assert client_of(people["ann"]).call("POST", f"{path}actions/", {"action": "relabel"})[0] == 403
    assert reviewer.call("POST", f"{path}undo/")[0] == 409
    assert reviewer.call("POST", f"{path}actions/", {"action": "relabel"})[1]["status"] == "confirmed"
    assert reviewer.call("POST", f"{path}actions/", {"action": "relabel"})[0] == 409
    assert reviewer.call("POST", f"{path}undo/")[1]["status"] == "open"

    pause = f"projects/{project.pk}/members/cem/pause/"
    assert reviewer.call("POST", pause, {})[0] == 403
    assert manager.call("POST", f"projects/{project.pk}/members/nobody/pause/", {})[0] == 404
    assert manager.call("POST", pause, {"note": "Call me."})[0] == 201
    assert manager.call("POST", pause, {})[0] == 409
    cem = client_of(people["cem"])
    assert cem.call("POST", f"projects/{project.pk}/assignments/", {})[1]["empty_because"] == "paused"
    assert cem.call("GET", f"projects/{project.pk}/my/report/")[1]["paused"]["note"] == "Call me."
    members = manager.call("GET", f"projects/{project.pk}/members/")[1]["results"]
    assert [one["username"] for one in members if one["paused"]] == ["cem"]
    assert manager.call("DELETE", pause)[0] == 200
    assert manager.call("DELETE", pause)[0] == 404


def test_a_reviewer_does_not_let_a_paused_person_go_on(world, client_of):
    project, _, people, reviewer = world
    manager = client_of(make_member(project, role="manager"))
    flag = Flag.objects.create(
        project=project, kind="annotator_needs_help", subject="cem", annotator=people["cem"], score=0.9,
        evidence={"summary": "…"}, created_at="2026-01-01T00:00Z",
    )  # fmt: skip
    assert manager.call("POST", f"flags/{flag.pk}/actions/", {"action": "pause"})[0] == 200
    [pause] = manager.call("GET", f"projects/{project.pk}/reviews/")[1]["results"]
    assert reviewer.call("POST", f"reviews/{pause['id']}/undo/")[0] == 403
    assert reviewer.call("POST", f"flags/{flag.pk}/undo/")[0] == 403
    assert manager.call("POST", f"flags/{flag.pk}/undo/")[1]["status"] == "open"


def test_the_worth_of_an_export_and_its_filter(world, client_of):
    project, *_, reviewer = world
    found = reviewer.call("GET", f"projects/{project.pk}/quality/export/?min_confidence=0.9")[1]
    assert found["items"] + found["left_out"] == len(TRUTH)
    for bad in ("2", "-1", "x", "nan"):
        assert reviewer.call("GET", f"projects/{project.pk}/quality/export/?min_confidence={bad}")[0] == 400
    manager = client_of(make_member(project, role="manager"))
    job = manager.call("POST", f"projects/{project.pk}/exports/", {"min_confidence": 0.9})[1]
    assert job["params"]["min_confidence"] == 0.9
    transfer.run_job(job["id"])
    file = manager.http.get(f"/api/v1/exports/{job['id']}/file/")
    rows = [json.loads(line) for line in b"".join(file.streaming_content).splitlines()]
    assert len(rows) == found["items"]
    assert all(row["consensus"]["probability"] >= 0.9 for row in rows)
    assert all(0 <= one["probability_wrong"] <= 1 for row in rows for one in row["annotations"])
    assert manager.call("POST", f"projects/{project.pk}/exports/", {"min_confidence": 1.5})[0] == 400


def test_a_look_ahead_saves_nothing(world, client_of):
    project, *_ = world
    manager = client_of(make_member(project, role="manager"))
    path = f"projects/{project.pk}/policy/preview/"
    status, found = manager.call("POST", path, {"settings": {"overlap": 2, "max_votes": 2}})
    assert status == 200
    assert found["proposed"]["votes_per_item"] == 2
    assert found["now"]["votes_per_item"] >= 3
    for one in found.values():
        assert one["low"] < one["expected_right"] < one["high"]
        assert one["answers_low"] <= one["answers"] <= one["answers_high"]
        assert one["hours_left_low"] <= one["hours_left"] <= one["hours_left_high"]
    assert found["proposed"]["hours_left"] is not None
    assert Project.objects.get(pk=project.pk).overlap == 3
    assert manager.call("POST", path, {"settings": {"overlap": 0}})[0] == 422
    assert manager.call("POST", path, {})[0] == 400


def test_quality_by_class_and_week(world):
    project, *_, reviewer = world
    classes = reviewer.call("GET", f"projects/{project.pk}/quality/classes/")[1]["results"]
    assert {one["class"]: one["items"] for one in classes} == {name: TRUTH.count(name) for name in ("ham", "spam")}
    assert all(0 < one["low"] < one["expected_right"] < one["high"] <= 1 for one in classes)
    [week] = reviewer.call("GET", f"projects/{project.pk}/quality/weeks/")[1]["results"]
    assert (week["annotations"], week["items_with_overlap"]) == (3 * len(TRUTH), len(TRUTH))
    assert week["percent"] == pytest.approx((28 * 6 + 2 * 2) / (30 * 6))
