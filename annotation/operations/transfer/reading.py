"""A stored file → text, line by line, in bounded memory whatever the file holds."""

import codecs
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from annotation.sentences import say

ENCODINGS = ("utf-8", "utf-16", "latin-1", "gb18030")
MAX_LINE = 4_000_000
MAX_UNPACKED = 8
GZIP = b"\x1f\x8b"
_BLOCK = 256 * 1024
_MARK = "\udcff"


class Unreadable(Exception):
    """The file cannot be read on from here; the message is for its owner."""

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.message, self.row = message, row


class TooLong(Exception):
    """One line is longer than is taken; the next line can be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    """Puts a lone surrogate where bytes are not valid, so that the row which holds them is refused, and only that."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error("querent.mark", _mark_invalid)


class _Counted(io.RawIOBase):
    """A raw stream that counts the bytes it gave, unpacked ones where it unpacks."""

    n_read = 0

    def readable(self) -> bool:
        return True


class _Unpacked(_Counted):
    """Bytes of a gzip file up to a limit: a small file must not unpack without end."""

    def __init__(self, packed: BinaryIO) -> None:
        self._source = gzip.GzipFile(fileobj=packed)

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            block = self._source.read1(min(len(buffer), _BLOCK))
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(say("file.gzip", "The gzip file is damaged or cut off.")) from error
        self.n_read += len(block)
        if self.n_read > settings.UPLOAD_LIMIT_BYTES * MAX_UNPACKED:
            raise Unreadable(say("file.unpacked", "The gzip file unpacks to more than is taken."))
        buffer[: len(block)] = block
        return len(block)


def open_text(stored: BinaryIO, encoding: str | None = None) -> io.TextIOWrapper:
    """Returns the text of a file that may be packed by gzip, with line ends as they are.

    UTF-8, or UTF-16 with a byte order mark, unless one of ENCODINGS is asked for.
    """
    packed = stored.read(2) == GZIP
    stored.seek(0)
    source: BinaryIO = (
        io.BufferedReader(_Unpacked(stored), _BLOCK) if packed else io.BufferedReader(_Raw(stored), _BLOCK)
    )
    return io.TextIOWrapper(source, encoding=encoding or _encoding_of(source), errors="querent.mark", newline="")


class _Raw(_Counted):
    """Any object with `read` (a file of whatever storage) as a raw stream."""

    def __init__(self, stored: BinaryIO) -> None:
        self._stored = stored

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        block = self._stored.read(len(buffer))
        self.n_read += len(block)
        buffer[: len(block)] = block
        return len(block)


def n_bytes_read(text: io.TextIOWrapper) -> int:
    """Returns how many bytes of a text of `open_text` were read so far, unpacked ones where it is packed."""
    return int(text.buffer.raw.n_read)  # type: ignore[attr-defined]  # open_text wraps a _Counted


def _encoding_of(source: BinaryIO) -> str:
    """Returns the encoding that the byte order mark says, UTF-8 without one."""
    head = source.peek(4)[:4]  # type: ignore[attr-defined]
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable(say("file.utf32", "UTF-32 is not taken; save the file as UTF-8."))
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


class Lines(Iterator[str]):
    """Lines of a text with their ends (LF, CRLF or CR). After TooLong was raised the next line follows.

    `count` lines were handed out; `quotes` is the number of quotation marks in the last of them.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._held: deque[str] = deque()
        self._last = ""
        self._skipped_quotes = 0
        self.count = 0

    @property
    def quotes(self) -> int:
        return self._last.count('"') + self._skipped_quotes

    def peek(self) -> str:
        """Returns the first line that is not blank, without taking it; an empty text when the file has none."""
        while line := self._text.readline(MAX_LINE):
            self._held.append(line)
            if line.strip():
                return line
        return ""

    def __next__(self) -> str:
        line = self._held.popleft() if self._held else self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.count += 1
        self._last, self._skipped_quotes = line, 0
        if len(line) == MAX_LINE and not _ended(line):
            while rest := self._text.readline(MAX_LINE):
                self._skipped_quotes += rest.count('"')
                if _ended(rest):
                    break
            raise TooLong(say("row.line", "The line is longer than {n:,} characters.", n=MAX_LINE))
        return line


def _ended(line: str) -> bool:
    return line.endswith(("\n", "\r"))
