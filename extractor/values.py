"""The values that flow through the pipeline: Article -> Entry, Mention, Deal -> Extraction.

All are frozen. Offsets are Unicode code points of `Article.text`, half open. Money and power are `Decimal`; dates
are TIMEX3 strings (ISO 8601 and its kin, see `timex`). `None` means "the text does not say", never "failed".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class ExtractorError(Exception):
    """What went wrong, where, found and expected: one line, fit for a person."""


class ReadError(ExtractorError):
    """An input that cannot be read."""


class LexiconError(ExtractorError):
    """A language pack or gazetteer with a fault in its data."""


class GoldError(ExtractorError):
    """A gold or prediction file with a fault in its labels."""


class MentionType(StrEnum):
    """What a mention names."""

    ORG = "ORG"
    DATE = "DATE"
    MONEY = "MONEY"
    POWER = "POWER"


class Qualifier(StrEnum):
    """How exact the text says an amount is."""

    EXACT = "exact"
    ABOUT = "about"
    UP_TO = "up_to"
    AT_LEAST = "at_least"
    OVER = "over"
    UNDER = "under"
    RANGE = "range"
    TENS_OF = "tens_of"


class Mod(StrEnum):
    """The part of a date's span that is meant: "early 2026" is 2026 with START."""

    START = "START"
    MID = "MID"
    END = "END"


class DealType(StrEnum):
    """What a deal delivers."""

    INVESTMENT = "investment"
    ACQUISITION = "acquisition"
    STAKE = "stake"
    INFRASTRUCTURE = "infrastructure"
    CLOUD = "cloud"
    CHIPS = "chips"
    ENERGY = "energy"
    DEBT = "debt"
    JOINT_VENTURE = "joint_venture"
    REVENUE_SHARE = "revenue_share"
    PARTNERSHIP = "partnership"


class Status(StrEnum):
    """On whose word, and how settled, a deal is."""

    ANNOUNCED = "announced"
    REPORTED = "reported"
    PLANNED = "planned"


class PublishedFrom(StrEnum):
    """Where the publication date comes from."""

    GIVEN = "given"
    METADATA = "metadata"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text and what is known of it. `text` never changes once read: all offsets count into it."""

    id: str
    text: str
    lang: str | None = None
    title: str | None = None
    url: str | None = None
    site: str | None = None
    published: str | None = None
    published_from: PublishedFrom | None = None

    @property
    def sha256(self) -> str:
        """Hex digest of the UTF-8 bytes of the text."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A dated stretch of a timeline: from its marker to the end of its last paragraph."""

    start: int
    end: int
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """An organisation by its usual English name.

    `known`: the name is in the gazetteer. `evidence`: why the span was taken, strongest first ("gazetteer",
    "tagger:MISC", "cue:verb", "short form of ...").
    """

    norm: str
    known: bool = False
    kind: str | None = None
    country: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timex:
    """A TIMEX3 value ("2025-Q3", "P7Y", "2026/2028"); `value` is None where the text does not settle it."""

    value: str | None
    mod: Mod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in units of `currency` (ISO 4217); a range or "dizaines de" has bounds and no value."""

    value: Decimal | None
    currency: str | None
    low: Decimal | None = None
    high: Decimal | None = None
    qualifier: Qualifier = Qualifier.EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """An electrical power in gigawatts."""

    gw: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    qualifier: Qualifier = Qualifier.EXACT


MentionValue = Org | Timex | Money | Power


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span of the text and its value. `rule` names the rule or source that made it; gold has none."""

    type: MentionType
    start: int
    end: int
    text: str
    value: MentionValue
    rule: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A record about the world that the text states; slots are those of the annotation guidelines.

    `entry` is an index into the extraction's entries, `provenance` maps a slot to indices into its mentions.
    `rule` names the frame that opened it. `optional` and `optional_slots` are set in gold only.
    """

    parties: tuple[str, ...]
    type: DealType | None
    evidence: str
    evidence_start: int
    evidence_end: int
    date: str | None = None
    payer: tuple[str, ...] = ()
    payee: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str | None = None
    amount_qualifier: Qualifier | None = None
    amount_low: Decimal | None = None
    amount_high: Decimal | None = None
    power_gw: Decimal | None = None
    power_qualifier: Qualifier | None = None
    stake_percent: Decimal | None = None
    term_years: Decimal | None = None
    status: Status | None = None
    source: str | None = None
    entry: int | None = None
    confidence: float | None = None
    provenance: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rule: str | None = None
    optional: bool = False
    optional_slots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was read out of one article. `notes` tell a person what the extractor was unsure of."""

    article: Article
    entries: tuple[Entry, ...] = ()
    mentions: tuple[Mention, ...] = ()
    deals: tuple[Deal, ...] = ()
    notes: tuple[str, ...] = ()
