"""Stored files are plain arrays: what is not what we stored, or needs code to be read, is refused and never run."""

import hashlib
import io
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from annotation.artifacts import ArtifactError, let_go_of_mapped, load_arrays, map_rows, save_arrays, save_rows


class Trap:
    """Whoever unpickles this makes the marker."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def stored(content: bytes) -> tuple[str, str]:
    """Puts a file into storage as if it were ours, with its true checksum."""
    return default_storage.save("artifacts/crafted", ContentFile(content)), hashlib.sha256(content).hexdigest()


def packed(marker: Path) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=True, meta_json=np.array([Trap(marker)], dtype=object))
    return content.getvalue()


def objects(marker: Path) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array(content, np.array([Trap(marker)], dtype=object), allow_pickle=True)
    return content.getvalue()


@pytest.mark.parametrize("craft", [packed, objects, lambda marker: pickle.dumps(Trap(marker)), lambda _: b"PK\x03\x04"])
def test_what_would_run_is_refused_even_with_its_true_checksum(tmp_path, craft):
    marker = tmp_path / "ran"
    content = craft(marker)
    with pytest.raises(ArtifactError):
        load_arrays(*stored(content))
    assert not marker.exists()


def test_rows_that_point_into_memory_are_refused(tmp_path):
    marker = tmp_path / "ran"
    with pytest.raises(ArtifactError):
        map_rows(*stored(objects(marker)))
    assert not marker.exists()


def test_another_content_is_refused_before_it_is_read():
    saved = save_arrays({"a": np.arange(3)}, {"n": 3})
    rows = save_rows(np.arange(3))
    for path, read in ((saved.path, load_arrays), (rows.path, map_rows)):
        with pytest.raises(ArtifactError, match="not what was stored"):
            read(path, "0" * 64)
    assert load_arrays(*saved)[1] == {"n": 3}
    assert map_rows(*rows)[0].tolist() == [0, 1, 2]


def kept_kilobytes(name: str) -> int:
    """How much of a file this process has mapped in."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    return sum(int(next(line for line in lines if line.startswith("Rss:")).split()[1]) for one in lines if name in one)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_mapped_rows_that_were_read_are_given_back_and_can_be_read_again():
    vectors = np.random.default_rng(3).random((4_000, 100), dtype=np.float32)
    path, checksum = save_rows(np.arange(4_000), vectors)
    _, mapped = map_rows(path, checksum)
    assert mapped.sum() == vectors.sum()
    before = kept_kilobytes(checksum)
    let_go_of_mapped()
    assert (before >= vectors.nbytes // 1024, kept_kilobytes(checksum)) == (True, 0)
    assert (mapped == vectors).all()
