"""A downloaded model says what predict/ says, with NumPy alone."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from sklearn.datasets import load_digits

from annotation.kinds import KINDS
from annotation.models import Project, Role, Topic
from annotation.operations.predicted_answers import answers_of
from annotation.operations.prediction import temperature_of
from annotation.operations.projects import change_project
from annotation.operations.transfer.items import add_items
from annotation.portable.scorer import Scorer
from annotation.portable.span_scorer import Scorer as SpanScorer
from annotation.stored import load_model
from annotation.vectors import load_pool
from modeling.encoders import LibraryEncoder
from modeling.linear import LinearModel, probabilities_of
from modeling.pool_fit import fit_pool
from tests.factories import make_item, make_member, make_project
from tests.modeling.test_encoders import _library  # noqa: F401 - a fixture
from tests.operations.kinds_world import CLASSES
from tests.operations.kinds_world import taught as taught_kind
from tests.operations.learning_world import answer, run, taught
from tests.pictures import data_url, png

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = ["claim your free prize, urgent offer", "sleep at home after dinner", "", "無料 🙂 naïve", "word " * 500]


@pytest.fixture
def world(client_of):
    project, _, _ = taught(n_items=40, n_labels=16)
    return project, client_of(make_member(project, role=Role.MANAGER)), f"projects/{project.pk}/"


def downloaded(manager, path: str, number: int = 1) -> bytes:
    response = manager.http.get(f"/api/v1/{path}models/{number}/download/")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/zip"
    assert "attachment" in response.headers["Content-Disposition"]
    return b"".join(response.streaming_content)


def unpacked(content: bytes, place: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(place)
    (folder,) = place.iterdir()
    return folder


def only_numpy(place: Path) -> dict[str, str]:
    """An environment in which Python finds its own library and NumPy, nothing else."""
    place.mkdir()
    packages = Path(np.__file__).parents[1]
    for name in ("numpy", "numpy.libs"):
        if (packages / name).exists():
            (place / name).symlink_to(packages / name)
    return {"PYTHONPATH": str(place), "OPENBLAS_NUM_THREADS": "1"}


def scored(folder: Path, packages: Path, lines: list[str], **more: str) -> list[dict[str, object]]:
    """What the scorer prints where nothing but NumPy can be imported."""
    environment = only_numpy(packages) | more
    for name in ("scipy", "django", "sklearn", "modeling"):
        found = subprocess.run([sys.executable, "-S", "-c", f"import {name}"], env=environment, cwd=folder)
        assert found.returncode != 0, f"{name} can be imported"
    done = subprocess.run(
        [sys.executable, "-S", "scorer.py"], input="".join(f"{line}\n" for line in lines), env=environment, cwd=folder,
        capture_output=True, text=True, encoding="utf-8", errors="surrogateescape",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_same(ours: list[dict[str, object]], theirs: list[dict[str, object]]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert one["class"] == other["class"]
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)


def test_the_same_probabilities_with_numpy_alone(world, tmp_path):
    _, manager, path = world
    folder = unpacked(downloaded(manager, path), tmp_path / "zip")
    status, said = manager.call("POST", f"{path}predict/", {"items": [{"text": text} for text in TEXTS]})
    assert status == 200
    assert_same(scored(folder, tmp_path / "packages", TEXTS), said["predictions"])


def test_a_console_that_is_not_utf_8_changes_nothing(world, tmp_path):
    _, manager, path = world
    folder = unpacked(downloaded(manager, path), tmp_path / "zip")
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(facts | {"classes": ["火腿", "spam 🙂"]}))
    lines = ["无料 claim your free prize", "sleep at home"]
    usual = scored(folder, tmp_path / "packages", lines)
    assert set(usual[0]["probabilities"]) == {"火腿", "spam 🙂"}
    assert scored(folder, tmp_path / "others", lines, PYTHONIOENCODING="latin-1") == usual
    # A byte that is no UTF-8 costs its character, not the answers to all other lines.
    found = scored(folder, tmp_path / "more", ["caf\udce9", *lines])
    assert found == scored(folder, tmp_path / "same", ["caf\ufffd", *lines])


def test_tfidf_scores_as_the_server_does(client_of, tmp_path):
    project, _, _ = taught(n_items=40, n_labels=16, representation="tfidf")
    manager, path = client_of(project.created_by), f"projects/{project.pk}/"
    said = manager.call("POST", f"{path}predict/", {"items": [{"text": text} for text in TEXTS]})[1]
    assert_same(
        scored(unpacked(downloaded(manager, path), tmp_path / "zip"), tmp_path / "n", TEXTS), said["predictions"]
    )


@pytest.mark.parametrize("kind", CLASSES)
def test_every_kind_scores_as_the_server_does(client_of, tmp_path, kind):
    project = taught_kind(kind)
    manager, path = client_of(project.created_by), f"projects/{project.pk}/"
    pairs = list(zip(TEXTS, reversed(TEXTS), strict=True))
    items = [{"texts": pair} for pair in pairs] if kind == "pairwise" else [{"text": text} for text in TEXTS]
    status, said = manager.call("POST", f"{path}predict/", {"items": items})
    assert status == 200
    lines = ["\t".join(pair) for pair in pairs] if kind == "pairwise" else TEXTS
    folder = unpacked(downloaded(manager, path), tmp_path / "zip")
    found = scored(folder, tmp_path / "packages", lines)
    if kind == "spans":
        assert any(one["spans"] for one in found)
        assert found == said["predictions"]
        assert "F1 of spans" in (folder / "README.md").read_text()
        return
    for one, other in zip(found, said["predictions"], strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
        if kind == "rating":
            assert one["class"] == str(other["rating"])


def test_a_rating_is_the_point_nearest_to_the_expected_one_as_predict_says():
    model = LinearModel(
        np.zeros((2, 1), dtype=np.float32), np.log([0.33 / 0.67, 0.53 / 0.47]).astype(np.float32), "ordinal"
    )
    facts = {"reads": "vectors", "temperature": 1, "representation": {"name": "external", "dimension": 2}}
    scorer = Scorer(["-1", "0", "5"], facts, model, {})
    odds = scorer.predict_proba([[1, 0]])
    [served] = answers_of(KINDS["rating"], scorer.classes, odds)
    assert scorer.predict([[1, 0]]) == [str(served["rating"])] != [scorer.classes[odds.argmax()]]


def test_pictures_are_scored_from_data_urls_and_files(client_of, tmp_path):
    digits = load_digits()
    chosen = np.flatnonzero(digits.target < 2)[:30]
    pictures = [png((16 * digits.images[row]).clip(0, 255).astype(np.uint8)[:, :, None]) for row in chosen]
    project = make_project(classes=("0", "1"), representation="image")
    rows = [{"data": {"image": data_url(picture)}} for picture in pictures]
    assert add_items(project=project, rows=rows).created == 30
    items = list(project.items.order_by("pk"))
    for item, row in zip(items[:20], chosen, strict=False):
        answer(item, project.created_by, str(digits.target[row]))
    run(project, Topic.REPRESENT, Topic.LEARN)
    folder = unpacked(downloaded(client_of(project.created_by), f"projects/{project.pk}/"), tmp_path / "zip")
    (tmp_path / "one.png").write_bytes(pictures[20])
    lines = [str(tmp_path / "one.png"), *(data_url(picture) for picture in pictures[20:])]
    found = scored(folder, tmp_path / "packages", lines)
    expected = served(project, [item.pk for item in items[20:]])
    assert [list(one["probabilities"].values()) for one in found[1:]] == [
        pytest.approx(row, abs=1e-5) for row in expected
    ]
    assert found[0] == found[1]


def served(project: Project, item_ids: list[int]) -> np.ndarray:
    """What the server's model says of items by the vectors that it keeps."""
    version = project.live_model
    pool = load_pool(version.representation)
    model = load_model(version)
    logits = model.logits(pool.vectors(pool.find(np.array(item_ids)))) / temperature_of(version)
    return probabilities_of(logits, model.head)


