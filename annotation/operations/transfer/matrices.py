"""A stored .npy or .npz file → blocks of ids and vectors, read as a stream in bounded memory. Nothing is unpickled."""

import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tokenize import TokenError
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from annotation.operations.transfer.jobs import JobFailed
from annotation.sentences import say

ZIP, NPY = b"PK\x03\x04", b"\x93NUMPY"
ID_NAMES = ("items", "external_ids")
MAX_MEMBERS = 16
MAX_NAME = 200
MAX_ROWS = 50_000_000
BLOCK_BYTES = 64 * 2**20
# What reading a damaged archive raises, and what parsing a header that NumPy has not written does.
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
NO_HEADER = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, TokenError)

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Matrix:
    """`vectors` (n_rows, dimension) and, beside them, the ids named `ids_are`: None where the file names no items."""

    vectors: "Column"
    ids: "Column | None"
    ids_are: str | None

    def blocks(self, rows: int, skip: int) -> Iterator[tuple[Array | None, Array]]:
        """Yields ids and vectors, at most `rows` at a time, after the first `skip` rows."""
        self.vectors.skip(skip)
        if self.ids is not None:
            self.ids.skip(skip)
        for start in range(skip, self.vectors.n_rows, rows):
            n = min(rows, self.vectors.n_rows - start)
            ids = self.ids.read(n) if self.ids is not None else None
            yield ids, self.vectors.read(n)


class Column:
    """One array of a file, read from its beginning on, in C order."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self.shape, self._dtype = _header(stream, name)

    @property
    def n_rows(self) -> int:
        return self.shape[0]

    @property
    def kind(self) -> str:
        return self._dtype.kind

    @property
    def row_bytes(self) -> int:
        return self._dtype.itemsize * int(np.prod(self.shape[1:], dtype=np.int64))

    def skip(self, n_rows: int) -> None:
        left = n_rows * self.row_bytes
        while left > 0:
            left -= len(self._bytes(min(left, BLOCK_BYTES)))

    def read(self, n_rows: int) -> Array:
        """Returns the next rows. Texts of code points that do not exist are empty: nothing is called so."""
        content = self._bytes(n_rows * self.row_bytes)
        found = np.frombuffer(content, self._dtype).reshape(n_rows, *self.shape[1:])
        if self.kind != "U":
            return found
        points = np.frombuffer(content, np.dtype("u4").newbyteorder(self._dtype.byteorder)).reshape(n_rows, -1)
        return np.where((points > sys.maxunicode).any(axis=1), "", found)

    def _bytes(self, size: int) -> bytes:
        """Returns so many bytes; a stream may give less at a time."""
        parts, left = [], size
        while left > 0:
            try:
                part = self._stream.read(left)
            except DAMAGED as error:
                raise JobFailed(say("vector.damaged", "The file is damaged.")) from error
            if not part:
                raise JobFailed(say("vector.cut_off", "The file is cut off inside {name}.", name=self._name))
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def open_matrix(stored: BinaryIO) -> Matrix:
    """Returns what is in the file; raises JobFailed, for its owner to read, when it is not what is taken here."""
    start = stored.read(len(NPY))
    stored.seek(0)
    if start == NPY:
        matrix = Matrix(Column(stored, "the file"), None, None)
    elif start.startswith(ZIP):
        matrix = _from_archive(stored)
    else:
        raise JobFailed(say("vector.format", "The file is neither .npy nor .npz."))
    _check(matrix)
    return matrix


def _from_archive(stored: BinaryIO) -> Matrix:
    """`vectors`, and `items` or `external_ids`, of what `numpy.savez` or `savez_compressed` wrote."""
    try:
        archive = zipfile.ZipFile(stored)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise JobFailed(say("vector.archive_damaged", "The .npz file is damaged.")) from error
    names = archive.namelist()
    ids_are = [name for name in ID_NAMES if f"{name}.npy" in names]
    if len(names) > MAX_MEMBERS or "vectors.npy" not in names or len(ids_are) != 1:
        raise JobFailed(say("vector.archive", "An .npz file holds `vectors`, and either `items` or `external_ids`."))
    columns = [Column(_member(archive, name), name) for name in ("vectors", ids_are[0])]
    return Matrix(columns[0], columns[1], ids_are[0])


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(f"{name}.npy")
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, OSError) as error:
        raise JobFailed(
            say("vector.packed", "{name} cannot be read: packed in a way that is not taken, or damaged.", name=name)
        ) from error


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Returns shape and type of a .npy stream, which is left at its first value. Objects would need pickle: refused."""
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except (*DAMAGED, *NO_HEADER) as error:
        raise JobFailed(say("vector.no_array", "{name} is no array in .npy format.", name=name)) from error
    if dtype.hasobject or dtype.names is not None:
        raise JobFailed(
            say("vector.objects", "{name} holds Python objects or records; plain arrays are taken.", name=name)
        )
    if not shape or not 0 <= shape[0] <= MAX_ROWS:
        raise JobFailed(say("vector.rows", "{name} has no rows, or more than {most:,}.", name=name, most=MAX_ROWS))
    if fortran and len(shape) > 1:
        raise JobFailed(
            say("vector.by_column", "{name} is stored column by column; save numpy.ascontiguousarray of it.", name=name)
        )
    return shape, dtype


def _check(matrix: Matrix) -> None:
    vectors, ids = matrix.vectors, matrix.ids
    if len(vectors.shape) != 2 or vectors.kind != "f":
        raise JobFailed(say("vector.matrix", "vectors is a matrix of floating point numbers, one row an item."))
    if ids is None:
        return
    if len(ids.shape) != 1 or ids.n_rows != vectors.n_rows:
        raise JobFailed(say("vector.entries", "{name} has one entry for each row of vectors.", name=matrix.ids_are))
    if matrix.ids_are == "items":
        wanted, shown = "iu", say("vector.numbers", "items holds whole numbers.")
    else:
        wanted, shown = "U", say("vector.names", "external_ids holds texts of at most {n} characters.", n=MAX_NAME)
    if ids.kind not in wanted or not 0 < ids.row_bytes <= 4 * MAX_NAME:
        raise JobFailed(shown)
