from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from extractor.output import Done, FileWriter, json_line
from extractor.values import Article, Deal, DealType, Extraction, ExtractorError


def extraction(name: str) -> Extraction:
    deal = Deal(
        parties=("Acme",), type=DealType.DEBT, evidence="Acme borrows", evidence_start=0, evidence_end=12
    )
    return Extraction(article=Article(id=name, text="Acme borrows", lang="en"), deals=(deal,))


def write(writer: FileWriter, *names: str) -> None:
    for name in names:
        writer.done.add(name)
        writer.write([extraction(name)], writer.done)


@pytest.fixture
def outputs(tmp_path: Path) -> list[Path]:
    return [tmp_path / "deals.csv", tmp_path / "deals.jsonl", tmp_path / "deals.parquet"]


def whole(outputs: list[Path], *names: str) -> list[bytes]:
    writer = FileWriter(outputs)
    write(writer, *names)
    writer.close()
    return [path.read_bytes() for path in outputs]


def test_every_form_holds_every_deal(outputs: list[Path]) -> None:
    whole(outputs, "a", "b")
    assert list(pd.read_csv(outputs[0])["article_id"]) == ["a", "b"]
    assert [json.loads(line)["id"] for line in outputs[1].read_text("utf-8").splitlines()] == ["a", "b"]
    assert list(pd.read_parquet(outputs[2])["article_id"]) == ["a", "b"]


def test_nothing_is_there_before_the_end(outputs: list[Path]) -> None:
    writer = FileWriter(outputs)
    write(writer, "a")
    writer.abort()
    assert not any(path.exists() for path in outputs)


def test_an_aborted_run_leaves_the_old_output(outputs: list[Path]) -> None:
    before = whole(outputs, "old")
    writer = FileWriter(outputs)
    write(writer, "new")
    writer.abort()
    assert [path.read_bytes() for path in outputs] == before


def test_a_resumed_run_writes_the_same_bytes(outputs: list[Path]) -> None:
    expected = whole(outputs, "a", "b", "c")
    writer = FileWriter(outputs)
    write(writer, "a", "b")
    writer.abort()
    writer = FileWriter(outputs, resume=True)
    assert writer.done.inputs == 2
    write(writer, "c")
    writer.close()
    assert [path.read_bytes() for path in outputs] == expected


def test_rows_behind_the_journal_are_cut_off(outputs: list[Path]) -> None:
    expected = whole(outputs, "a", "b")
    writer = FileWriter(outputs)
    write(writer, "a")
    writer.abort()
    for part in outputs[0].parent.glob(".*.part"):
        part.write_bytes(part.read_bytes() + b"half a row")
    writer = FileWriter(outputs, resume=True)
    write(writer, "b")
    writer.close()
    assert [path.read_bytes() for path in outputs] == expected


@pytest.mark.parametrize("resume", [False, True])
def test_rows_without_a_journal_do_not_count(outputs: list[Path], resume: bool) -> None:
    expected = whole(outputs, "a", "b")
    writer = FileWriter(outputs)
    write(writer, "a")
    writer.abort()
    next(outputs[0].parent.glob(".*.journal")).unlink()
    writer = FileWriter(outputs, resume=resume)
    write(writer, "a", "b")
    writer.close()
    assert [path.read_bytes() for path in outputs] == expected


def test_a_run_after_an_interrupted_one_starts_afresh(outputs: list[Path]) -> None:
    expected = whole(outputs, "a", "b")
    writer = FileWriter(outputs)
    write(writer, "x", "a")
    writer.abort()
    assert whole(outputs, "a", "b") == expected


def test_a_run_that_broke_off_between_two_renames_is_done_again(outputs: list[Path]) -> None:
    expected = whole(outputs, "a")
    writer = FileWriter(outputs)
    write(writer, "a")
    writer.abort()
    outputs[0].with_name(f".{outputs[0].name}.part").replace(outputs[0])
    writer = FileWriter(outputs, resume=True)
    assert writer.done.inputs == 0
    write(writer, "a")
    writer.close()
    assert [path.read_bytes() for path in outputs] == expected


