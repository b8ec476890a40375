from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from extractor.cli import app
from extractor.gold import Gold, load_gold, parse_marked_article
from extractor.labelstudio import labelling_config, read_tasks, to_task, write_tasks
from extractor.output import json_line
from extractor.values import GoldError

Record = dict[str, Any]
ROOT = Path(__file__).parent.parent
MARKED = """---
id: emoji
lang: fr
published: 2025-11-12
kind: list
invented: true
---
🚀 Été 𝒳 : dépêche 👩‍🚀 du matin.

⟪ENTRY|2025-11-11⟫⟦DATE|11 nov.|norm=2025-11-11⟧⟦ORG|Brivel|norm=Brivel Énergie⟧ 🤝 paie à ⟦ORG|Ondal|optional⟧
environ ⟦MONEY|2,5 milliards d’euros 💶|value=2.5e9;currency=EUR;qualifier=about⟧ pour ⟦POWER|300 MW|gw=0.3⟧.⟪/ENTRY⟫
⟪DEALS⟫
[[deal]]
date = "2025-11-11"
parties = ["Brivel Énergie", "Ondal"]
payer = ["Brivel Énergie"]
payee = ["Ondal"]
type = "energy"
amount = 2_500_000_000
currency = "EUR"
amount_qualifier = "about"
power_gw = 0.3
status = "announced"
optional = true
optional_slots = ["type", "status"]
evidence = "11 nov.Brivel 🤝 paie à Ondal\\nenviron 2,5 milliards d’euros 💶 pour 300 MW."
"""


@pytest.fixture
def gold() -> Gold:
    return parse_marked_article(MARKED, place="test")


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def results(task: Record) -> list[Record]:
    return task["annotations"][0]["result"]


def region(task: Record, label: str) -> Record:
    return next(r["value"] for r in results(task) if r["value"].get("labels") == [label])


def read_one(task: Record, path: Path) -> Gold:
    path.write_text(json.dumps([task]), "utf-8")
    ((gold,), unlabelled) = read_tasks(path)
    assert unlabelled == []
    return gold


def test_the_way_to_label_studio_and_back_changes_nothing(gold: Gold, tasks: Path) -> None:
    write_tasks([to_task(gold)], tasks)
    assert read_tasks(tasks) == ([gold], [])


@pytest.mark.parametrize("part", ["dev", "test"])
def test_nothing_of_our_gold_is_changed(part: str, tasks: Path) -> None:
    labels = load_gold(ROOT / "gold" / part, ROOT / "corpus")
    write_tasks(map(to_task, labels), tasks)
    assert [item.id for item, same in zip(labels, read_tasks(tasks)[0], strict=True) if item != same] == []


def test_offsets_are_code_points(gold: Gold) -> None:
    # As Label Studio 1.23 writes a region that is drawn in a browser behind these emoji.
    money = region(to_task(gold), "MONEY")
    text = gold.extraction.article.text
    assert text[money["start"] : money["end"]] == money["text"] == "2,5 milliards d’euros 💶"


