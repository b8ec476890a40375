from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from extractor.table import CSV_COLUMNS, csv_text, to_frame
from extractor.values import Article, Deal, DealType, Extraction, Qualifier, Status

TEXT = "=Acme paie 38 milliards de dollars à Brill, dit-on."


def extraction(**slots: Any) -> Extraction:
    values: dict[str, Any] = {
        "parties": ("Acme", "Brill"),
        "payer": ("Acme",),
        "payee": ("Brill",),
        "type": DealType.CLOUD,
        "amount": Decimal("38E9"),
        "currency": "USD",
        "amount_qualifier": Qualifier.EXACT,
        "status": Status.ANNOUNCED,
        "evidence": TEXT,
        "evidence_start": 0,
        "evidence_end": len(TEXT),
        **slots,
    }
    return Extraction(article=Article(id="a", text=TEXT, lang="fr"), deals=(Deal(**values),))


def row(**slots: object) -> dict[str, str]:
    return next(csv.DictReader(io.StringIO(csv_text([extraction(**slots)], header=True), newline="")))


def test_the_columns_stand_in_the_order_of_the_format() -> None:
    assert csv_text([], header=True) == ",".join(CSV_COLUMNS) + "\r\n"


def test_an_amount_is_written_in_full() -> None:
    assert row()["amount"] == "38000000000"


def test_a_small_amount_keeps_its_decimals() -> None:
    assert row(amount=Decimal("0.050"))["amount"] == "0.05"


def test_lists_are_joined() -> None:
    assert row()["parties"] == "Acme; Brill"


@pytest.mark.parametrize("opener", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_is_defused(opener: str) -> None:
    formula = f'{opener}HYPERLINK("//x.test";"Acme")'
    assert row(evidence=formula)["evidence"] == f"'{formula}"
    assert row(payer=(formula, "Acme"))["payer"] == f"'{formula}; Acme"
    assert row(source=formula)["source"] == f"'{formula}"


def test_a_line_break_stays_in_its_cell() -> None:
    assert row(evidence="two\nlines")["evidence"] == "two\nlines"


def test_an_absent_value_is_an_empty_cell() -> None:
    assert row(amount=None)["amount"] == ""


def test_the_frame_has_proper_types() -> None:
    frame = to_frame([extraction()])
    assert frame["amount"].dtype == "Float64"
    assert frame["evidence_start"].dtype == "Int64"
    assert frame["payer"].dtype == "string"


def test_an_empty_frame_has_the_same_types() -> None:
    assert list(to_frame([]).dtypes) == list(to_frame([extraction()]).dtypes)