def test_uploaded_vectors_are_scored_as_they_are(client_of, tmp_path):
    project = make_project(representation="external")
    manager, path = client_of(project.created_by), f"projects/{project.pk}/"
    rng, items = np.random.default_rng(0), [make_item(project) for _ in range(30)]
    vectors = rng.normal(size=(30, 5)).round(3) + 3 * np.eye(5)[np.arange(30) % 2]
    given = [{"item": item.pk, "vector": row.tolist()} for item, row in zip(items, vectors, strict=True)]
    assert manager.call("POST", f"{path}vectors/", {"vectors": given})[0] == 200
    for place, item in enumerate(items[:20]):
        answer(item, project.created_by, ("ham", "spam")[place % 2])
    run(project, Topic.REPRESENT, Topic.LEARN)
    folder = unpacked(downloaded(manager, path), tmp_path / "zip")
    found = scored(folder, tmp_path / "packages", [json.dumps(row.tolist()) for row in vectors])
    expected = served(project, [item.pk for item in items])
    assert [list(one["probabilities"].values()) for one in found] == [pytest.approx(row, abs=1e-5) for row in expected]
    assert "vectors of 5 numbers" in (folder / "README.md").read_text()
    scorer = Scorer.load(folder)
    for bad in ([[1.0, 2.0]], [[np.nan] * 5], [[np.inf] * 5]):
        with pytest.raises(ValueError, match="vector of 5 finite numbers"):
            scorer.predict_proba(bad)


