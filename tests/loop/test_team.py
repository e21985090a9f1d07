"""A simulated team drives the whole service through the API: web, broker, worker, schedule, PostgreSQL."""

import json
import random
import threading
import urllib.request
from collections import Counter

import pytest

from tests.stack import Program, Stack, eventually

N_ITEMS, N_PEOPLE, N_LABELS = 240, 4, 100
SUBJECTS = [
    "invoice",
    "refund",
    "payment",
    "charge",
    "receipt",
    "parcel",
    "courier",
    "tracking",
    "delivery",
    "doorstep",
]
FILLERS = ["please", "today", "again", "my", "the", "still", "about", "since", "monday", "kindly", "question", "order"]

pytestmark = pytest.mark.alone


def texts(rng: random.Random) -> list[tuple[str, str]]:
    """Returns (text, class): the class follows from one word among fillers."""
    found = []
    for _ in range(N_ITEMS):
        place = rng.randrange(len(SUBJECTS))
        words = [
            *rng.choices(FILLERS, k=7),
            SUBJECTS[place],
            *rng.choices(SUBJECTS[:5] if place < 5 else SUBJECTS[5:], k=1),
        ]
        rng.shuffle(words)
        found.append((" ".join(words), "billing" if place < 5 else "shipping"))
    return found


@pytest.fixture(scope="module")
def worked(stack: Stack):
    """A project that four people (one answers at random) have labelled, and what they were told."""
    admin, rng = stack.client(), random.Random(7)
    rows = texts(rng)
    project = admin.want("POST", "projects/", {
        "name": "Loop", "kind": "choice", "classes": ["billing", "shipping"],
        "settings": {"overlap": 2, "random_rate": 0.2, "gold_rate": 0.0},
    })["id"]  # fmt: skip
    path = f"projects/{project}/"
    items = [{"external_id": str(place), "data": {"text": text}} for place, (text, _) in enumerate(rows)]
    assert admin.want("POST", f"{path}items/", {"items": items})["created"] == N_ITEMS
    people = []
    for place in range(N_PEOPLE):
        name, password = f"loop-{place}", f"pw-{rng.getrandbits(60):x}"
        admin.want("POST", f"{path}members/", {"username": name, "role": "annotator", "password": password})
        people.append(stack.client(name, password))
    told: dict[tuple[str, int], str] = {}

    def work(place: int, person: Program) -> None:
        mine = random.Random(place)
        for _ in range(N_LABELS // N_PEOPLE):
            (lease,) = person.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
            item = lease["item"]["external_id"]
            truth = rows[int(item)][1]
            chosen = mine.choice(["billing", "shipping"]) if place == 0 else truth
            person.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": chosen}, "seconds": 3})
            told[item, place] = chosen

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return stack, admin, path, rows, told


def test_every_label_was_taken(worked):
    *_, told = worked
    assert len(told) == N_LABELS
    assert max(Counter(item for item, _ in told).values()) == 2


def test_the_model_catches_up_and_predicts(worked):
    stack, admin, path, rows, _ = worked
    model = eventually(lambda: (m := admin.want("GET", f"{path}model/"))["labels_behind"] == 0 and m["version"] and m)
    assert model, stack.log("worker")
    answer = admin.want("POST", f"{path}predict/", {"items": [{"text": text} for text, _ in rows]})
    right = sum(one["class"] == label for one, (_, label) in zip(answer["predictions"], rows, strict=True))
    assert right / len(rows) > 0.8
    assert all(abs(sum(one["probabilities"].values()) - 1) < 1e-3 for one in answer["predictions"])


def test_the_queue_is_published_with_reasons(worked):
    _, admin, path, *_ = worked
    queue = eventually(lambda: (q := admin.want("GET", f"{path}queue/"))["version"] and q)
    assert queue["entries"]
    assert {one["reason"]["kind"] for one in queue["entries"]} <= {"uncertain", "rare", "shuffle"}
    assert [one["rank"] for one in queue["entries"]] == sorted(one["rank"] for one in queue["entries"])


def test_people_and_agreement_are_measured(worked):
    _, admin, path, _, told = worked
    counts = Counter(item for item, _ in told)
    doubled = sum(n == 2 for n in counts.values())
    page = eventually(lambda: (p := admin.want("GET", f"{path}agreement/"))["items_with_overlap"] == doubled and p)
    assert page["coefficients"]["krippendorff_alpha"]["value"] is not None
    people = {one["username"]: one for one in admin.want("GET", f"{path}annotators/")["results"]}
    skill = {name: people[name]["accuracy"]["estimate"] for name in (f"loop-{n}" for n in range(N_PEOPLE))}
    assert min(skill, key=skill.get) == "loop-0"


def test_the_export_holds_every_vote(worked):
    _, admin, path, _, told = worked
    job = admin.want("POST", f"{path}exports/", {"format": "jsonl"})["id"]
    assert eventually(lambda: admin.want("GET", f"jobs/{job}/")["status"] == "done")
    request = urllib.request.Request(
        f"{admin.url}/api/v1/exports/{job}/file/", headers={"Authorization": f"Token {admin.token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as lines:
        rows = [json.loads(line) for line in lines]
    votes = {
        (row["external_id"], int(one["annotator"].removeprefix("loop-"))): one["value"]["class"]
        for row in rows
        for one in row["annotations"]
    }
    assert votes == told
    assert all(one["stream"] and 0 < one["probability"] <= 1 for row in rows for one in row["annotations"])
