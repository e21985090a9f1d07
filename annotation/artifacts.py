"""Content-addressed files in Django storage: plain arrays and JSON, checked against their SHA-256 before they are read.

A file is named after its content and never changed. Two savers of one content may leave two files; both are right.
"""

import hashlib
import io
import json
import math
import mmap
import os
import tempfile
import weakref
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

FOLDER = "artifacts"
META = "meta_json"
CHUNK = 2**20

Array = npt.NDArray[Any]

_mapped: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()


class ArtifactError(Exception):
    """A stored file is missing or is not what was stored."""


class Artifact(NamedTuple):
    """Where a file is in storage, and the SHA-256 of its bytes in hex."""

    path: str
    checksum: str


def save_arrays(arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> Artifact:
    """Stores named arrays with JSON-able facts as one .npz without pickle; the same content gives the same checksum."""
    if META in arrays:
        raise ValueError(f"{META} is the name of the facts")
    facts = json.dumps(meta, sort_keys=True, allow_nan=False).encode()
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **{META: np.frombuffer(facts, dtype=np.uint8), **arrays})
    return _store(content.getvalue(), "npz")


def load_arrays(path: str, checksum: str) -> tuple[dict[str, Array], dict[str, Any]]:
    """Returns the arrays and facts that were saved; raises ArtifactError before parsing what does not match.

    Nothing in the file is ever run: what needs pickle is refused, whoever stored it.
    """
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != checksum:
        raise ArtifactError(f"{path} is not what was stored")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return arrays, json.loads(arrays.pop(META).tobytes())
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path} is no file of plain arrays") from error


def save_rows(*columns: Array) -> Artifact:
    """Stores arrays one after the other in .npy format, so that each can be memory-mapped."""
    content = io.BytesIO()
    for column in columns:
        np.lib.format.write_array(content, np.ascontiguousarray(column), allow_pickle=False)
    return _store(content.getvalue(), "npy")


def map_rows(path: str, checksum: str) -> list[Array]:
    """Returns the arrays of `save_rows`, memory-mapped read-only from a local file whose checksum was verified."""
    columns: list[Array] = []
    with _local_file(path, checksum).open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        while file.tell() < len(content):
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if dtype.hasobject:  # places in another process's memory
                raise ArtifactError(f"{path} is no file of plain arrays")
            columns.append(np.frombuffer(content, dtype, math.prod(shape), file.tell()).reshape(shape))
            file.seek(columns[-1].nbytes, os.SEEK_CUR)
    _mapped.add(content)
    return columns


def let_go_of_mapped() -> None:
    """Gives the pages of all mapped files back to the system; who reads them again gets them from its cache.

    Reading 200 MB again costs a millisecond. Kept, the vectors of every pool that a process ever looked at count as its
    memory. Harmless while others read.
    """
    for content in list(_mapped):
        content.madvise(mmap.MADV_DONTNEED)


def _store(content: bytes, ending: str) -> Artifact:
    """Writes the bytes unless they are there already. A file that a crash cut short is left and another made."""
    checksum = hashlib.sha256(content).hexdigest()
    path = f"{FOLDER}/{checksum[:2]}/{checksum}.{ending}"
    if default_storage.exists(path) and hashlib.sha256(_read(path)).hexdigest() == checksum:
        return Artifact(path, checksum)
    return Artifact(default_storage.save(path, ContentFile(content)), checksum)


def _read(path: str) -> bytes:
    try:
        with default_storage.open(path) as file:
            content: bytes = file.read()
            return content
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error}") from error


def _local_file(path: str, checksum: str) -> Path:
    """Returns the storage's own file where it has one, else a copy in this machine's cache; verified either way."""
    try:
        place = Path(default_storage.path(path))
    except NotImplementedError:
        return _cached_copy(path, checksum)
    if _file_checksum(place) != checksum:
        raise ArtifactError(f"{path} is not what was stored")
    return place


def _cached_copy(path: str, checksum: str) -> Path:
    """Two fetchers at once each write their own temporary file; the rename decides, and both contents are the same."""
    folder = Path(tempfile.gettempdir()) / f"querent-cache-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ArtifactError(f"{folder} belongs to somebody else")
    place = folder / checksum
    if place.exists() and _file_checksum(place) == checksum:
        return place
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != checksum:
        raise ArtifactError(f"{path} is not what was stored")
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    os.replace(file.name, place)
    return place


def _file_checksum(place: Path) -> str:
    digest = hashlib.sha256()
    try:
        with place.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ArtifactError(f"{place.name} cannot be read: {error}") from error
    return digest.hexdigest()