@pytest.mark.usefixtures("_library")
def test_of_an_encoder_the_vectors_are_read(client_of, tmp_path):
    project, items, _ = taught(n_items=30, n_labels=16, representation="encoder:example/small")
    folder = unpacked(downloaded(client_of(project.created_by), f"projects/{project.pk}/"), tmp_path / "zip")
    texts = [item.data["text"] for item in items]
    vectors = LibraryEncoder("encoder:example/small", 3).transform(texts)
    found = scored(folder, tmp_path / "packages", [json.dumps(row.tolist()) for row in vectors])
    expected = served(project, [item.pk for item in items])
    assert [list(one["probabilities"].values()) for one in found] == [pytest.approx(row, abs=1e-5) for row in expected]
    assert "encoder example/small gives" in (folder / "README.md").read_text()


def test_what_is_in_the_folder(world, tmp_path):
    _, manager, path = world
    first = downloaded(manager, path)
    assert first == downloaded(manager, path), "the same to the byte"
    folder = unpacked(first, tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == [
        "README.md", "files.py", "image_files.py", "images.py", "linear.py", "model.json", "model.npz", "ngrams.py",
        "pool_numpy.py", "representation.npz", "scorer.py",
    ]  # fmt: skip
    with np.load(folder / "model.npz") as arrays:
        assert set(arrays.files) == {"coef", "intercept"}, "nothing about the project's items goes along"
    said = (folder / "README.md").read_text()
    assert "2 classes: ham, spam" in said
    assert "\n| representation.npz | how" in said, "a row of the table for each file"
    as_said = [line[4:] for line in said.splitlines() if line.startswith("    ") and "python scorer" not in line]
    assert len(as_said) == 4
    assert subprocess.run([sys.executable, "-c", "\n".join(as_said)], cwd=folder).returncode == 0
    scorer = Scorer.load(folder)
    assert scorer.predict([]) == []
    assert scorer.predict(TEXTS[:2]) == ["spam", "ham"]


def test_a_changed_file_is_refused(world, tmp_path):
    _, manager, path = world
    folder = unpacked(downloaded(manager, path), tmp_path)
    (folder / "model.npz").write_bytes(b"other bytes")
    with pytest.raises(ValueError, match=r"model\.npz .* not what was downloaded"):
        Scorer.load(folder)
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(facts | {"format": 2}))
    with pytest.raises(ValueError, match="format 1"):
        Scorer.load(folder)


FACTS = {
    "format": 1, "files": {"model.npz": "", "representation.npz": ""}, "head": "softmax", "classes": ["a", "b"],
    "reads": "text", "temperature": 1.0, "representation": {"name": "pool", "dimension": 3},
}  # fmt: skip


def folder_of(place: Path, facts: object, coef: tuple[int, int] = (3, 2)) -> Path:
    """A folder with sound checksums, whatever else is wrong with it."""
    place.mkdir()
    files = {"model.npz": {"coef": np.ones(coef), "intercept": np.ones(coef[1])}, "representation.npz": {}}
    for name, arrays in files.items():
        np.savez(place / name, **arrays)
    if isinstance(facts, dict) and "files" in facts:
        sums = {name: hashlib.sha256((place / name).read_bytes()).hexdigest() for name in facts["files"]}
        facts = facts | {"files": sums}
    (place / "model.json").write_text(json.dumps(facts))
    return place


