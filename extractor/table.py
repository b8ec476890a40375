"""Deals and mentions as DataFrames, and the text of deals.csv."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.values import Deal, Extraction, ExtractorError, Mention, Org

if TYPE_CHECKING:
    import pandas as pd

CSV_COLUMNS = (
    "article_id", "date", "payer", "payee", "parties", "type", "amount", "currency", "amount_qualifier",
    "amount_low", "amount_high", "power_gw", "power_qualifier", "stake_percent", "term_years", "status", "source",
    "evidence", "evidence_start", "evidence_end", "published", "lang", "url", "confidence",
)  # fmt: skip
LISTS = ("payer", "payee", "parties")
NUMBERS = ("amount", "amount_low", "amount_high", "power_gw", "stake_percent", "term_years")
OFFSETS = ("evidence_start", "evidence_end")
# A spreadsheet runs a cell that opens with one of these; an apostrophe before it makes it text (OWASP, CSV injection).
_FORMULA_OPENERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def deal_row(extraction: Extraction, deal: Deal) -> dict[str, object]:
    """The row of a deal: its slots and what its article is, by the names of the columns; lists joined by "; "."""
    article = extraction.article
    row: dict[str, object] = {
        "article_id": article.id,
        "published": article.published,
        "lang": article.lang,
        "url": article.url,
    }
    for column in CSV_COLUMNS:
        if column not in row:
            value = getattr(deal, column)
            row[column] = "; ".join(value) if column in LISTS else value
    return row


def to_frame(extractions: Iterable[Extraction]) -> pd.DataFrame:
    """One row a deal, in the order of the articles: numbers as nullable floats, offsets as integers, the rest text.

    Dates stay ISO strings, since they keep their grain ("2025-11"); an absent value is `pd.NA`.
    """
    import pandas as pd

    rows = [deal_row(x, deal) for x in extractions for deal in x.deals]
    frame = pd.DataFrame(rows, columns=list(CSV_COLUMNS))
    types = {
        c: "Float64" if c in (*NUMBERS, "confidence") else "Int64" if c in OFFSETS else "string"
        for c in CSV_COLUMNS
    }
    for column in NUMBERS:
        frame[column] = [None if v is None else float(v) for v in frame[column]]
    return frame.astype(types)


def mentions_frame(extractions: Iterable[Extraction]) -> pd.DataFrame:
    """One row a mention: article_id, type, start, end, text, rule, and its value as text."""
    import pandas as pd

    rows = [
        {"article_id": x.article.id, "type": m.type.value, "start": m.start, "end": m.end, "text": m.text,
         "value": str(m.value), "rule": m.rule}
        for x in extractions
        for m in x.mentions
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["article_id", "type", "start", "end", "text", "value", "rule"])


def csv_text(extractions: Iterable[Extraction], *, header: bool) -> str:
    """Rows of deals.csv: RFC 4180, numbers in full ("38000000000"), formulas defused."""
    rows = (deal_row(x, deal) for x in extractions for deal in x.deals)
    return _csv([CSV_COLUMNS] if header else [], ([row[column] for column in CSV_COLUMNS] for row in rows))


def organisations(extractions: Iterable[Extraction]) -> tuple[list[str], list[list[object]]]:
    """What a run met, most often named first: column names and a row an organisation."""
    met: dict[str, list[Mention]] = defaultdict(list)
    for extraction in extractions:
        for mention in extraction.mentions:
            if isinstance(mention.value, Org):
                met[mention.value.norm].append(mention)
    rows: list[list[object]] = []
    for norm, mentions in sorted(met.items(), key=lambda item: (-len(item[1]), item[0])):
        orgs = [m.value for m in mentions if isinstance(m.value, Org)]
        first = next((org for org in orgs if org.known), orgs[0])
        why = dict.fromkeys(evidence for org in orgs for evidence in org.evidence)
        forms = dict.fromkeys(m.text for m in mentions)
        known = "known" if first.known else "new"
        rows.append([norm, "; ".join(forms), first.kind, first.country, known, len(mentions), "; ".join(why)])
    return ["norm", "forms", "kind", "country", "known", "count", "evidence"], rows


def rows_csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Any rows as CSV: numbers in full, formulas defused."""
    return _csv([names], ([Decimal(str(v)) if isinstance(v, float) else v for v in row] for row in rows))


def _csv(header: Iterable[Sequence[str]], rows: Iterable[Iterable[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def write_rows(names: Sequence[str], rows: Sequence[Sequence[object]], path: Path) -> None:
    """Any rows as .csv or .parquet, whole or not at all; ExtractorError for another suffix or a folder that is not."""
    aside = path.with_name(f".{path.name}.part")
    try:
        match path.suffix.lower():
            case ".csv":
                aside.write_text(rows_csv(names, rows), "utf-8", newline="")
            case ".parquet":
                import pandas as pd

                pd.DataFrame([list(row) for row in rows], columns=list(names)).to_parquet(aside, index=False)
            case suffix:
                raise ExtractorError(f"{path}: no output form {suffix!r}: use .csv or .parquet")
        aside.replace(path)
    except OSError as error:
        raise ExtractorError(f"{path}: cannot be written: {error.strerror}") from error


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case str():
            return f"'{value}" if value.startswith(_FORMULA_OPENERS) else value
        case _:
            return value
