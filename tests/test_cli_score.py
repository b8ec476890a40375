"""The commands `score` and `gold`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from extractor import cli_score

ROOT = Path(__file__).parent.parent
MARKED = """---
id: {id}
lang: {lang}
kind: prose
---
⟦ORG|Belmont⟧ pays ⟦ORG|Harrow Wind⟧ ⟦MONEY|$2bn|value=2e9;currency=USD⟧ on ⟦DATE|May 12, 2031|norm=2031-05-12⟧.
⟪DEALS⟫
[[deal]]
parties = ["Belmont", "Harrow Wind"]
amount = 2e9
currency = "USD"
evidence = "Belmont pays Harrow Wind $2bn on May 12, 2031."
"""

app = typer.Typer()
app.command("score")(cli_score.score)
app.add_typer(cli_score.gold_app, name="gold")


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Six articles of gold, and runs that find all, half, and what is not there."""
    marked = tmp_path / "marked"
    marked.mkdir()
    for n in range(6):
        (marked / f"a{n}.txt").write_text(MARKED.format(id=f"a{n}", lang=("en", "fr")[n % 2]), "utf-8")
    assert (
        run("gold", "build", marked, "--gold", tmp_path / "gold", "--corpus", tmp_path / "corpus").exit_code
        == 0
    )
    records = [json.loads(file.read_text("utf-8")) for file in sorted((tmp_path / "gold").glob("*.json"))]
    worse = [record | {"mentions": record["mentions"][1:], "deals": []} for record in records]
    for name, rows in (("all", records), ("half", worse[:3] + records[3:]), ("few", records[:4])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return tmp_path / "gold"


def test_figures_are_printed_with_counts(gold: Path) -> None:
    result = run("score", "--gold", gold, "--pred", gold.parent / "half.jsonl")
    assert result.exit_code == 0
    whole = result.stdout.partition("\n\n")[0]
    rows = {line.split()[0]: line.split() for line in whole.splitlines()}
    assert rows["ORG.value"][1] == "1.000"
    assert rows["ORG.value"][-3:] == ["9", "0", "3"]
    assert "DEAL.stake_percent" not in rows
    assert "F1 by lang (articles), tp/fp/fn" in result.stdout


def test_a_missing_prediction_is_said(gold: Path) -> None:
    result = run("score", "--gold", gold, "--pred", gold.parent / "few.jsonl")
    assert "6 articles, 2 without a prediction, counted as missed: a4, a5" in result.stdout


def test_an_unknown_article_is_an_error(gold: Path) -> None:
    (gold / "a5.json").unlink()
    result = run("score", "--gold", gold, "--pred", gold.parent / "all.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "all.jsonl:6: found the unknown article 'a5'" in result.stderr


def test_errors_are_listed_of_one_type_or_all(gold: Path) -> None:
    half = gold.parent / "half.jsonl"
    everything = run("score", "--gold", gold, "--pred", half, "--errors").stdout
    deals = run("score", "--gold", gold, "--pred", half, "--errors", "deal").stdout
    assert ("ORG missed: 3 missed" in everything, "DEAL missed: 3 missed" in everything) == (True, True)
    assert ("ORG missed" in deals, "DEAL missed: 3 missed" in deals) == (False, True)


@pytest.mark.parametrize("args", [("DEAL",), ("--errors", "PEOPLE"), ("--raise-floors",)])
def test_what_makes_no_sense_is_a_usage_error(gold: Path, args: tuple[str, ...]) -> None:
    assert run("score", "--gold", gold, "--pred", gold.parent / "half.jsonl", *args).exit_code == 2


def test_two_runs_are_compared(gold: Path) -> None:
    result = run(
        "score", "--gold", gold, "--pred", gold.parent / "all.jsonl", "--against", gold.parent / "half.jsonl"
    )
    assert "won: 6\n" in result.stdout
    assert "lost: 0\n" in result.stdout


def test_two_labellings_are_compared_by_the_same_command(gold: Path) -> None:
    result = run("score", "--gold", gold, "--pred", gold, "--json", gold.parent / "out.json")
    assert result.exit_code == 0
    figures = json.loads((gold.parent / "out.json").read_text("utf-8"))["figures"]["all"]["all"]
    assert {figure["f1"] for figure in figures.values()} == {1.0, None}


def test_agreement_is_measured_on_what_is_labelled_twice(gold: Path) -> None:
    second = gold.parent / "second"
    second.mkdir()
    (second / "a3.json").write_bytes((gold / "a3.json").read_bytes())
    result = run("score", "--gold", gold, "--pred", second)
    assert "in all: 1 article\n" in result.stdout
    assert "1 of 6 articles are labelled twice" in result.stderr


def test_optional_labels_can_be_counted(gold: Path) -> None:
    second = gold.parent / "second"
    second.mkdir()
    record = json.loads((gold / "a3.json").read_text("utf-8"))
    record["deals"][0] |= {"amount": 3e9, "optional": True}
    (second / "a3.json").write_text(json.dumps(record), "utf-8")
    args = ("score", "--gold", gold, "--pred", second)
    assert "DEAL.amount" not in run(*args).stdout
    assert "DEAL.amount" in run(*args, "--count-optional").stdout


def test_csv_and_page_are_written(gold: Path) -> None:
    table, page = gold.parent / "out.csv", gold.parent / "out.html"
    assert (
        run(
            "score", "--gold", gold, "--pred", gold.parent / "half.jsonl", "--csv", table, "--html", page
        ).exit_code
        == 0
    )
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert {(row["axis"], row["group"]) for row in rows} == {
        ("all", "all"), ("lang", "en"), ("lang", "fr"), ("kind", "prose"), ("about", "real"),
    }  # fmt: skip
    assert "Belmont" in page.read_text("utf-8")


def test_floors_hold(gold: Path) -> None:
    floors = ("--floors", gold.parent / "floors.json")
    every, half = (
        ("score", "--gold", gold, "--pred", gold.parent / f"{name}.jsonl") for name in ("all", "half")
    )
    assert run(*every, *floors).exit_code == 1
    assert run(*every, *floors, "--raise-floors").exit_code == 0
    fallen = run(*half, *floors, "--raise-floors")
    assert (fallen.exit_code, "ORG.value of en: found 0.8000, expected at least 1.000" in fallen.stderr) == (
        1,
        True,
    )
    assert run(*half, *floors, "--lower-floors").exit_code == 0


@pytest.mark.model
def test_the_baseline_stands_beside(gold: Path) -> None:
    result = run("score", "--gold", gold, "--pred", gold.parent / "all.jsonl", "--baseline")
    whole = result.stdout.partition("\n\n")[0].splitlines()
    assert whole[1].endswith("baseline F1")
    assert next(line for line in whole if line.startswith("MONEY.value")).split()[-3] == "1.000"


def test_the_shipped_gold_is_marked_and_built_without_a_change(tmp_path: Path) -> None:
    dev = ROOT / "gold" / "dev"
    assert run("gold", "mark", dev, "-o", tmp_path / "marked").exit_code == 0
    build = run(
        "gold", "build", tmp_path / "marked", "--gold", tmp_path / "gold", "--corpus", tmp_path / "corpus"
    )
    assert build.exit_code == 0
    for folder, copies in ((dev, tmp_path / "gold"), (ROOT / "corpus", tmp_path / "corpus")):
        for file in copies.iterdir():
            assert file.read_bytes() == (folder / file.name).read_bytes(), file.name


def test_new_articles_are_split_and_known_ones_stay(gold: Path) -> None:
    marked, place = gold.parent / "marked", gold.parent / "new"
    build = ("gold", "build", marked, "--gold", place, "--corpus", gold.parent / "corpus", "--split")
    for _ in range(2):
        assert run(*build).exit_code == 0
        assert [len(list((place / part).iterdir())) for part in ("dev", "test")] == [4, 2]


def test_check_names_the_fault(gold: Path) -> None:
    assert "6 articles, 6 deals: no fault found" in run("gold", "check", gold).stdout
    file = gold / "a0.json"
    file.write_text(file.read_text("utf-8").replace('"USD"', '"dollars"'), "utf-8")
    result = run("gold", "check", gold)
    assert (result.exit_code, "a0.json: mentions[2].currency: found 'dollars'" in result.stderr) == (1, True)
