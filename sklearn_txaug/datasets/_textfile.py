"""Text files as they come: compressed under any name, in UTF-8, UTF-16, UTF-32 or Windows' encoding."""

import bz2
import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile)

_ZIP = b"PK\x03\x04"
_DECOMPRESS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_NO_TEXT = {
    b"\x89HDF": "an HDF5 file, which an .h5ad file is",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save it as text with tabs or as CSV",
    b"\x28\xb5\x2f\xfd": "compressed by zstd; decompress it",
    b"<!doctype html": "a web page, perhaps that of a failed download",
    b"<html": "a web page, perhaps that of a failed download",
}
_MARKS = {  # the longer first: that of UTF-16 begins that of UTF-32
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WINDOWS = "cp1252"
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # bytes that cp1252 does not define
_SPECIAL = re.compile(rb"[^\t,;\r\n\"]*[\x80-\xff][^\t,;\r\n\"]*")
_PIECE = 1 << 20  # bytes read at a time
_PLENTY, _RATIO = 1 << 28, 250  # bytes; what unpacks to more than both, the second times its size, is refused


class TextFile:
    """A text file whose compression and encoding are found from its content.

    Parameters
    ----------
    path : Path
        The file: plain, or compressed by gzip, bzip2, xz or zip, whatever its name says.

    Attributes
    ----------
    path : Path
        The file.
    encoding : str
        By the byte order mark; else UTF-16 if every second byte is zero; else UTF-8 if the whole file is, and
        Windows-1252 if not.
    notes : list of str
        What the reader should know about the encoding.

    Raises
    ------
    ValueError
        If the file is of another kind, or in no encoding that can be told.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self.encoding = self._find_encoding()

    def open(self) -> IO[str]:
        """Open the file for reading; all kinds of line ends become those of Python."""
        return io.TextIOWrapper(self._open_bytes(), encoding=self.encoding)

    def _open_bytes(self) -> Any:
        with open(self.path, "rb") as file:
            start = file.read(16)
        for mark, kind in _NO_TEXT.items():
            if start.lower().startswith(mark.lower()):
                raise ValueError(f"{self.path.name} is no text file but {kind}.")
        if start.startswith(_ZIP):
            return self._bounded(self._open_zip())
        for mark, decompress in _DECOMPRESS.items():
            if start.startswith(mark):
                return self._bounded(decompress(self.path, "rb"))
        if start and (suffix := self.path.suffix.lower()) in COMPRESSIONS:
            raise ValueError(
                f"{self.path.name} cannot be decompressed: its name ends in {suffix}, and it is not compressed."
            )
        return open(self.path, "rb")

    def _bounded(self, unpacked: Any) -> Any:
        return io.BufferedReader(_Bounded(unpacked, self.path), _PIECE)

    def _open_zip(self) -> Any:
        archive = zipfile.ZipFile(self.path)
        names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        if "[Content_Types].xml" in names:
            raise ValueError(f"{self.path.name} is an Excel workbook; save it as text with tabs or as CSV.")
        if len(names) != 1:
            raise ValueError(
                f"{self.path.name} is a zip archive of {len(names)} files; unpack the one you mean."
            )
        return archive.open(names[0])

    def _pieces(self) -> Iterator[bytes]:
        with self._open_bytes() as file:
            while piece := file.read(_PIECE):
                yield piece

    def _find_encoding(self) -> str:
        start = next(self._pieces(), b"")
        for mark, encoding in _MARKS.items():
            if start.startswith(mark):
                return encoding
        if b"\0" in start:
            return self._wide_encoding(start)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for piece in self._pieces():
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return self._windows_encoding()
        return "utf-8"

    def _wide_encoding(self, start: bytes) -> str:
        """Return UTF-16 by the place of the zero bytes, every second one in text of Latin letters."""
        zeros = [start[i::2].count(0) / max(1, len(start) // 2) for i in (0, 1)]
        if max(zeros) < 0.4 or min(zeros) > 0.1:
            raise ValueError(f"{self.path.name} is no text file: it holds zero bytes.")
        encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        self.notes.append(f"read as {encoding.upper()}: every second byte is zero.")
        return encoding

    def _windows_encoding(self) -> str:
        example = b""
        for piece in self._pieces():
            if _NOT_WINDOWS.search(piece):
                raise ValueError(
                    f"{self.path.name} is neither in UTF-8 nor in Windows-1252; save it in UTF-8, so that names "
                    "are not garbled."
                )
            found = None if example else _SPECIAL.search(piece)
            example = found[0].strip() if found else example
        self.notes.append(
            f"not in UTF-8, so it was read as Windows-1252 (Latin-1): {example.decode(_WINDOWS)[:40]!r}, for "
            "instance; if names look wrong, save it in UTF-8."
        )
        return _WINDOWS


class _Bounded(io.RawIOBase):
    """What a compressed file unpacks to, as long as that is in proportion to the file."""

    def __init__(self, unpacked: Any, path: Path) -> None:
        self._unpacked, self._name, self._n = unpacked, path.name, 0
        self._most = max(_PLENTY, _RATIO * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        n = self._unpacked.readinto(buffer)
        self._n += n
        if self._n > self._most:
            raise ValueError(
                f"{self._name} unpacks to more than {self._most >> 20} MiB, over {_RATIO} times its size, as no "
                "table of expression does; unpack it yourself if it is one."
            )
        return n

    def close(self) -> None:
        self._unpacked.close()
        super().close()


def create_text(path: Path) -> IO[str]:
    """Open a text file for writing, compressed if its name says so; equal text gives equal bytes."""
    compress = COMPRESSIONS.get(path.suffix.lower(), open)
    return io.TextIOWrapper(compress(path, "wb"), encoding="utf-8", newline="\n")


class _GzipFile(gzip.GzipFile):
    """A gzip file without name and time in its header, which closes the file below."""

    def __init__(self, path: Path, mode: str) -> None:
        self._below = path.open(mode)
        super().__init__("", "wb", compresslevel=5, fileobj=self._below, mtime=0)

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._below.close()


#: What opens a file for writing, by the end of its name.
COMPRESSIONS: dict[str, Any] = {".gz": _GzipFile, ".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile}