@pytest.mark.parametrize(
    "facts",
    [
        *({name: value for name, value in FACTS.items() if name != gone} for gone in FACTS),
        *([], 7, None, "text", {}),
        *(FACTS | {"files": {}}, FACTS | {"files": {"model.npz": ""}}, FACTS | {"classes": ["a"]}),
        *(FACTS | {"classes": None}, FACTS | {"head": "other"}, FACTS | {"reads": "smoke"}),
        *(FACTS | {"temperature": 0}, FACTS | {"temperature": None}, FACTS | {"temperature": "warm"}),
        *(FACTS | {"representation": None}, FACTS | {"representation": {"name": "pool", "dimension": 4}}),
        FACTS | {"head": "tagger"},
    ],
)
def test_a_damaged_folder_is_one_kind_of_error(tmp_path, facts):
    folder = folder_of(tmp_path / "folder", facts)
    for scorer in (Scorer, SpanScorer):
        with pytest.raises(ValueError, match=r"."):
            scorer.load(folder)


def test_a_missing_or_cut_off_file_is_named(tmp_path):
    folder = folder_of(tmp_path / "folder", FACTS)
    assert Scorer.load(folder).classes == ["a", "b"]
    (folder / "representation.npz").unlink()
    with pytest.raises(ValueError, match=r"representation\.npz is missing or damaged"):
        Scorer.load(folder)
    (folder / "model.json").write_text((folder / "model.json").read_text()[:-9])
    with pytest.raises(ValueError, match=r"model\.json is missing or damaged"):
        Scorer.load(folder)
    with pytest.raises(ValueError, match=r"model\.json is missing or damaged"):
        SpanScorer.load(tmp_path / "nowhere")


def test_what_cannot_be_downloaded_is_said(world, client_of):
    project, manager, path = world
    assert client_of(make_member(project, role=Role.REVIEWER)).call("GET", f"{path}models/1/download/")[0] == 403
    default_storage.delete(Project.objects.get().live_model.representation.path)
    status, refused = manager.call("GET", f"{path}models/1/download/")
    assert (status, refused["error"]["code"]) == (409, "model_files_gone")


def test_pairs_are_scored_as_the_server_does():
    """A head for preferences: the vector of a pair is the difference of its texts' vectors."""
    texts = ["free cash prize", "sleep at home", "cash", "home"] * 5
    encoder = fit_pool(texts, rng=np.random.default_rng(0), dimension=4)
    rng = np.random.default_rng(1)
    coef = rng.normal(size=(encoder.dimension, 2)).astype(np.float32)
    model = LinearModel(coef, np.zeros(2, np.float32), "preference")
    facts = {"temperature": 1.0, "reads": "text", "representation": {"name": "pool"}}
    scorer = Scorer(["0", "1"], facts, model, encoder.dump()[0])
    pairs = [("free cash", "sleep at home"), ("sleep at home", "free cash")]
    expected = model.predict_proba(encoder.transform([a for a, _ in pairs]) - encoder.transform([b for _, b in pairs]))
    assert scorer.predict_proba(pairs) == pytest.approx(expected, abs=1e-5)
    assert set(scorer.predict(pairs)) == {"0", "1"}


def test_a_classifier_of_another_library_says_what_to_do(client_of):
    project, _, _ = taught(n_items=40, n_labels=16, classifier="sklearn.naive_bayes.GaussianNB")
    manager, path = client_of(project.created_by), f"projects/{project.pk}/models/"
    status, refused = manager.call("GET", f"{path}1/download/")
    assert (status, refused["error"]["code"]) == (409, "not_portable")
    assert "Set `classifier` to linear" in refused["error"]["message"]
    change_project(project=project, user=project.created_by, changes={"settings": {"classifier": "linear"}})
    run(project, Topic.LEARN)
    rows = manager.call("GET", path)[1]["results"]
    assert [(row["number"], row["is_stored"], row["is_portable"]) for row in rows] == [
        (2, True, True),
        (1, True, False),
    ]
    assert downloaded(manager, f"projects/{project.pk}/", number=2)
