"""A local Ray of two workers gives the rows of a local run. Left out where Ray is not installed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'extractor[cluster]'")

import pyarrow as pa
import pyarrow.parquet as pq

from extractor.batch import Failure, Options, extract_stream
from extractor.cluster import run_on_ray
from extractor.read import read_articles
from extractor.records import to_record
from extractor.values import ExtractorError

TEXTS = {
    "en": "On March {day}, 2024, Brivel Inc. acquired Ondal for ${day} million.",
    "fr": "Le {day} mars 2024, Brivel SA a racheté Ondal pour {day} millions d'euros.",
}
OPTIONS = Options(model=False)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    for shard in range(3):
        rows = [
            {"id": f"{shard}-{day}-{lang}", "lang": lang, "text": text.format(day=day)}
            for day in range(2, 6)
            for lang, text in TEXTS.items()
        ]
        if shard == 1:
            pq.write_table(pa.Table.from_pylist(rows), folder / "1.parquet")
        else:
            (folder / f"{shard}.jsonl").write_text(
                "".join(json.dumps(row) + "\n" for row in rows) + "no json\n" * (shard == 2), "utf-8"
            )
    return folder


def test_rows_are_those_of_a_local_run(shards: Path, tmp_path: Path) -> None:
    output = tmp_path / "deals.jsonl"
    parts = list(run_on_ray([str(shards)], str(output), OPTIONS, workers=2))
    assert [(part.articles, len(part.failures)) for part in sorted(parts, key=lambda part: part.shard)] == [
        (8, 0),
        (8, 0),
        (8, 1),
    ]
    lines = [
        json.loads(line)
        for part in sorted(output.glob("part-*"))
        for line in part.read_text("utf-8").splitlines()
    ]
    assert [line["id"] for line in lines] == [
        f"{s}-{d}-{lang}" for s in range(3) for d in range(2, 6) for lang in TEXTS
    ]
    local = extract_stream(read_articles([shards / "0.jsonl"]), OPTIONS)
    rows = [
        json.loads(json.dumps(to_record(x)))
        for batch in local
        for _, x in batch
        if not isinstance(x, Failure)
    ]
    assert lines[: len(rows)] == rows
    # Parts that are there are not made again, and tell the same.
    times = [path.stat().st_mtime_ns for path in sorted(output.glob("part-*"))]
    assert sorted(run_on_ray([str(shards)], str(output), OPTIONS, workers=2), key=str) == sorted(
        parts, key=str
    )
    assert [path.stat().st_mtime_ns for path in sorted(output.glob("part-*"))] == times


def test_other_forms_and_urls(shards: Path, tmp_path: Path) -> None:
    output = tmp_path / "deals.csv"
    list(run_on_ray([f"file://{shards}/0.jsonl"], f"file://{output}", OPTIONS, workers=1))
    with (output / "part-00000.csv").open(encoding="utf-8") as rows:
        assert len(list(csv.DictReader(rows))) == 8


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExtractorError, match="nothing to read"):
        list(run_on_ray([str(tmp_path)], str(tmp_path / "out.csv"), OPTIONS))
