"""`manage.py simulate` against a real server, and its kind words when something is missing."""

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Annotation, Project
from annotation.simulation import arm, report
from annotation.simulation.arm import Outcome, Point
from annotation.simulation.dataset import SimulationError, load
from tests.factories import make_user

ROWS = [
    {"text": f"{'win a prize' if i % 4 == 0 else 'see you at'} {i}", "label": "spam" if i % 4 == 0 else "ham"}
    for i in range(80)
]


FLAGS = dict.fromkeys(
    ("labels_flagged", "labels_flagged_right", "labels_wrong", "spammers", "spammers_found", "accused_wrongly"), 0
)


@pytest.fixture
def data(tmp_path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def loaded(path: Path):
    return load(path, text="text", label="label", n_items=1000, seed=1)


def test_shapes_of_files_give_the_same_data(data, tmp_path):
    packed, table = tmp_path / "rows.jsonl.gz", tmp_path / "rows.csv"
    packed.write_bytes(gzip.compress(data.read_bytes()))
    table.write_text("label,text\n" + "".join(f"{row['label']},{row['text']}\n" for row in ROWS))
    assert loaded(data) == loaded(packed) == loaded(table)
    assert (loaded(data).classes, loaded(data).rarest) == (["ham", "spam"], "spam")
    assert not {example.text for example in loaded(data).test} & {example.text for example in loaded(data).pool}


def test_what_is_empty_or_equal_is_left_out_and_counted(data):
    assert loaded(data).n_left_out == 0
    again = [{"text": " ", "label": "ham"}, ROWS[0], ROWS[0] | {"label": "spam"}]
    data.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, *again]))
    found = loaded(data)
    assert (found.n_left_out, len(found.pool) + len(found.test)) == (3, len(ROWS))


def test_a_split_field_decides(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "".join(json.dumps(row | {"split": "test" if i < 10 else "train"}) + "\n" for i, row in enumerate(ROWS))
    )
    assert {example.name for example in loaded(path).test} == {f"row-{i}" for i in range(1, 11)}


@pytest.mark.parametrize("content", ["", "not json\n", '{"text": "a"}\n', '{"text": "a", "label": "x"}\n'])
def test_bad_files(tmp_path, content):
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    with pytest.raises(SimulationError, match="bad"):
        loaded(path)


def test_labels_saved():
    def outcome(strategy: str, *f1: float) -> Outcome:
        return Outcome(strategy, 1, [Point(25 * i, 0.0, value, 1, True) for i, value in enumerate(f1, 1)])

    rows = report.targets([outcome("team", 0.4, 0.81), outcome("random", 0.1, 0.5, 0.82)])
    assert {row["target"]: row["saved"] for row in rows} == {0.5: 0, 0.6: 25, 0.7: 25, 0.8: 25}


def test_a_target_reached_at_the_first_checkpoint_took_that_many_labels_at_most():
    def outcome(strategy: str, *accuracy: float) -> Outcome:
        points = [Point(26 * i, value, 0.0, 1, True) for i, value in enumerate(accuracy, 1)]
        return Outcome(strategy, 1, points)

    outcomes = [outcome("team", 0.55, 0.72), outcome("random", 0.52, 0.55, 0.71)]
    rows = report.targets(outcomes)
    assert [(row["target"], row["saved"], row["at_most"]) for row in rows] == [
        (0.5, None, ["team", "random"]), (0.6, 26, []), (0.7, 26, []),
    ]  # fmt: skip
    first, second, _ = report._targets(outcomes).splitlines()[2:]
    assert first.split() == ["accuracy", "0.50", "≤", "26", "≤", "26", "-"]
    assert second.split() == ["accuracy", "0.60", "52", "78", "26"]
    assert report._saved({"saved": 52, "at_most": ["team"]}, ["team", "random"]) == "≥ 52"


def test_more_than_two_arms_stand_below_each_other():
    arms = [
        Outcome(strategy, 1, [Point(25, 0.4, 0.1, 1, True), Point(50, accuracy, 0.2, 1, True)], flags=FLAGS)
        for strategy, accuracy in (("team", 0.72), ("random", 0.5), ("margin", 0.6))
    ]
    lines = report.text(arms, "spam").splitlines()
    shown = [line.split() for line in lines]
    assert ["team", "0.400", "0.720"] in shown
    place = shown.index(["labels", "to", "accuracy", "0.50", "0.60", "0.70"])
    assert shown[place + 1 : place + 4] == [
        ["team", "50", "50", "50"], ["random", "50", "-", "-"], ["margin", "50", "50", "-"],
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_team_at_work(live_server, data, tmp_path, monkeypatch):
    """No worker runs here, so there is no model; everything else is real."""
    monkeypatch.setattr(arm, "CATCH_UP_SECONDS", 0.2)
    make_user("boss", password="a long password", is_superuser=True)
    out, figures = io.StringIO(), tmp_path / "figures.json"
    call_command(
        "simulate", str(data), url=live_server.url, username="boss", password="a long password", annotators=3,
        spammers=1, overlap=2, labels=30, step=10, compare="random", json=figures, stdout=out,
    )  # fmt: skip
    arms = json.loads(figures.read_text())["arms"]
    assert [(one["strategy"], one["labels"], one["flags"]["spammers"]) for one in arms] == [
        ("team", 30, 1),
        ("random", 30, 1),
    ]
    assert Annotation.objects.count() == 60
    assert set(Project.objects.filter(name__contains="random").values_list("strategy", "overlap")) == {("random", 2)}
    assert "30, " in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_teams_and_overlaps_are_compared_through_the_api_too(live_server, data, tmp_path, monkeypatch):
    monkeypatch.setattr(arm, "CATCH_UP_SECONDS", 0.2)
    make_user("boss", password="a long password", is_superuser=True)
    out = io.StringIO()
    call_command(
        "simulate", str(data), url=live_server.url, username="boss", password="a long password", strategies="random",
        overlaps="1,2", teams="2,3", labels=8, step=4, svg=tmp_path / "c.svg", stdout=out,
    )  # fmt: skip
    settings = Project.objects.filter(strategy="random").order_by("pk").values_list("overlap", flat=True)
    assert list(settings) == [1, 1, 2, 2]
    assert "overlap 2 · 3 people (project" in out.getvalue()
    assert "4 of 8 labels, no model yet" in out.getvalue()
    assert "overlap 1 · 2 people" in (tmp_path / "c.svg").read_text()


@pytest.mark.django_db(transaction=True)
def test_kind_words(live_server, data):
    def run(**options: object) -> None:
        given = {"url": live_server.url, "username": "nobody", "password": "wrong"}
        call_command("simulate", str(data), **(given | options))

    with pytest.raises(CommandError, match="does not let nobody in"):
        run()
    with pytest.raises(CommandError, match="No server answers"):
        run(url="http://127.0.0.1:1")
    with pytest.raises(CommandError, match="not an address"):
        run(url="localhost")
    with pytest.raises(CommandError, match="--overlap"):
        run(overlap=99)
