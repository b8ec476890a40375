"""Results written to files that appear whole or not at all, and that an interrupted run can go on with.

Rows go to `.NAME.part` beside each output. After each batch a line of the journal, `.NAME.journal` beside the first
output, tells how many inputs are done and how long each part is; nothing after the last whole line counts. When
all inputs are done and every output stands ready beside its place, each is put there in one rename. Parquet and spaCy's
DocBin cannot be cut at a length, so their parts hold records as JSONL and are turned over at the end; a DocBin is whole
in memory then.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol, cast

from extractor.records import Record, from_record, to_record
from extractor.table import csv_text, to_frame
from extractor.values import Extraction, ExtractorError

# Rows of a Parquet row group come from so many articles, whatever the batches of the run were: same bytes either way.
_ARTICLES_A_ROW_GROUP = 2_000
# What is made of a part at the end lies beside it.
_WHOLE = ".whole"


class Writer(Protocol):
    """Takes extractions as they come; `close` ends well, `abort` ends early."""

    done: Done

    def write(self, extractions: Sequence[Extraction], done: Done) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


@dataclass(slots=True)
class Done:
    """How far a run has come: inputs read, a running digest of which they were, and what came of them."""

    inputs: int = 0
    digest: str = ""
    articles: int = 0
    deals: int = 0
    failed: int = 0

    def add(self, key: str) -> None:
        """Count one more input, told apart by `key`."""
        self.inputs += 1
        self.digest = hashlib.sha256(f"{self.digest}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()


def json_line(extraction: Extraction) -> str:
    """An article's record as one line of JSONL; a lone surrogate is escaped, for UTF-8 cannot hold it."""
    record = to_record(extraction)
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record, separators=(",", ":"))
    return line + "\n"


def render_csv(extractions: Sequence[Extraction], *, first: bool) -> str:
    """Rows of deals.csv, with the header before the first."""
    return csv_text(extractions, header=first)


def render_jsonl(extractions: Sequence[Extraction], *, first: bool) -> str:
    """A record a line."""
    return "".join(map(json_line, extractions))


def _as_it_is(part: Path) -> Path:
    return part


