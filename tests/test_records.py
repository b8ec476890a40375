from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from extractor.records import from_record, to_record
from extractor.values import (
    Article,
    Deal,
    DealType,
    Entry,
    Extraction,
    GoldError,
    Mention,
    MentionType,
    Mod,
    Money,
    Org,
    Power,
    Qualifier,
    Status,
    Timex,
)

TEXT = "3 mai Acme paie 2,5 millions d'euros pour 300 MW"
WHOLE = Extraction(
    article=Article(id="a", text=TEXT, lang="fr", published="2024-05-04"),
    entries=(Entry(start=0, end=len(TEXT), date="2024-05-03"),),
    mentions=(
        Mention(
            type=MentionType.DATE,
            start=0,
            end=5,
            text="3 mai",
            value=Timex(value="2024-05-03", mod=Mod.END),
            rule="d",
        ),
        Mention(
            type=MentionType.ORG,
            start=6,
            end=10,
            text="Acme",
            value=Org(norm="Acme", known=True, evidence=("gazetteer",)),
        ),
        Mention(
            type=MentionType.MONEY,
            start=16,
            end=36,
            text="2,5 millions d'euros",
            value=Money(value=Decimal("2500000"), currency="EUR", qualifier=Qualifier.ABOUT),
        ),
        Mention(
            type=MentionType.POWER,
            start=42,
            end=48,
            text="300 MW",
            value=Power(gw=Decimal("0.3")),
            optional=True,
        ),
    ),
    deals=(
        Deal(
            parties=("Acme",),
            payer=("Acme",),
            type=DealType.ENERGY,
            amount=Decimal("2500000"),
            currency="EUR",
            power_gw=Decimal("0.3"),
            status=Status.ANNOUNCED,
            evidence=TEXT,
            evidence_start=0,
            evidence_end=len(TEXT),
            entry=0,
            confidence=0.9,
            provenance={"amount": (2,)},
            optional_slots=("type",),
        ),
    ),
    notes=("a note",),
)


def test_a_record_read_back_is_the_same_extraction() -> None:
    assert from_record(json.loads(json.dumps(to_record(WHOLE)))) == WHOLE


def test_whole_numbers_are_written_as_integers() -> None:
    record: dict[str, Any] = to_record(WHOLE)
    assert json.dumps(record["deals"][0]["amount"]) == "2500000"


def test_the_hash_is_of_the_text() -> None:
    assert (
        Article(id="a", text="é").sha256 == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mentions": [{"type": "THING", "start": 0, "end": 1}]}, "THING"),
        ({"mentions": [{"type": "ORG", "end": 1}]}, "'start'"),
        ({"deals": [{"type": "theft"}]}, "theft"),
        ({"entries": "none"}, "entries"),
    ],
)
def test_a_fault_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(GoldError, match=told):
        from_record({**to_record(WHOLE), **change}, place="gold/a.json")
