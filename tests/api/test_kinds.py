"""Every kind of question from the project to the export, through the API; the lanes are run by hand."""

import json
import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.api import answers
from annotation.models import Consensus, ModelVersion, Project, QueueEntry, Topic, WorkLane
from annotation.operations import learning, quality, represent
from annotation.operations.outbox import request_work, run_lane
from annotation.operations.transfer import run_job
from tests.api.conftest import Client
from tests.factories import make_member, make_user

WORDS = {
    "money": ["invoice", "refund", "payment", "charge", "receipt", "price"],
    "parcel": ["courier", "tracking", "delivery", "doorstep", "box", "parcel"],
}
LANES = {
    Topic.REPRESENT: represent.build_features,
    Topic.LEARN: learning.train_model,
    Topic.SCORE: learning.score_pool,
    Topic.QUALITY: quality.infer_quality,
}


def about(rng: random.Random, *subjects: str) -> str:
    words = [word for subject in subjects for word in rng.choices(WORDS[subject], k=4)]
    rng.shuffle(words)
    return " ".join(words)


class Desk:
    """A project of one kind with its owner and annotators."""

    def __init__(self, owner: Client, kind: str, classes: list[Any], **settings: Any) -> None:
        self.owner = owner
        body = {"name": kind, "kind": kind, "classes": classes, "settings": {"gold_rate": 0.0} | settings}
        status, self.project = owner.call("POST", "projects/", body)
        assert status == 201, self.project
        self.path = f"projects/{self.project['id']}/"
        self.row = Project.objects.get(pk=self.project["id"])
        self.people = [Client(make_member(self.row, user=make_user(f"{kind}-{place}"))) for place in range(2)]

    def add(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        status, added = self.owner.call("POST", f"{self.path}items/", {"items": rows})
        assert status == 200, added
        return added

    def lease(self, person: Client | None = None) -> dict[str, Any]:
        status, body = (person or self.people[0]).call("POST", f"{self.path}assignments/", {"count": 1})
        assert status == 200
        return body["assignments"][0]

    def answer(self, lease: dict[str, Any], value: Any, person: Client | None = None) -> tuple[int, Any]:
        return (person or self.people[0]).call("PUT", f"assignments/{lease['id']}/annotation/", {"value": value})

    def work(self, *topics: Topic) -> None:
        for topic in topics or LANES:
            WorkLane.objects.filter(project=self.row, topic=topic).update(
                not_before=None
            )  # no rest after the last time
            run_lane(project_id=self.row.pk, topic=topic, operation=LANES[topic])

    def get(self, what: str) -> Any:
        status, body = self.owner.call("GET", f"{self.path}{what}/")
        assert status == 200, body
        return body

    def export(self, form: str = "jsonl") -> str:
        status, job = self.owner.call("POST", f"{self.path}exports/", {"format": form})
        assert status == 202, job
        assert run_job(job["id"])
        response = self.owner.http.get(f"/api/v1/exports/{job['id']}/file/")
        return b"".join(response.streaming_content).decode()

    def upload(self, name: str, content: str, mapping: dict[str, Any]) -> dict[str, Any]:
        file = SimpleUploadedFile(name, content.encode())
        url = f"/api/v1/{self.path}imports/"
        response = self.owner.http.post(url, {"file": file, "mapping": json.dumps(mapping)}, format="multipart")
        assert response.status_code == 202, response.json()
        assert run_job(response.json()["id"])
        return self.owner.call("GET", f"jobs/{response.json()['id']}/")[1]


pytestmark = pytest.mark.django_db(transaction=True)

TWO = ["money", "parcel"]
POINTS = ["1", "2", "3"]
# kind, classes, an item's data, two answers, a wrong answer with its place
EVERY = [
    ("choice", TWO, {"text": "a text"}, {"class": "money"}, {"class": "parcel"}, {"class": "no such"}, "value.class"),
    (
        "multichoice", TWO, {"text": "a text"}, {"classes": ["money", "parcel"]}, {"classes": []},
        {"classes": ["money", "no such"]}, "value.classes.1",
    ),
    (
        "boxes", TWO, {"image": "street.png", "width": 640, "height": 480},
        {"boxes": [{"x": 1, "y": 2, "width": 30.5, "height": 40, "class": "money"}]}, {"boxes": []},
        {"boxes": [{"x": 639, "y": 2, "width": 30, "height": 40, "class": "money"}]}, "value.boxes.0.width",
    ),
    (
        "spans", TWO, {"text": "👋🏽 a text"}, {"spans": [{"start": 0, "end": 2, "class": "money"}]}, {"spans": []},
        {"spans": [{"start": 0, "end": 10, "class": "money"}]}, "value.spans.0.end",
    ),
    ("rating", POINTS, {"text": "a text"}, {"rating": 1}, {"rating": 3}, {"rating": 4}, "value.rating"),
    ("text", [], {"text": "a text"}, {"text": "A summary."}, {"text": "Another."}, {"text": " "}, "value.text"),
    (
        "pairwise", [], {"texts": ["one", "two"]}, {"preferred": 1}, {"preferred": 0},
        {"preferred": 2}, "value.preferred",
    ),
]  # fmt: skip
every_kind = pytest.mark.parametrize(
    ("kind", "classes", "data", "value", "other", "wrong", "place"), EVERY, ids=[one[0] for one in EVERY]
)


@every_kind
class TestEveryKind:
    def test_from_the_item_to_the_export(self, owner, kind, classes, data, value, other, wrong, place):
        desk = Desk(owner, kind, classes, overlap=2)
        added = desk.add([{"external_id": "a", "data": data}, {"external_id": "b", "data": {"nothing": 1}}])
        assert (added["created"], [error["index"] for error in added["errors"]]) == (1, [1])
        first, second = desk.people
        lease = desk.lease(first)
        assert lease["item"]["data"] == data

        status, body = desk.answer(lease, wrong, first)
        assert (status, list(body["error"]["fields"])) == (422, [place])
        status, stored = desk.answer(lease, value, first)
        assert (status, stored["value"], stored["revision"]) == (201, value, 1)
        assert desk.answer(lease, value, first)[1]["revision"] == 1
        assert desk.answer(lease, other, first)[1]["revision"] == 2
        assert desk.answer(lease, value, first)[1]["revision"] == 3
        assert desk.answer(desk.lease(second), value, second)[0] == 201

        desk.work()
        (row,) = map(json.loads, desk.export().splitlines())
        assert row["data"] == data
        assert [one["value"] for one in row["annotations"]] == [value, value]
        assert row["consensus"]["value"] == value
        assert row["consensus"]["status"] in ("agreed", "doubtful")
        agreement = desk.get("agreement")
        assert (agreement["items_with_overlap"], agreement["percent"]) == (1, 1.0)
        assert agreement.keys() >= set(answers.Agreement().fields)
        assert desk.get("model")["labels_behind"] == 0
        assert len(desk.export("csv").splitlines()) == 3
        assert desk.get("annotators")["results"][0]["annotations"] == 1
        assert desk.get("flags")["results"] == []

    def test_gold_existing_answers_and_predictions_come_in(
        self, owner, kind, classes, data, value, other, wrong, place
    ):
        desk = Desk(owner, kind, classes)
        name = desk.people[0].user.username
        added = desk.add([
            {"external_id": "gold", "data": data, "gold": value},
            {"external_id": "said", "data": data, "annotations": [{"annotator": name, "value": value}]},
            {"external_id": "guess", "data": data, "predictions": [{"model": "m", "value": other}]},
            {"external_id": "bad", "data": data, "gold": wrong},
        ])  # fmt: skip
        assert (added["created"], [error["field"] for error in added["errors"]]) == (3, ["gold"])
        desk.work(Topic.QUALITY)
        assert [row.value for row in Consensus.objects.filter(project=desk.row)] == [value]


def test_what_people_disagree_about_is_graded(owner):
    """Two of three name the same classes: the set of the majority, agreement between nothing and all, a flag."""
    desk = Desk(owner, "multichoice", ["a", "b", "c"], overlap=3)
    desk.people.append(Client(make_member(desk.row, user=make_user("third"))))
    desk.add([{"external_id": str(n), "data": {"text": f"text {n}"}} for n in range(12)])
    for place, person in enumerate(desk.people):
        for _ in range(12):
            lease = desk.lease(person)
            right = {"classes": ["a", "b"] if int(lease["item"]["external_id"]) % 2 else ["c"]}
            assert desk.answer(lease, right if place < 2 else {"classes": ["b"]}, person)[0] == 201
    desk.work(Topic.QUALITY)
    believed = {row.item.external_id: row.value["classes"] for row in Consensus.objects.select_related("item")}
    assert believed["1"] == ["a", "b"]
    assert believed["2"] == ["c"]
    agreement = desk.get("agreement")
    assert 0.3 < agreement["percent"] < 0.8
    assert (
        agreement["coefficients"]["krippendorff_alpha"]["low"]
        <= agreement["coefficients"]["krippendorff_alpha"]["value"]
    )
    assert agreement["coefficients"]["cohen_kappa"]["undefined_because"]
    people = {
        one["username"]: one["accuracy"]["estimate"] for one in desk.get("annotators")["results"] if one["accuracy"]
    }
    assert people["third"] == min(people.values())
    flags = owner.call("GET", f"{desk.path}flags/?kind=label_suspect")[1]["results"]
    assert {flag["annotator"] for flag in flags} == {"third"}
    assert flags[0]["evidence"]["expected_value"] in ({"classes": ["c"]}, {"classes": ["a", "b"]})
    before = list(Consensus.objects.values_list("updated_at", flat=True))
    request_work(project_id=desk.row.pk, topic=Topic.QUALITY)
    desk.work(Topic.QUALITY)
    assert list(Consensus.objects.values_list("updated_at", flat=True)) == before, "the same votes write nothing"


class TestLearning:
    def test_multichoice_learns_every_class_for_itself(self, owner):
        rng = random.Random(1)
        desk = Desk(owner, "multichoice", ["money", "parcel", "never"], random_rate=0.3, suggestions="shown")
        sets = [["money"], ["parcel"], ["money", "parcel"]]
        truth = {str(n): sets[n % 3] for n in range(90)}
        desk.add([{"external_id": n, "data": {"text": about(rng, *subjects)}} for n, subjects in truth.items()])
        for _ in range(60):
            lease = desk.lease()
            desk.answer(lease, {"classes": truth[lease["item"]["external_id"]]})
        desk.work(Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
        model = desk.get("model")
        assert (model["version"], model["labels_behind"], model["performance"]["metric"]) == (1, 0, "f1_micro")
        assert model["performance"]["estimate"] > 0.8
        version = ModelVersion.objects.get(project=desk.row)
        assert version.metrics["labeled_counts"][2] == 0
        queue = desk.get("queue")
        assert queue["version"] == 1
        assert {entry["reason"]["kind"] for entry in queue["entries"]} <= {"uncertain", "rare", "shuffle"}
        said = [one.reason["suggested"] for one in QueueEntry.objects.served().filter(project=desk.row, stream="model")]
        assert said, "not all of it is drawn at random: two of the three classes are known"
        assert all(set(one["value"]["classes"]) <= {"money", "parcel", "never"} for one in said)
        assert all(0.125 <= one["probability"] <= 1 for one in said)
        items = [{"text": about(rng, "money")}, {"text": about(rng, "money", "parcel")}]
        status, body = owner.call("POST", f"{desk.path}predict/", {"items": items})
        assert status == 200
        money, both = body["predictions"]
        assert both["probabilities"]["parcel"] > money["probabilities"]["parcel"] + 0.2
        assert both["probabilities"]["never"] < 0.2
        for one in (money, both):
            assert one["classes"] == [name for name, p in one["probabilities"].items() if p > 0.5]
        assert desk.get("learning-curve")["points"][0]["metric"] == "f1_micro"

    def test_ratings_keep_their_order(self, owner):
        rng = random.Random(2)
        desk = Desk(owner, "rating", [], random_rate=0.3)
        assert [one["name"] for one in desk.project["classes"]] == ["1", "2", "3", "4", "5"]
        subjects = {1: ["money"] * 3, 2: ["money"] * 2 + ["parcel"], 4: ["money"] + ["parcel"] * 2, 5: ["parcel"] * 3}
        truth = {str(n): (1, 2, 4, 5)[n % 4] for n in range(120)}
        desk.add([{"external_id": n, "data": {"text": about(rng, *subjects[point])}} for n, point in truth.items()])
        for _ in range(80):
            lease = desk.lease()
            desk.answer(lease, {"rating": truth[lease["item"]["external_id"]]})
        desk.work(Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
        assert desk.get("model")["performance"]["metric"] == "closeness"
        assert desk.get("model")["performance"]["estimate"] > 0.75
        assert desk.get("queue")["version"] == 1
        items = [{"text": about(rng, *subjects[point])} for point in (1, 5)]
        low, high = owner.call("POST", f"{desk.path}predict/", {"items": items})[1]["predictions"]
        assert low["expected"] + 1 < high["expected"]
        assert low["low"] <= low["expected"] <= low["high"]
        assert abs(sum(low["probabilities"].values()) - 1) < 1e-3
        assert low["rating"] in (1, 2)

    def test_a_preference_turns_with_its_sides(self, owner):
        rng = random.Random(3)
        desk = Desk(owner, "pairwise", [], random_rate=0.3)
        better = {str(n): n % 2 for n in range(80)}
        sides = [("money", "parcel"), ("parcel", "money")]
        desk.add([
            {"external_id": n, "data": {"texts": [about(rng, one) for one in sides[side]]}}
            for n, side in better.items()
        ])  # fmt: skip
        for _ in range(50):
            lease = desk.lease()
            desk.answer(lease, {"preferred": better[lease["item"]["external_id"]]})
        desk.work(Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
        assert desk.get("model")["performance"]["metric"] == "accuracy"
        assert desk.get("queue")["version"] == 1
        assert " ⇄ " in desk.get("queue")["entries"][0]["text"]
        pair = [about(rng, "money"), about(rng, "parcel")]
        items = [{"texts": pair}, {"texts": pair[::-1]}]
        one, turned = owner.call("POST", f"{desk.path}predict/", {"items": items})[1]["predictions"]
        assert (one["preferred"], turned["preferred"]) == (0, 1)
        assert one["probabilities"]["first"] == pytest.approx(turned["probabilities"]["second"], abs=1e-4)
        assert owner.call("POST", f"{desk.path}predict/", {"items": [{"text": "x"}]})[0] == 400

    @pytest.mark.parametrize(("kind", "data"), [("text", {"text": "x"}), ("boxes", {"image": "x.png"})])
    def test_no_model_of_ours_says_so(self, owner, kind, data):
        desk = Desk(owner, kind, ["car"] if kind == "boxes" else [])
        desk.add([{"external_id": str(n), "data": data} for n in range(3)])
        desk.answer(desk.lease(), {"boxes": []} if kind == "boxes" else {"text": "said"})
        desk.work()
        model = desk.get("model")
        assert (model["version"], model["labels_behind"]) == (None, 0)
        assert kind in model["version_because"]
        queue = desk.get("queue")
        assert (queue["version"], queue["entries"][0]["reason"]) == (0, {"kind": "shuffle"})
        status, refused = owner.call("POST", f"{desk.path}predict/", {"items": [{"text": "x"}]})
        assert (status, refused["error"]["message"]) == (409, model["version_because"])
        assert desk.get("learning-curve")["advice"]["text"] == model["version_because"]
        worth = desk.get("quality/export")
        assert (worth["low"], worth["high"]) == (None, None)
        assert "right in part" in worth["undefined_because"]


class TestFiles:
    @pytest.mark.parametrize(
        ("kind", "classes", "cells", "values"),
        [
            (
                "multichoice", TWO, ["money; parcel", "", '["parcel"]', "no such"],
                [{"classes": ["money", "parcel"]}, {"classes": ["parcel"]}],
            ),
            ("rating", POINTS, ["1", "", "3", "4"], [{"rating": 1}, {"rating": 3}]),
            ("text", [], ["said", "", "{said}", "\x00"], [{"text": "said"}, {"text": "{said}"}]),
            ("choice", TWO, [" money ", " ", "parcel", "no such"], [{"class": "money"}, {"class": "parcel"}]),
        ],
    )  # fmt: skip
    def test_a_column_of_answers(self, owner, kind, classes, cells, values):
        desk = Desk(owner, kind, classes)
        quoted = (cell.replace('"', '""') for cell in cells)
        lines = [f'text {n},"{cell}"' for n, cell in enumerate(quoted)]
        job = desk.upload("rows.csv", "\n".join(["text,said", *lines]), {"text": "text", "annotation": "said"})
        assert (job["result"]["created"], job["n_errors"]) == (3, 1)
        desk.work(Topic.QUALITY)
        found = Consensus.objects.filter(project=desk.row).order_by("item_id")
        assert [row.value for row in found] == values

    def test_two_columns_of_texts(self, owner):
        desk = Desk(owner, "pairwise", [])
        content = "one,other,better\na,b,first\nc,d,1\ne,f,neither\n,g,0"
        job = desk.upload("p.csv", content, {"text": "one", "second_text": "other", "gold": "better"})
        assert (job["result"]["created"], job["n_errors"]) == (2, 2)
        lines = '{"texts": ["h", "i"]}\n{"data": {"texts": ["j", "k"]}, "gold": {"preferred": 0}}'
        assert desk.upload("p.jsonl", lines, {})["result"]["created"] == 2


ANY = {"If-Match": "*"}


def test_classes_change_while_people_label(owner):
    """Renamed, merged and taken away through the API: whoever has not seen it yet is told."""
    desk = Desk(owner, "multichoice", ["a", "b", "c"])
    desk.add([{"external_id": str(n), "data": {"text": f"text {n}"}} for n in range(2)])
    lease = desk.lease()
    assert desk.answer(lease, {"classes": ["a", "b", "c"]})[0] == 201
    change = {"classes": [{"name": "A", "was": "a"}, "b", "c"], "schema_version": 1}
    status, project = owner.call("PATCH", desk.path, change)
    assert (status, project["schema_version"]) == (200, 2)
    assert [one["key"] for one in project["classes"]] == ["1", "2", "3"]
    assert owner.call("PATCH", desk.path, change)[0] == 409

    path, person = f"assignments/{lease['id']}/annotation/", desk.people[0]
    stale = {"value": {"classes": ["A"]}, "schema_version": 1}
    status, body = person.call("PUT", path, stale)
    assert (status, body["error"]["code"]) == (409, "stale_schema")
    assert person.call("PUT", path, {"value": {"classes": ["A", "b", "c"]}})[1]["revision"] == 1
    mine = person.call("GET", f"{desk.path}my/annotations/")[1]["results"]
    assert mine[0]["value"] == {"classes": ["A", "b", "c"]}

    merging = {"classes": ["b"], "into": "A", "schema_version": 2}
    status, project = owner.call("POST", f"{desk.path}classes/merge/", merging, **ANY)
    assert (status, [one["name"] for one in project["classes"]]) == (200, ["A", "c"])
    assert owner.call("POST", f"{desk.path}classes/merge/", merging, **ANY)[0] == 409
    assert owner.call("POST", f"{desk.path}classes/merge/", {"classes": ["b"], "into": "A"}, **ANY)[0] == 200
    assert owner.call("POST", f"{desk.path}classes/merge/", {"classes": ["z"], "into": "A"}, **ANY)[0] == 422
    desk.work(Topic.QUALITY)
    (row,) = map(json.loads, desk.export().splitlines())
    assert row["annotations"][0]["value"] == row["consensus"]["value"] == {"classes": ["A", "c"]}
    assert owner.call("PATCH", desk.path, {"classes": ["A"]})[1]["schema_version"] == 4
    desk.work(Topic.QUALITY)
    assert Consensus.objects.get().value == {"classes": ["A"]}
