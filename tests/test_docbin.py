"""A run's output for spaCy: a DocBin of span groups, each Doc with its record."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from extractor.output import Done, FileWriter
from extractor.pipeline import to_doc
from extractor.records import from_record
from extractor.values import (
    Article,
    Deal,
    DealType,
    Entry,
    Extraction,
    Mention,
    MentionType,
    Money,
    Org,
    Timex,
)


def extraction(name: str) -> Extraction:
    text = "11 nov.Brivel 🤝 paie 5 millions d'euros à Ondal."
    return Extraction(
        article=Article(id=name, text=text, lang="fr"),
        entries=(Entry(start=0, end=48, date="2025-11-11"),),
        mentions=(
            Mention(type=MentionType.DATE, start=0, end=7, text="11 nov.", value=Timex(value="2025-11-11")),
            Mention(type=MentionType.ORG, start=7, end=13, text="Brivel", value=Org(norm="Brivel")),
            Mention(
                type=MentionType.MONEY,
                start=21,
                end=39,
                text="5 millions d'euros",
                value=Money(value=Decimal(5_000_000), currency="EUR"),
            ),
        ),
        deals=(
            Deal(
                parties=("Brivel",), type=DealType.DEBT, evidence=text[7:], evidence_start=7, evidence_end=48
            ),
        ),
    )


def spans(doc: Doc) -> dict[str, list[tuple[int, int, str]]]:
    return {name: [(s.start_char, s.end_char, s.label_) for s in group] for name, group in doc.spans.items()}


def test_a_doc_has_the_spans_of_an_extraction() -> None:
    doc = to_doc(extraction("a"), spacy.blank("fr"))
    assert spans(doc) == {
        "dates": [(0, 7, "DATE")],
        "orgs": [(7, 13, "ORG")],
        "amounts": [(21, 39, "MONEY")],
        "entries": [(0, 48, "2025-11-11")],
        "deals": [(7, 48, "debt")],
    }
    assert doc.spans["amounts"][0]._.value == Money(value=Decimal(5_000_000), currency="EUR")


def test_a_run_writes_a_docbin_that_holds_all(tmp_path: Path) -> None:
    output = tmp_path / "run.spacy"
    writer = FileWriter([output])
    writer.write([extraction("a"), extraction("b")], Done())
    writer.close()
    docs = list(DocBin().from_disk(output).get_docs(spacy.blank("fr").vocab))
    assert [from_record(json.loads(doc.user_data["record"])) for doc in docs] == [
        extraction("a"),
        extraction("b"),
    ]
    assert [spans(doc) for doc in docs] == [spans(to_doc(extraction("a"), spacy.blank("fr")))] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["run.spacy"]


def test_a_run_of_nothing_writes_an_empty_docbin(tmp_path: Path) -> None:
    FileWriter([tmp_path / "run.spacy"]).close()
    assert list(DocBin().from_disk(tmp_path / "run.spacy").get_docs(spacy.blank("fr").vocab)) == []
