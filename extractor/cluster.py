"""Many articles on many machines, over Ray Data: `extractor run --engine ray INPUT... -o OUTPUT`.

A shard is one input file (JSONL, Parquet, or whatever `read` reads), at any place that fsspec knows. Each worker
loads its pipelines once, reads a shard as a local run would, and puts `part-NNNNN` into the folder OUTPUT: in order
they hold the rows of a local run over the same files. A part is there whole or not at all; one that is there is not
made again, so that a run that broke off goes on where it stopped.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from extractor.batch import Failure, Options, extract_stream, input_key
from extractor.output import FORMS, FileWriter, whole_or_absent
from extractor.read import read_articles
from extractor.values import ExtractorError

if TYPE_CHECKING:
    import numpy as np

# What becomes input: other files of a folder are passed over.
_INPUTS = (".jsonl", ".jsonl.gz", ".parquet", ".txt", ".md", ".html", ".htm")
# A worker that dies takes its shard with it: the shard is tried so often.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a shard; `failures` are lines for a person."""

    shard: str
    articles: int
    deals: int
    failures: tuple[str, ...]


def run_on_ray(
    inputs: Sequence[str],
    output: str,
    options: Options,
    *,
    address: str | None = None,
    workers: int | None = None,
    lang: str | None = None,
    published: str | None = None,
) -> Iterator[Part]:
    """Yield what came of each shard as it is done; the parts are in the folder `output`, named by its suffix.

    `address`: of a cluster that runs; None starts one on this machine. `workers`: how many, None for one a processor.
    ExtractorError where Ray is not installed or there is nothing to read.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ExtractorError("Ray is not installed: pip install 'extractor[cluster]'") from error
    form = PurePosixPath(output).suffix.lower()
    if form not in FORMS:
        raise ExtractorError(f"{output}: no output form {form!r}: use {', '.join(FORMS)}")
    rows = [{"index": index, "shard": shard} for index, shard in enumerate(_shards(inputs))]
    if not rows:
        raise ExtractorError(f"nothing to read in {', '.join(inputs)}: name files of {', '.join(_INPUTS)}")
    ray.init(address=address, ignore_reinit_error=True, logging_level="ERROR")
    count = min(len(rows), workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
    done = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _Worker,
        fn_constructor_args=(output, form, options, lang, published),
        batch_size=1,
        concurrency=count,
        num_cpus=1,
        max_restarts=_TRIES,
        max_task_retries=_TRIES,
    )
    for row in done.iter_rows():
        yield Part(
            str(row["shard"]), int(row["articles"]), int(row["deals"]), tuple(json.loads(row["failures"]))
        )


def _shards(inputs: Iterable[str]) -> Iterator[str]:
    """The files that the inputs stand for, in order: files, folders and globs, as URLs or local paths."""
    import fsspec

    for name in inputs:
        files, path = fsspec.core.url_to_fs(name)
        found = files.find(path) if files.isdir(path) else files.glob(path) if "*" in path else [path]
        yield from (files.unstrip_protocol(file) for file in sorted(found) if file.lower().endswith(_INPUTS))


class _Worker:
    """Takes shards one by one; what it loads for the first serves all."""

    def __init__(
        self, output: str, form: str, options: Options, lang: str | None, published: str | None
    ) -> None:
        self.output, self.form, self.options = output, form, options
        self.lang, self.published = lang, published

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list[object]]:
        import fsspec

        (index,), (shard,) = batch["index"], batch["shard"]
        files, folder = fsspec.core.url_to_fs(self.output)
        part = f"{folder}/part-{int(index):05}{self.form}"
        told = f"{folder}/.part-{int(index):05}.json"
        if not (files.exists(part) and files.exists(told)):
            with tempfile.TemporaryDirectory() as name:
                source, result = _fetch(str(shard), Path(name)), Path(name) / f"result{self.form}"
                counts = self._extract(source, result)
                files.makedirs(folder, exist_ok=True)
                files.put_file(str(result), f"{part}.making")
                files.mv(f"{part}.making", part)
                files.pipe_file(told, json.dumps(counts).encode())
        counts = json.loads(files.cat_file(told))
        return {"shard": [str(shard)], **{key: [value] for key, value in counts.items()}}

    def _extract(self, source: Path, result: Path) -> dict[str, object]:
        """The counts of a shard, whose rows are then in `result`."""
        failures: list[str] = []
        with whole_or_absent(FileWriter([result])) as writer:
            inputs = read_articles([source], lang=self.lang, published=self.published)
            for batch in extract_stream(inputs, self.options):
                good = []
                for row, outcome in batch:
                    writer.done.add(input_key(row))
                    if isinstance(outcome, Failure):
                        failures.append(outcome.message)
                    else:
                        good.append(outcome)
                writer.done.articles += len(good)
                writer.done.deals += sum(len(extraction.deals) for extraction in good)
                writer.write(good, writer.done)
        return {
            "articles": writer.done.articles, "deals": writer.done.deals, "failures": json.dumps(failures),
        }  # fmt: skip


def _fetch(shard: str, folder: Path) -> Path:
    """A local copy of a shard under its own name; Parquet becomes JSONL, which is read by the same rules."""
    import fsspec

    files, path = fsspec.core.url_to_fs(shard)
    local = folder / PurePosixPath(path).name
    files.get_file(path, str(local))
    if local.suffix.lower() != ".parquet":
        return local
    lines = local.with_suffix(".jsonl")
    with lines.open("w", encoding="utf-8") as out:
        for table in pq.ParquetFile(local).iter_batches():
            for row in table.to_pylist():
                fields = {key: value for key, value in row.items() if value is not None}
                out.write(json.dumps(fields, default=str) + "\n")
    return lines
