"""`manage.py simulate --offline`, and the numeric rehearsal behind it."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from annotation.simulation.offline import Arm
from annotation.simulation.offline_report import labels_to_reach, names
from annotation.simulation.picture import Curve, curves_svg
from modeling.rehearsal import Plan, Point, Pool, people, rehearse


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = [
        {"text": f"{'win a prize' if i % 4 == 0 else 'see you at'} {i}", "label": "spam" if i % 4 == 0 else "ham"}
        for i in range(200)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def pool(n: int = 300, n_classes: int = 3) -> Pool:
    rng = np.random.default_rng(0)
    true = rng.integers(n_classes, size=n + 200)
    X = (np.eye(n_classes, 8)[true] + 0.4 * rng.normal(size=(n + 200, 8))).astype(np.float32)
    return Pool(X[:n], true[:n], X[n:], true[n:], n_classes)


def plan(strategy: str, *, overlap: int = 1, n_people: int = 4, noise: float = 0.1, n_labels: int = 90) -> Plan:
    shares = people(n_people, noise=noise, n_spammers=0, n_classes=3)
    return Plan(strategy, shares, overlap, n_labels, step=30)


@pytest.mark.parametrize("strategy", ["team", "random", "margin", "badge", "variance_reduction", "core_set"])
def test_strategies_learn(strategy: str) -> None:
    points = list(rehearse(pool(), plan(strategy), rng=np.random.default_rng(1)))
    assert all(point.n_labels >= least for point, least in zip(points, (30, 60, 90), strict=True))
    assert points[-1].accuracy > 0.8


def test_one_seed_is_one_result() -> None:
    first, again = (list(rehearse(pool(), plan("team"), rng=np.random.default_rng(1))) for _ in range(2))
    assert first == again


def test_answers_are_counted_and_the_pool_can_run_out() -> None:
    points = list(rehearse(pool(), plan("random", overlap=3), rng=np.random.default_rng(0)))
    assert 90 <= points[-1].n_labels <= 92
    small = list(rehearse(pool(n=20), plan("team"), rng=np.random.default_rng(0)))
    assert small[-1].n_labels == 20


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no strategy 'magic'"):
        next(rehearse(pool(), plan("magic"), rng=np.random.default_rng(0)))
    with pytest.raises(ValueError, match="5 answers an item"):
        next(rehearse(pool(), plan("team", overlap=5), rng=np.random.default_rng(0)))


def test_people_differ_and_spammers_guess() -> None:
    assert people(3, noise=0.2, n_spammers=1, n_classes=4) == pytest.approx([0.1, 0.2, 0.75])
    assert people(1, noise=0.2, n_spammers=0, n_classes=2) == pytest.approx([0.1])


def test_names_tell_what_differs_and_means_go_over_seeds() -> None:
    arms = [Arm("team", "pool", 1, 4), Arm("team", "pool", 3, 4)]
    assert names(arms) == ["overlap 1", "overlap 3"]
    arms[0].runs = [[Point(30, 0.7, 0.5), Point(60, 0.9, 0.6)], [Point(32, 0.8, 0.5)]]
    assert arms[0].mean("accuracy") == [(31, 0.75, 0.7, 0.8)], "as far as every run goes"
    assert labels_to_reach(arms[0], "accuracy", 0.75) == 31
    assert labels_to_reach(arms[1], "accuracy", 0.75) is None


def test_the_picture_is_well_formed_whatever_it_shows() -> None:
    curves = [Curve("a <b> & c", [(10, 0.5, 0.4, 0.6), (20, 0.9, 0.8, 1.0)]), Curve("nothing", [])]
    root = ElementTree.fromstring(curves_svg(curves, title="<x>", measure="accuracy"))
    assert "a <b> & c" in [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    ElementTree.fromstring(curves_svg([], title="", measure=""))


def test_many_curves_stay_apart_and_inside_the_picture() -> None:
    points = [(10, 0.5, 0.4, 0.6), (20, 0.9, 0.8, 1.0)]
    curves = [Curve(f"a strategy with a long name · pool · overlap 3 · {n} people", points) for n in range(30)]
    root = ElementTree.fromstring(curves_svg([*curves, Curve("not run", [])], title="", measure=""))
    lines = [one for one in root if one.tag.endswith("polyline")]
    assert len({(one.get("stroke"), one.get("stroke-dasharray")) for one in lines}) == 30
    names = [one for one in root if one.tag.endswith("text") and str(one.text).startswith("a strategy")]
    assert max(float(one.get("y", 0)) for one in names) < float(root.get("height", 0))
    assert max(float(one.get("x", 0)) + 6 * len(str(one.text)) for one in names) < float(root.get("width", 0))
    assert "not run" in [one.text for one in root]


def test_the_command_compares_prints_and_writes(data, tmp_path):
    np.save(tmp_path / "vectors.npy", np.random.default_rng(0).normal(size=(200, 5)).astype(np.float16))
    out = io.StringIO()
    call_command(
        "simulate", str(data), offline=True, strategies="team,random",
        representations=f"pool,{tmp_path / 'vectors.npy'}",
        overlaps="1,2", teams="3", labels=40, step=20, seeds=1, json=tmp_path / "figures.json", svg=tmp_path / "c.svg",
        stdout=out,
    )  # fmt: skip
    assert "team · pool · overlap 1, seed 1 of 1: accuracy" in out.getvalue()
    assert "random · vectors.npy · overlap 2 " in out.getvalue(), "without its folder"
    assert "s to go" in out.getvalue()
    arms = json.loads((tmp_path / "figures.json").read_text())["arms"]
    assert len(arms) == 8
    assert all(arm["seeds"] == 1 and arm["curves"]["accuracy"] for arm in arms)
    ElementTree.parse(tmp_path / "c.svg")
    assert "one run each" in (tmp_path / "c.svg").read_text()
    assert "seeds" not in out.getvalue()


def test_tfidf_is_learned_from_the_rows_and_checkpoints_stand_at_every_step(data):
    out = io.StringIO()
    call_command("simulate", str(data), offline=True, representations="tfidf", teams="12", labels=80, step=25, seeds=1,
                 stdout=out)  # fmt: skip
    assert "tfidf: vectors of 1" in out.getvalue()
    points = list(rehearse(pool(), plan("random", n_people=12, n_labels=90), rng=np.random.default_rng(0)))
    assert [point.n_labels for point in points] == [34, 70, 90], "12 at a time, from 10 on: no step is put off"


def test_time_is_bounded(data):
    out = io.StringIO()
    call_command("simulate", str(data), offline=True, limit=0.0, labels=40, stdout=out)
    assert "Time is up" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "or give --offline"),
        ({"offline": True, "strategies": "magic"}, "no strategy 'magic'"),
        ({"offline": True, "strategies": ","}, "this would be 0"),
        ({"offline": True, "seeds": 10_000}, "this would be 20000"),
        ({"offline": True, "overlaps": "x"}, "whole numbers"),
        ({"offline": True, "overlaps": "9", "teams": "3"}, "can be more than the people"),
        ({"offline": True, "spammers": 7}, "can be more than the people"),
        ({"offline": True, "strategies": "max_loss"}, "for one class of several"),
        ({"offline": True, "limit": float("nan")}, "--limit is a number of seconds"),
        ({"offline": True, "seeds": 0}, "--seeds must be at least 1"),
        ({"offline": True, "json": Path("/nowhere/figures.json")}, "--json /nowhere/figures.json cannot be written"),
        ({"offline": True, "svg": Path("/")}, "--svg / cannot be written"),
        ({"offline": True, "representations": "encoder:/nowhere"}, "no such folder"),
        ({"url": "http://x", "username": "x", "password": "x", "representations": "a.npy"}, "pool and tfidf only"),
        ({"offline": True, "representations": "nowhere.npy"}, "neither 'pool' nor"),
    ],
)
def test_bad_options_are_named(data, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("simulate", str(data), stdout=io.StringIO(), **options)
