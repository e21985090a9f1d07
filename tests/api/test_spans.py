"""A project of spans through the API: marked by people, learned, predicted, suggested, measured."""

import random
from typing import Any

import pytest

from annotation.models import Topic
from annotation.operations import outbox
from tests.api.test_kinds import Desk

WHO = ["Anna", "Boris", "Clara", "Dmitri", "Eva", "Felix"]
WHERE = ["Paris", "Vienna", "Lagos", "Quito", "Osaka"]


@pytest.fixture(autouse=True)
def lanes_without_rest(monkeypatch):
    monkeypatch.setattr(outbox, "REST_SHARE", {})


def marked(text: str) -> dict[str, Any]:
    spans = [
        {"start": text.index(word), "end": text.index(word) + len(word), "class": name}
        for name, words in (("person", WHO), ("place", WHERE))
        for word in words
        if word in text
    ]
    return {"spans": sorted(spans, key=lambda span: span["start"])}


def rows(n: int) -> list[dict[str, Any]]:
    rng = random.Random(1)
    texts = [f"👩‍💻 no {place}: {rng.choice(WHO)} went to {rng.choice(WHERE)} by train" for place in range(n)]
    return [{"external_id": str(place), "data": {"text": text}} for place, text in enumerate(texts)]


@pytest.mark.django_db(transaction=True)
class TestSpans:
    def desk(self, owner: Any, **settings: Any) -> Desk:
        return Desk(owner, "spans", ["person", "place"], **settings)

    def test_from_marks_to_predictions_and_suggestions(self, owner):
        desk = self.desk(owner, random_rate=0.0)
        desk.add(rows(60))
        status, body = owner.call("POST", f"{desk.path}predict/", {"items": [{"text": "too early"}]})
        assert (status, body["error"]["code"]) == (409, "no_model")
        for _ in range(25):
            lease = desk.lease()
            assert lease["suggestion"] is None
            assert desk.answer(lease, marked(lease["item"]["data"]["text"]))[0] == 201
        desk.work()
        model = desk.get("model")
        assert (model["version"], model["labels_behind"]) == (1, 0)

        text = "👩‍💻 no 7: Greta went to Quito by train"
        items = [{"text": text}, {"text": ""}, {"text": "no names here"}]
        status, said = owner.call("POST", f"{desk.path}predict/", {"items": items})
        assert status == 200
        assert said["model_version"] == 1
        found = [
            {text[span["start"] : span["end"]]: span["class"] for span in one["spans"]} for one in said["predictions"]
        ]
        assert found[:2] == [{"Greta": "person", "Quito": "place"}, {}]
        assert all(0 < span["probability"] <= 1 for one in said["predictions"] for span in one["spans"])

        many = {"items": [{"text": text}, {"text": ""}] * 50}
        answered = owner.call("POST", f"{desk.path}predict/", many)[1]["predictions"]
        assert answered == [said["predictions"][0], said["predictions"][1]] * 50
        entry = desk.get("queue")["entries"][0]
        assert entry["reason"]["kind"] in ("unsure_spans", "rare")
        assert "suggested" not in entry["reason"]
        lease = desk.lease()
        suggested = lease["suggestion"]
        assert suggested["model"] == "version 1"
        assert suggested["value"] == marked(lease["item"]["data"]["text"])
        assert desk.answer(lease, suggested["value"])[0] == 201
        desk.work()
        assert desk.get("model")["version"] == 2
        assert desk.get("learning-curve")["points"] == []
        status, _ = owner.call("GET", f"{desk.path}learning-curve/?metric=entity_f1")
        assert status == 200

    def test_the_protected_sample_gives_f1_with_an_interval(self, owner):
        desk = self.desk(owner, random_rate=0.5)
        desk.add(rows(60))
        for _ in range(2):
            for _ in range(20):
                lease = desk.lease()
                desk.answer(lease, marked(lease["item"]["data"]["text"]))
            desk.work()
        performance = desk.get("model")["performance"]
        assert performance["metric"] == "entity_f1"
        assert performance["n"] >= 5
        assert 0 <= performance["low"] <= performance["estimate"] <= performance["high"] <= 1
        points = desk.get("learning-curve")["points"]
        assert {point["metric"] for point in points} == {"entity_f1"}

    def test_people_are_compared_span_by_span(self, owner):
        desk = self.desk(owner, overlap=2, random_rate=0.0)
        desk.add(rows(6))
        for _ in range(6):
            for place, person in enumerate(desk.people):
                lease = desk.lease(person)
                value = marked(lease["item"]["data"]["text"])
                if place:
                    value["spans"][0]["end"] -= 1
                desk.answer(lease, value, person)
        desk.work(Topic.QUALITY)
        coefficients = desk.get("agreement")["coefficients"]
        assert coefficients["span_f1_exact"]["value"] == 0.5
        assert coefficients["span_f1_relaxed"]["value"] == 1.0
        assert 0 < coefficients["krippendorff_alpha"]["value"] < 1
