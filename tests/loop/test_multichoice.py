"""Several classes an item through the running service: answered, trained by a real worker, asked, predicted."""

import random

import pytest

from tests.stack import Stack, eventually

WORDS = {
    "money": ["invoice", "refund", "payment", "charge", "receipt"],
    "parcel": ["courier", "tracking", "delivery", "doorstep", "box"],
}
SETS = [["money"], ["parcel"], ["money", "parcel"]]

pytestmark = pytest.mark.alone


def about(rng: random.Random, subjects: list[str]) -> str:
    words = [word for subject in subjects for word in rng.choices(WORDS[subject], k=4)]
    rng.shuffle(words)
    return " ".join(words)


def test_sets_of_classes_are_learned(stack: Stack):
    admin, rng = stack.client(), random.Random(3)
    project = admin.want("POST", "projects/", {
        "name": "Several", "kind": "multichoice", "classes": list(WORDS),
        "settings": {"gold_rate": 0.0, "random_rate": 0.2},
    })["id"]  # fmt: skip
    path = f"projects/{project}/"
    truth = {str(n): SETS[n % 3] for n in range(90)}
    items = [{"external_id": name, "data": {"text": about(rng, subjects)}} for name, subjects in truth.items()]
    assert admin.want("POST", f"{path}items/", {"items": items})["created"] == 90
    for _ in range(45):
        (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
        value = {"classes": truth[lease["item"]["external_id"]]}
        admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": value, "seconds": 2})
    model = eventually(lambda: (m := admin.want("GET", f"{path}model/"))["labels_behind"] == 0 and m["version"] and m)
    assert model, stack.log("worker")
    asked = [(about(rng, subjects), subjects) for subjects in SETS * 10]
    said = admin.want("POST", f"{path}predict/", {"items": [{"text": text} for text, _ in asked]})["predictions"]
    right = sum(
        (name in one["classes"]) == (name in true) for one, (_, true) in zip(said, asked, strict=True) for name in WORDS
    )
    assert right / (len(asked) * len(WORDS)) > 0.8
    queue = eventually(lambda: (q := admin.want("GET", f"{path}queue/"))["version"] and q)
    assert {one["reason"]["kind"] for one in queue["entries"]} <= {"uncertain", "rare", "shuffle"}
