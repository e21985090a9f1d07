"""A downloaded model says what predict/ says, with NumPy alone."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage

from annotation.models import Project, Representation, Role
from annotation.portable.scorer import Scorer
from modeling.linear import LinearModel
from modeling.pool_fit import fit_pool
from tests.factories import make_member
from tests.operations.learning_world import taught

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = ["claim your free prize, urgent offer", "sleep at home after dinner", "", "無料 🙂 naïve", "word " * 500]


@pytest.fixture
def world(client_of):
    project, _, _ = taught(n_items=40, n_labels=16)
    return project, client_of(make_member(project, role=Role.MANAGER)), f"projects/{project.pk}/"


def downloaded(manager, path: str) -> bytes:
    response = manager.http.get(f"/api/v1/{path}models/1/download/")
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


def test_the_same_probabilities_with_numpy_alone(world, tmp_path):
    _, manager, path = world
    folder = unpacked(downloaded(manager, path), tmp_path / "zip")
    environment = only_numpy(tmp_path / "packages")
    for name in ("scipy", "django", "sklearn", "modeling"):
        found = subprocess.run([sys.executable, "-S", "-c", f"import {name}"], env=environment, cwd=folder)
        assert found.returncode != 0, f"{name} can be imported"
    lines = "\n".join(TEXTS) + "\n"
    done = subprocess.run(
        [sys.executable, "-S", "scorer.py"], input=lines, env=environment, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    scored = [json.loads(line) for line in done.stdout.splitlines()]
    status, said = manager.call("POST", f"{path}predict/", {"items": [{"text": text} for text in TEXTS]})
    assert status == 200
    assert [one["class"] for one in scored] == [one["class"] for one in said["predictions"]]
    for one, other in zip(scored, said["predictions"], strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)


def test_what_is_in_the_folder(world, tmp_path):
    _, manager, path = world
    first = downloaded(manager, path)
    assert first == downloaded(manager, path), "the same to the byte"
    folder = unpacked(first, tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == [
        "README.md", "linear.py", "model.json", "model.npz", "ngrams.py", "pool_numpy.py", "representation.npz",
        "scorer.py",
    ]  # fmt: skip
    with np.load(folder / "model.npz") as arrays:
        assert set(arrays.files) == {"coef", "intercept"}, "nothing about the project's items goes along"
    assert "2 classes: ham, spam" in (folder / "README.md").read_text()
    scorer = Scorer.load(folder)
    assert scorer.predict([]) == []
    assert scorer.predict(TEXTS[:2]) == ["spam", "ham"]


def test_a_changed_file_is_refused(world, tmp_path):
    _, manager, path = world
    folder = unpacked(downloaded(manager, path), tmp_path)
    (folder / "model.npz").write_bytes(b"other bytes")
    with pytest.raises(ValueError, match=r"model\.npz is not what was downloaded"):
        Scorer.load(folder)
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(facts | {"format": 2}))
    with pytest.raises(ValueError, match="format 1"):
        Scorer.load(folder)


def test_what_cannot_be_downloaded_is_said(world, client_of):
    project, manager, path = world
    assert client_of(make_member(project, role=Role.REVIEWER)).call("GET", f"{path}models/1/download/")[0] == 403
    Representation.objects.update(name="external")
    status, refused = manager.call("GET", f"{path}models/1/download/")
    assert (status, refused["error"]["code"]) == (409, "not_portable")
    Representation.objects.update(name="pool")
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
    scorer = Scorer(["0", "1"], {"temperature": 1.0}, model, encoder.dump()[0])
    pairs = [("free cash", "sleep at home"), ("sleep at home", "free cash")]
    expected = model.predict_proba(encoder.transform([a for a, _ in pairs]) - encoder.transform([b for _, b in pairs]))
    assert scorer.predict_proba(pairs) == pytest.approx(expected, abs=1e-5)
    assert set(scorer.predict(pairs)) == {"0", "1"}
