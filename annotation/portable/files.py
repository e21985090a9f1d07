"""The files of a downloaded model, read with their checksums. Needs Python 3.11 and NumPy, nothing else."""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
Arrays = Mapping[str, npt.NDArray[Any]]


def read_folder(folder: str | Path) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """All of model.json, and the arrays of each file by its name. Raises ValueError when one is not what was
    downloaded."""
    facts = json.loads((Path(folder) / "model.json").read_text(encoding="utf-8"))
    if facts.get("format") != FORMAT:
        raise ValueError(f"this scorer reads format {FORMAT}, not {facts.get('format')!r}")
    return facts, {name: _read(Path(folder) / name, checksum) for name, checksum in facts["files"].items()}


def _read(path: Path, checksum: str) -> Arrays:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise ValueError(f"{path.name} is not what was downloaded")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
