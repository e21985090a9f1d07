"""A model version → a zip of plain files that score texts without this program."""

import hashlib
import inspect
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from types import ModuleType
from typing import IO, Any

import numpy as np

from annotation.artifacts import Array, load_arrays
from annotation.errors import Conflict
from annotation.kinds import Learner
from annotation.models import ModelVersion
from annotation.portable import scorer
from annotation.stored import WorkersOnly, load_model
from modeling import linear, ngrams, pool_numpy
from modeling.pool import PoolRepresentation

MODULES: tuple[ModuleType, ...] = (scorer, linear, ngrams, pool_numpy)
# Every zip of one version is the same, to the byte.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
README = """\
# {project}, model {number}

{classes} classes: {names}. Trained on {annotations} annotations, {created}.
{quality}

    from scorer import Scorer
    scorer = Scorer.load("{folder}")
    scorer.predict_proba(["a text"])   # columns in the order of scorer.classes
    scorer.predict(["a text"])

    python scorer.py < texts.txt       # one text a line in, one JSON object a line out

Python 3.11 and NumPy are all that it needs. Nothing is unpickled; arrays are checked against
their SHA-256 in model.json.

| file | what |
|---|---|
| model.json | classes, head, temperature, what was measured, checksums |
| model.npz | `coef` and `intercept` of the linear model |
| representation.npz | how a text becomes a vector: hashed words and characters, axes, word vectors |
| scorer.py, linear.py, ngrams.py, pool_numpy.py | the code, the same as the server's |
"""


def model_folder(version: ModelVersion, *, temperature: float) -> IO[bytes]:
    """Returns an open zip file, at its beginning, that vanishes when it is closed.

    Raises Conflict `not_portable` for spans, and for a representation or a classifier that NumPy alone cannot compute,
    ArtifactError when a file is missing or damaged.
    """
    if version.representation.name != PoolRepresentation.name:
        raise Conflict(
            f"The representation {version.representation.name} needs more than NumPy; only models on "
            f"{PoolRepresentation.name} can be downloaded.",
            code="not_portable",
        )
    if version.project.question.learner is Learner.TAGGER:
        raise Conflict("A model of spans cannot be downloaded: its scorer is not written yet.", code="not_portable")
    try:
        model = load_model(version)
    except WorkersOnly as error:
        message = "Only the built-in classifier (linear) can be downloaded; this version is of another one."
        raise Conflict(message, code="not_portable") from error
    arrays, _ = load_arrays(version.representation.path, version.representation.checksum)
    files = {"model.npz": _packed(model.dump()), "representation.npz": _packed(arrays)}
    facts = _facts(version, model.head, temperature, files)
    texts = {"model.json": json.dumps(facts, indent=1, ensure_ascii=False), "README.md": _readme(version)}
    texts |= {f"{module.__name__.rpartition('.')[2]}.py": _standalone(module) for module in MODULES}
    return _zipped(folder_name(version), files | {name: text.encode() for name, text in texts.items()})


def folder_name(version: ModelVersion) -> str:
    return f"model-{version.project_id}-{version.number}"


def _facts(version: ModelVersion, head: str, temperature: float, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "format": scorer.FORMAT,
        "project": version.project_id,
        "number": version.number,
        "classes": version.classes,
        "head": head,
        "temperature": temperature,
        "representation": {"name": version.representation.name, "version": version.representation.version},
        "trained_through": version.trained_through,
        "annotations": version.n_annotations,
        "created_at": version.created_at.isoformat(),
        "performance": version.metrics.get("performance"),
        "f1": version.metrics.get("f1"),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _readme(version: ModelVersion) -> str:
    measured = version.metrics.get("performance")
    quality = (
        "Accuracy {estimate:.1%} ({low:.1%} to {high:.1%}) on {n} random items that it was not taught.".format(
            **measured
        )
        if measured
        else "Its accuracy was not measured yet."
    )
    return README.format(
        project=" ".join(version.project.name.split()),
        number=version.number,
        classes=len(version.classes),
        names=", ".join(version.classes),
        annotations=version.n_annotations,
        created=version.created_at.date().isoformat(),
        quality=quality,
        folder=folder_name(version),
    )


def _packed(arrays: Mapping[str, Array]) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()


def _standalone(module: ModuleType) -> str:
    """The module's source, its neighbours imported from the same folder."""
    return inspect.getsource(module).replace("from modeling.", "from ")


def _zipped(folder: str, files: Mapping[str, bytes]) -> IO[bytes]:
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the caller streams and closes it
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", LONG_AGO), content)
    out.seek(0)
    return out