def test_no_output_is_in_place_before_all_are_ready(
    outputs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    expected = whole(outputs, "a", "b")
    for path in outputs:
        path.unlink()
    writer = FileWriter(outputs)
    write(writer, "a", "b")
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr("pyarrow.parquet.ParquetWriter", full)
        writer.close()
    writer.abort()
    assert not any(path.exists() for path in outputs)
    resumed = FileWriter(outputs, resume=True)
    assert resumed.done.inputs == 2
    resumed.close()
    assert [path.read_bytes() for path in outputs] == expected


def test_a_resumed_run_that_breaks_off_again_can_be_resumed(outputs: list[Path]) -> None:
    expected = whole(outputs, "a", "b", "c", "d")
    journal = outputs[0].with_name(f".{outputs[0].name}.journal")
    for done, name in enumerate("abcd"):
        writer = FileWriter(outputs, resume=True)
        assert writer.done.inputs == done
        write(writer, name)
        if name != "d":
            writer.abort()
            journal.write_bytes(journal.read_bytes() + b'{"outputs": ["dea')
    writer.close()
    assert [path.read_bytes() for path in outputs] == expected


def test_a_torn_journal_line_does_not_count(outputs: list[Path]) -> None:
    writer = FileWriter(outputs)
    write(writer, "a", "b")
    writer.abort()
    journal = next(outputs[0].parent.glob(".*.journal"))
    journal.write_bytes(journal.read_bytes()[:-9])
    resumed = FileWriter(outputs, resume=True)
    assert resumed.done.inputs == 1
    resumed.abort()


def test_a_run_that_ended_well_leaves_nothing_beside(outputs: list[Path]) -> None:
    whole(outputs, "a")
    assert sorted(outputs[0].parent.iterdir()) == sorted(outputs)


def test_an_empty_run_writes_the_header(tmp_path: Path) -> None:
    assert whole([tmp_path / "deals.csv"])[0].startswith(b"article_id,date,")


def test_two_runs_cannot_write_one_output(outputs: list[Path]) -> None:
    writer = FileWriter(outputs)
    with pytest.raises(ExtractorError, match="another run"):
        FileWriter(outputs)
    writer.abort()


def test_two_runs_cannot_share_a_second_output(outputs: list[Path]) -> None:
    writer = FileWriter(outputs)
    with pytest.raises(ExtractorError, match="another run"):
        FileWriter(outputs[1:])
    writer.abort()
    FileWriter(outputs[1:]).abort()


def test_an_output_named_twice_is_told(outputs: list[Path]) -> None:
    (outputs[0].parent / "link").symlink_to(outputs[0].parent)
    with pytest.raises(ExtractorError, match="named twice"):
        FileWriter([outputs[0], outputs[0].parent / "link" / outputs[0].name])


def test_other_outputs_cannot_be_resumed(outputs: list[Path]) -> None:
    writer = FileWriter(outputs)
    write(writer, "a")
    writer.abort()
    with pytest.raises(ExtractorError, match="name the same outputs"):
        FileWriter(outputs[:1], resume=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("deals.xls", r"'\.xls': use \.csv"),
        ("nowhere/deals.csv", "does not exist"),
        ("folder.csv", "is a folder"),
    ],
)
def test_an_output_that_cannot_be_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ExtractorError, match=told):
        FileWriter([tmp_path / name])


def test_a_lone_surrogate_survives_the_way_to_a_file() -> None:
    line = json_line(Extraction(article=Article(id="a", text="half \ud83d")))
    assert json.loads(line.encode("utf-8"))["text"] == "half \ud83d"


def test_the_digest_tells_other_inputs_apart() -> None:
    one, other = Done(), Done()
    one.add("a")
    other.add("b")
    assert one.digest != other.digest
