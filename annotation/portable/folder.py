"""A model version → a zip of plain files that score items without this program."""

import hashlib
import inspect
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from types import ModuleType
from typing import IO, Any, NamedTuple

import numpy as np

from annotation import tagged
from annotation.artifacts import Array, load_arrays
from annotation.errors import Conflict
from annotation.kinds import Learner
from annotation.models import ModelVersion
from annotation.portable import files, readme, scorer, span_scorer
from annotation.representations import EXTERNAL, IMAGE, POOL, TFIDF
from annotation.stored import WorkersOnly, load_model, load_tagger
from modeling import image_files, images, linear, ngrams, pool_numpy
from modeling.tagging import decoding, features, lexicon, spans, tagger, tokens

MODULES: tuple[ModuleType, ...] = (scorer, files, linear, ngrams, pool_numpy, images, image_files)
SPAN_MODULES: tuple[ModuleType, ...] = (
    span_scorer, files, tagged, tagger, features, lexicon, tokens, decoding, spans, ngrams,
)  # fmt: skip
# What the scorer is given, by the representation; of every other one, such as an encoder's, the vectors themselves.
READS = {POOL: "text", TFIDF: "text", IMAGE: "image"}
NEIGHBOUR = re.compile(r"^from (?:modeling|annotation)(?:\.tagging|\.portable)?\.", re.MULTILINE)
# Every zip of one version is the same, to the byte.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Parts(NamedTuple):
    """What is put into the folder: arrays by file, facts for model.json, and the modules that read them."""

    arrays: dict[str, Mapping[str, Array]]
    facts: dict[str, Any]
    modules: tuple[ModuleType, ...]


def model_folder(version: ModelVersion, *, temperature: float) -> IO[bytes]:
    """Returns an open zip file, at its beginning, that vanishes when it is closed.

    Raises Conflict `not_portable` for a classifier that has to be fitted again by its own library, ArtifactError when a
    file is missing or damaged.
    """
    is_tagger = version.project.question.learner is Learner.TAGGER
    parts = _tagger_parts(version) if is_tagger else _linear_parts(version, temperature)
    packed = {name: _packed(arrays) for name, arrays in parts.arrays.items()}
    facts = _facts(version, packed) | parts.facts
    texts = {"model.json": json.dumps(facts, indent=1, ensure_ascii=False)}
    texts["README.md"] = readme.of(version, facts)
    texts |= {_file_name(module): _standalone(module) for module in parts.modules}
    return _zipped(folder_name(version), packed | {name: text.encode() for name, text in texts.items()})


def _tagger_parts(version: ModelVersion) -> Parts:
    return Parts({"model.npz": load_tagger(version).dump()}, {"reads": "text", "head": "tagger"}, SPAN_MODULES)


def _linear_parts(version: ModelVersion, temperature: float) -> Parts:
    try:
        model = load_model(version)
    except WorkersOnly as error:
        message = (
            "A classifier of another library is fitted again by that one and cannot be downloaded. Set `classifier` to "
            "linear: the next version can be."
        )
        raise Conflict(message, code="not_portable") from error
    representation = version.representation
    arrays: Mapping[str, Array] = {}
    if representation.name != EXTERNAL:
        arrays, _ = load_arrays(representation.path, representation.checksum)
    facts = {"reads": READS.get(representation.name, "vectors"), "head": model.head, "temperature": temperature}
    return Parts({"model.npz": model.dump(), "representation.npz": arrays}, facts, MODULES)


def folder_name(version: ModelVersion) -> str:
    return f"model-{version.project_id}-{version.number}"


def _facts(version: ModelVersion, packed: Mapping[str, bytes]) -> dict[str, Any]:
    representation = version.representation
    return {
        "format": files.FORMAT,
        "project": version.project_id,
        "number": version.number,
        "classes": version.classes,
        "representation": {
            "name": representation.name,
            "version": representation.version,
            "dimension": representation.dimension,
        },
        "trained_through": version.trained_through,
        "annotations": version.n_annotations,
        "created_at": version.created_at.isoformat(),
        "performance": version.metrics.get("performance"),
        "f1": version.metrics.get("f1"),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in packed.items()},
    }


def _packed(arrays: Mapping[str, Array]) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()


def _file_name(module: ModuleType) -> str:
    """The module's own name; either kind of scorer is found under the same one."""
    return "scorer.py" if module is span_scorer else f"{module.__name__.rpartition('.')[2]}.py"


def _standalone(module: ModuleType) -> str:
    """The module's source, its neighbours imported from the same folder."""
    return NEIGHBOUR.sub("from ", inspect.getsource(module))


def _zipped(folder: str, files: Mapping[str, bytes]) -> IO[bytes]:
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the caller streams and closes it
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", LONG_AGO), content)
    out.seek(0)
    return out