def _to_parquet(part: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Schema.from_pandas(to_frame(()), preserve_index=False)
    whole = part.with_suffix(_WHOLE)
    with part.open(encoding="utf-8") as lines, pq.ParquetWriter(whole, schema) as parquet:
        records = (from_record(cast(Record, json.loads(line))) for line in lines)
        while batch := list(islice(records, _ARTICLES_A_ROW_GROUP)):
            parquet.write_table(pa.Table.from_pandas(to_frame(batch), schema=schema, preserve_index=False))
    return whole


def _to_doc_bin(part: Path) -> Path:
    from extractor.pipeline import doc_bin

    whole = part.with_suffix(_WHOLE)
    with part.open(encoding="utf-8") as lines:
        whole.write_bytes(doc_bin((from_record(json.loads(line)), line) for line in lines))
    return whole


@dataclass(frozen=True, slots=True)
class Form:
    """A form of output: how rows are written to the part, and the file made of the whole part, beside it or itself."""

    render: Callable[..., str]
    finish: Callable[[Path], Path]


FORMS = {
    ".csv": Form(render_csv, _as_it_is),
    ".jsonl": Form(render_jsonl, _as_it_is),
    ".parquet": Form(render_jsonl, _to_parquet),
    ".spacy": Form(render_jsonl, _to_doc_bin),
}


def _form(output: Path) -> Form:
    return FORMS[output.suffix.lower()]


def _sync(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _claim(path: Path) -> IO[bytes]:
    """A file to append to, that no other run writes until it is closed."""
    stream = path.open("ab+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between the two calls another run may have ended, and put the file that was opened into its place.
        if os.path.samestat(path.stat(), os.fstat(stream.fileno())):
            return stream
    except (BlockingIOError, FileNotFoundError):
        pass
    stream.close()
    raise ExtractorError(f"{path}: another run is writing it; wait for its end")


class FileWriter:
    """Writes to files by their suffix; with `resume` it takes up what an interrupted run left, told by `done`."""

    def __init__(self, outputs: Sequence[Path], *, resume: bool = False) -> None:
        for path in outputs:
            if path.suffix.lower() not in FORMS:
                raise ExtractorError(f"{path}: no output form {path.suffix!r}: use {', '.join(FORMS)}")
            if not path.parent.is_dir():
                raise ExtractorError(f"{path}: the folder {path.parent} does not exist: make it first")
            if path.is_dir():
                raise ExtractorError(f"{path}: is a folder: name a file")
        if len({path.resolve() for path in outputs}) < len(outputs):
            raise ExtractorError(f"{outputs[-1]}: the same output is named twice")
        self.done = Done()
        self._outputs = list(outputs)
        self._parts = [path.with_name(f".{path.name}.part") for path in outputs]
        self._journal_path = outputs[0].with_name(f".{outputs[0].name}.journal")
        with contextlib.ExitStack() as stack:
            try:
                self._open(stack, resume=resume)
            except OSError as error:
                raise ExtractorError(
                    f"{error.filename or outputs[0]}: cannot be written: {error.strerror}; "
                    "name a folder that is yours"
                ) from error
            self._stack = stack.pop_all()

    def _open(self, stack: contextlib.ExitStack, *, resume: bool) -> None:
        self._journal, *self._streams = (
            stack.enter_context(_claim(path)) for path in (self._journal_path, *self._parts)
        )
        sizes = self._last_sizes() if resume else None
        if sizes is None:
            self._journal.truncate(0)
            sizes = [0] * len(self._streams)
        for stream, size in zip(self._streams, sizes, strict=True):
            stream.truncate(size)
            stream.seek(size)

    def _last_sizes(self) -> list[int] | None:
        """The parts' lengths by the last line of the journal that is whole and that they bear out; None starts afresh.

        What follows that line is cut off, and `done` is what it tells.
        """
        self._journal.seek(0)
        lines = self._journal.read().split(b"\n")[:-1]
        lengths = [os.fstat(stream.fileno()).st_size for stream in self._streams]
        while lines:
            with contextlib.suppress(ValueError):
                state = cast(Record, json.loads(lines[-1]))
                if state["outputs"] != [path.name for path in self._outputs]:
                    raise ExtractorError(
                        f"{self._outputs[0]}: the interrupted run wrote {state['outputs']}: "
                        "name the same outputs, or leave --resume out"
                    )
                sizes = cast("list[int]", state["sizes"])
                if all(length >= size for length, size in zip(lengths, sizes, strict=True)):
                    self._journal.truncate(sum(len(line) + 1 for line in lines))
                    self.done = Done(**cast("dict[str, Any]", state["done"]))
                    return sizes
            lines.pop()
        return None

    def write(self, extractions: Sequence[Extraction], done: Done) -> None:
        """Write a batch and note how far the run has come: both reach the disk, the rows first."""
        for path, stream in zip(self._outputs, self._streams, strict=True):
            rows = _form(path).render(extractions, first=stream.tell() == 0)
            stream.write(rows.encode("utf-8", "backslashreplace"))
            _sync(stream)
        state = {"outputs": [path.name for path in self._outputs], "sizes": [s.tell() for s in self._streams]}
        self._journal.write(json.dumps(state | {"done": asdict(done)}).encode() + b"\n")
        _sync(self._journal)

    def close(self) -> None:
        """Put the finished files in their places, once all of them are ready."""
        ready = []
        for path, stream, part in zip(self._outputs, self._streams, self._parts, strict=True):
            if stream.tell() == 0:
                stream.write(_form(path).render((), first=True).encode())
                _sync(stream)
            ready.append(_form(path).finish(part))
            if ready[-1] != part:
                with ready[-1].open("rb") as whole:
                    os.fsync(whole.fileno())
        for whole_file, path in zip(ready, self._outputs, strict=True):
            whole_file.replace(path)
        for left in (*self._parts, self._journal_path):
            left.unlink(missing_ok=True)
        self._stack.close()

    def abort(self) -> None:
        """Leave the outputs as they were; parts and journal wait for a run with `resume`."""
        with contextlib.suppress(OSError):
            self._stack.close()
        for part in self._parts:
            with contextlib.suppress(OSError):
                part.with_suffix(_WHOLE).unlink()


class StdoutWriter:
    """deals.csv into a pipe."""

    def __init__(self) -> None:
        self.done = Done()
        self._first = True

    def write(self, extractions: Sequence[Extraction], done: Done) -> None:
        """Rows as they come."""
        sys.stdout.write(render_csv(extractions, first=self._first))
        self._first = False

    def close(self) -> None:
        """A run without an article still writes the header."""
        if self._first:
            self.write((), self.done)
        sys.stdout.flush()

    def abort(self) -> None:
        """What is out cannot be taken back."""


@contextlib.contextmanager
def whole_or_absent(writer: Writer) -> Iterator[Writer]:
    """The writer, closed when all went well, else aborted."""
    try:
        yield writer
        writer.close()
    except BaseException:
        writer.abort()
        raise
