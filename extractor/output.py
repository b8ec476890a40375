"""Results written to files that appear whole or not at all: .csv, .jsonl, .parquet."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from extractor.records import to_record
from extractor.table import csv_text, to_frame
from extractor.values import Extraction, ExtractorError


class Writer(Protocol):
    """Takes extractions as they come; `close` puts the finished file in its place, `abort` leaves nothing."""

    def write(self, extractions: Sequence[Extraction]) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


def json_line(extraction: Extraction) -> str:
    """An article's record as one line of JSONL; a lone surrogate is escaped, for UTF-8 cannot hold it."""
    line = json.dumps(to_record(extraction), ensure_ascii=False, separators=(",", ":"))
    if line.isascii() or not any("\ud800" <= c <= "\udfff" for c in line):
        return line + "\n"
    return json.dumps(to_record(extraction), separators=(",", ":")) + "\n"


class _AsideFile:
    """A file written beside its place under a name of its own, and renamed when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        except OSError as error:
            raise ExtractorError(
                f"{path}: cannot be written: {error.strerror}; name a folder that exists and is yours"
            ) from error
        self.aside = Path(name)
        self.stream: IO[bytes] = os.fdopen(descriptor, "wb")

    def commit(self) -> None:
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()
        umask = os.umask(0)
        os.umask(umask)
        self.aside.chmod(0o666 & ~umask)
        self.aside.replace(self.path)

    def abort(self) -> None:
        self.stream.close()
        self.aside.unlink(missing_ok=True)


class TextWriter:
    """Lines of text, made from extractions by `render(extractions, first=...)`."""

    def __init__(self, path: Path, render: Callable[[Sequence[Extraction], bool], str]) -> None:
        self._file, self._render, self._first = _AsideFile(path), render, True

    def write(self, extractions: Sequence[Extraction]) -> None:
        self._file.stream.write(self._render(extractions, self._first).encode("utf-8", "backslashreplace"))
        self._first = False

    def close(self) -> None:
        if self._first:
            self.write(())
        self._file.commit()

    def abort(self) -> None:
        self._file.abort()


class StdoutWriter:
    """deals.csv into a pipe."""

    def __init__(self) -> None:
        self._first = True

    def write(self, extractions: Sequence[Extraction]) -> None:
        sys.stdout.write(render_csv(extractions, self._first))
        self._first = False

    def close(self) -> None:
        if self._first:
            self.write(())
        sys.stdout.flush()

    def abort(self) -> None:
        """What is out cannot be taken back."""


class ParquetWriter:
    """Deals as Parquet, a row group for each batch."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._file = pa, _AsideFile(path)
        self._schema = pa.Schema.from_pandas(to_frame(()), preserve_index=False)
        self._parquet = pq.ParquetWriter(self._file.stream, self._schema)

    def write(self, extractions: Sequence[Extraction]) -> None:
        self._parquet.write_table(
            self._pa.Table.from_pandas(to_frame(extractions), schema=self._schema, preserve_index=False)
        )

    def close(self) -> None:
        self._parquet.close()
        self._file.commit()

    def abort(self) -> None:
        self._parquet.close()
        self._file.abort()


def render_csv(extractions: Sequence[Extraction], first: bool) -> str:
    """Rows of deals.csv, with the header before the first."""
    return csv_text(extractions, header=first)


def render_jsonl(extractions: Sequence[Extraction], first: bool) -> str:
    """A record a line."""
    return "".join(map(json_line, extractions))


def open_writer(path: Path) -> Writer:
    """The writer for an output's suffix; ExtractorError names the suffixes there are."""
    match path.suffix.lower():
        case ".csv":
            return TextWriter(path, render_csv)
        case ".jsonl":
            return TextWriter(path, render_jsonl)
        case ".parquet":
            return ParquetWriter(path)
        case suffix:
            raise ExtractorError(f"{path}: no output form {suffix!r}: use .csv, .jsonl or .parquet")
