"""The files of a downloaded model, read with their checksums. Needs Python 3.11 and NumPy, nothing else."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
Arrays = Mapping[str, npt.NDArray[Any]]


@contextmanager
def sound(place: Path) -> Iterator[None]:
    """What a file at this place or a part of it raises when it is missing or damaged becomes a ValueError."""
    try:
        yield
    except (OSError, EOFError, LookupError, TypeError, AttributeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{place} is missing or damaged: {type(error).__name__}: {error}") from error


def read_folder(folder: str | Path) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """All of model.json, and the arrays of each file by its name. Raises ValueError when one is missing or is not what
    was downloaded."""
    place = Path(folder) / "model.json"
    with sound(place):
        facts = json.loads(place.read_text(encoding="utf-8"))
        version, files = facts["format"], dict(facts["files"])
    if version != FORMAT:
        raise ValueError(f"this scorer reads format {FORMAT}, not {version!r}")
    return facts, {name: _read(Path(folder) / name, checksum) for name, checksum in files.items()}


def _read(path: Path, checksum: str) -> Arrays:
    with sound(path):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise ValueError("it is not what was downloaded")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