def test_what_a_person_drew_is_read(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    value = {"start": 10, "end": 17, "text": "dépêche", "labels": ["ORG"]}
    results(task).append(
        {"id": "Xy_1", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    )
    drawn = read_one(task, tasks).extraction.mentions[0]
    assert (drawn.text, drawn.value.norm) == ("dépêche", "dépêche")


def test_a_region_over_lines_is_read_as_the_browser_tells_it(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    deal = region(task, "DEAL")
    deal["text"] = str(deal["text"]).replace("\n", "\\n")
    assert read_one(task, tasks) == gold


def test_what_a_person_typed_is_read(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    amount = next(r for r in results(task) if r["from_name"] == "amount")
    amount["value"]["text"] = [" 3.5e9 "]
    assert read_one(task, tasks).extraction.deals[0].amount == 3_500_000_000


def test_a_label_that_was_changed_drops_the_slots_of_the_old_one(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    region(task, "MONEY")["labels"] = ["ORG"]
    orgs = [m.value.norm for m in read_one(task, tasks).extraction.mentions if m.type == "ORG"]
    assert orgs == ["Brivel Énergie", "Ondal", "2,5 milliards d’euros 💶"]


def test_skipped_tasks_and_predictions_are_not_labelled(gold: Gold, tasks: Path) -> None:
    skipped = to_task(gold)
    skipped["annotations"][0]["was_cancelled"] = True
    write_tasks([skipped, to_task(gold, predicted=True)], tasks)
    assert read_tasks(tasks) == ([], ["emoji", "emoji"])


def broken(task: Record, *, key: str, value: object) -> Record:
    row = next(r for r in results(task) if r["from_name"] == key)
    inner = row["value"]
    inner.update(value)
    return task


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("label", {"start": 3, "end": 9}, "the offsets are of another text"),
        ("label", {"end": 9_999}, "expected one within the text"),
        ("label", {"labels": ["Person"]}, "expected one of ENTRY"),
        ("amount", {"text": ["three billion"]}, "amount: found 'three billion', expected a number"),
        ("amount", {"text": ["1", "2"]}, "amount: found 2 values, expected one"),
        ("type", {"choices": ["gift"]}, "gift"),
        ("currency", {"text": ["euro"]}, "currency"),
    ],
)
def test_a_fault_is_told_with_its_task(gold: Gold, tasks: Path, key: str, value: object, told: str) -> None:
    with pytest.raises(GoldError, match=r"task 1 \(emoji\)") as fault:
        read_one(broken(to_task(gold), key=key, value=value), tasks)
    assert told in str(fault.value) and "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "expected the list of tasks"),
        ("[1]", "no data with id and text"),
        ('[{"text": "a", "label": []}]', "not as JSON-MIN"),
        ("[", "no JSON"),
    ],
)
def test_a_file_of_another_kind_is_told(tasks: Path, content: str, told: str) -> None:
    tasks.write_text(content, "utf-8")
    with pytest.raises(GoldError, match=told):
        read_tasks(tasks)


def test_two_annotations_of_a_task_are_told(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    task["annotations"] *= 2
    with pytest.raises(GoldError, match="found 2 annotations, expected one"):
        read_one(task, tasks)


def test_a_text_that_was_changed_is_told(gold: Gold, tasks: Path) -> None:
    task = to_task(gold)
    task["data"]["text"] += " Fin."
    with pytest.raises(GoldError, match="the text has changed"):
        read_one(task, tasks)


def test_the_config_has_a_control_for_all_that_is_exported(gold: Gold) -> None:
    controls = {node.get("name"): node.tag.lower() for node in etree.fromstring(labelling_config()).iter("*")}
    assert all(controls[r["from_name"]] == r["type"] for r in results(to_task(gold)))


def test_the_command_goes_both_ways(gold: Gold, tmp_path: Path) -> None:
    run = tmp_path / "run.jsonl"
    run.write_text(json_line(gold.extraction), "utf-8")
    tasks = tmp_path / "tasks.json"
    invoke = CliRunner().invoke
    assert invoke(app, ["gold", "export", str(run), "--to", "label-studio", "-o", str(tasks)]).exit_code == 0
    (task,) = json.loads(tasks.read_text("utf-8"))
    # A person submits the prediction as it is.
    tasks.write_text(json.dumps([{**task, "annotations": task["predictions"]}]), "utf-8")
    folders = ["--gold", str(tmp_path / "gold"), "--corpus", str(tmp_path / "corpus")]
    assert invoke(app, ["gold", "import", str(tasks), *folders]).exit_code == 0
    (back,) = load_gold(tmp_path / "gold", tmp_path / "corpus")
    assert (back.extraction.mentions, back.extraction.deals) == (
        gold.extraction.mentions,
        gold.extraction.deals,
    )


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    output = str(tmp_path / "nowhere" / "tasks.json")
    done = CliRunner().invoke(
        app, ["gold", "export", "--to", "label-studio", str(ROOT / "gold/dev"), "-o", output]
    )
    assert done.exit_code == 1 and "nowhere" in done.output
