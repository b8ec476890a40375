"""Files that hold many articles: tables (.csv), feeds (.rss, .atom, .xml) and web archives (.warc).

| form | an article is | its keys |
| --- | --- | --- |
| `.csv` | a row | columns `text` or `html`; if there are such, `id`, `title`, `url`, `site`, `lang`, `published` |
| RSS 0.9x to 2.0, Atom | an item | its content, or else its summary, as it stands in the feed; nothing is fetched |
| `.warc` | a page that was answered with 200, or a text of a WET file | its address |
"""

from __future__ import annotations

import csv
import email.utils
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote

from lxml import etree
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from extractor.encoding import MAX_BYTES, decode, html_charset, within, within_limit
from extractor.values import ReadError

COLUMNS = ("id", "text", "html", "title", "url", "site", "lang", "published")
_CONTENT, _SUMMARY = ("encoded", "content"), ("description", "summary")
_ROOTS = ("rss", "RDF", "feed")
# The prolog of a feed, and its root.
FEED = re.compile(r"\ufeff?\s*(?:<[?!][^>]{0,500}>\s*){0,9}<(?:\w{1,20}:)?(?:rss|RDF|feed)[\s>]")


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """An input that cannot be read: its name, and one line that names it, the fault and the mend."""

    source: str
    message: str


@dataclass(frozen=True, slots=True)
class Raw:
    """What an input says of one article, before it is checked. `least`: characters below which it is none."""

    place: str
    id: str
    fields: Mapping[str, object]
    least: int = 1


def slug(url: str) -> str:
    """A name for what stands at an address: the last part of its path that says something, else its host."""
    host, *steps = re.sub(r"^\w{1,9}://|[?#].*$", "", url, flags=re.DOTALL).split("/")
    steps = [re.sub(r"\.\w{2,5}$", "", unquote(step)) for step in steps]
    named = [step for step in steps if re.search(r"[^\W\d_]", step)]
    return re.sub(r"[^\w.-]+", "-", named[-1] if named else host).strip("-") or "page"


# --- tables ---


def read_csv(
    stream: IO[bytes], place: str, stem: str, *, limit: int | None = None
) -> Iterator[Raw | ReadFailure]:
    """The rows of a table in UTF-8 that a comma, a semicolon or a tab divides; `limit`: bytes it may unpack to."""
    # The csv module keeps this limit for the whole process; its own would refuse any web page in a cell.
    csv.field_size_limit(MAX_BYTES)
    lines = _lines(stream, place, limit)
    try:
        first = next(lines, "")
        delimiter = max(",;\t", key=first.count)
        names = [
            name.strip().lower() for name in next(csv.reader([first], strict=True, delimiter=delimiter), [])
        ]
        if not {"text", "html"} & set(names):
            raise ReadError(
                f"{place}: no column 'text' or 'html' (found {', '.join(names)[:200] or 'none'}): name one so in line 1"
            )
        rows, number = csv.reader(lines, strict=True, delimiter=delimiter), 0
        for cells in rows:
            if not any(cells):
                continue
            number += 1
            where = f"{place}, line {rows.line_num + 1}"
            if len(cells) != len(names):
                yield ReadFailure(
                    where, f"{where}: {len(cells)} cells where line 1 names {len(names)}: mend the row"
                )
                continue
            fields = {k: v for k, v in zip(names, cells, strict=True) if k in COLUMNS and v.strip()}
            yield Raw(where, fields.get("id") or f"{stem}-{number}", fields)
    except csv.Error as error:
        raise ReadError(f"{place}: broken CSV ({error}): write it anew as RFC 4180 has it") from error
    except UnicodeDecodeError as error:
        raise ReadError(f"{place}: not UTF-8 ({error.reason}): save the table as CSV in UTF-8") from error


def _lines(stream: IO[bytes], place: str, limit: int | None) -> Iterator[str]:
    size = 0
    while line := within(stream.readline(MAX_BYTES + 1), place):
        size = within_limit(size + len(line), limit, place)
        yield line.decode("utf-8-sig")


# --- feeds ---


def read_feed(data: bytes, place: str, stem: str, *, summaries: bool = True) -> list[Raw]:
    """The items of an RSS or Atom feed, in the feed's order; ReadError where it is none.

    Without `summaries` an item that holds no content has no text. No entity is expanded and nothing is loaded: what a
    feed defines for itself stays unread.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:  # nothing in it that could be recovered
        root = None
    if root is None or _tag(root) not in _ROOTS:
        raise ReadError(f"{place}: no feed: the root of RSS is <rss> or <rdf:RDF>, of Atom <feed>")
    items = [node for node in root.iter() if _tag(node) in ("item", "entry")]
    if not items:
        raise ReadError(f"{place}: a feed without an item: there is nothing to read in it")
    bodies = (*_CONTENT, *_SUMMARY) if summaries else _CONTENT
    return [_item(node, f"{place}, item {n}", f"{stem}-{n}", bodies) for n, node in enumerate(items, 1)]


def _tag(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _item(item: etree._Element, place: str, name: str, bodies: tuple[str, ...]) -> Raw:
    def first(*tags: str) -> etree._Element | None:
        return next((c for tag in tags for c in item if _tag(c) == tag and _says(c)), None)

    link = first("link")
    url = None if link is None else link.get("href") or _text(link)
    title, day, body = first("title"), first("pubDate", "published", "date", "updated"), first(*bodies)
    fields = {
        "title": None if title is None else _text(title),
        "published": None if day is None else _day(_text(day)),
        "url": url,
        **({} if body is None else _body(body)),
    }
    return Raw(place, slug(url) if url else name, {key: value for key, value in fields.items() if value})


def _says(node: etree._Element) -> bool:
    """Whether an element is filled; a link has an address, and is one to the page."""
    return bool(_text(node) or node.get("href")) and node.get("rel", "alternate") == "alternate"


def _text(node: etree._Element) -> str:
    return "".join(map(str, node.itertext())).strip()


def _body(node: etree._Element) -> dict[str, str | None]:
    """An item's content: Atom says whether it is text, HTML or XHTML; RSS holds HTML."""
    if node.get("type") == "xhtml":
        return {
            "html": "".join(str(etree.tostring(child, encoding="unicode", with_tail=False)) for child in node)
        }
    return {"text" if node.get("type") == "text" else "html": _text(node)}


def _day(stated: str) -> str | None:
    """The day of a feed's date, as RSS (RFC 822) or Atom (ISO 8601) writes it; None where it is neither."""
    if re.match(r"\d{4}-\d\d-\d\d", stated):
        return stated[:10]
    try:
        return email.utils.parsedate_to_datetime(stated).date().isoformat()
    except ValueError:
        return None


# --- web archives ---


def read_warc(stream: IO[bytes], place: str, *, limit: int | None = None) -> Iterator[Raw | ReadFailure]:
    """The pages and texts of a web archive; what is no page, or was not answered with 200, is passed over."""
    size = 0
    try:
        for record in ArchiveIterator(stream):
            kind = _kind(record)
            if kind is None:
                continue
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            where = f"{place}, {url}"
            data = record.content_stream().read(MAX_BYTES + 1)
            size = within_limit(size + len(data), limit, place)
            try:
                body = decode(within(data, where), where, charset=html_charset(data, _header(record)))
            except ReadError as error:
                yield ReadFailure(where, str(error))
            else:
                yield Raw(where, slug(url), {kind: body, "url": url})
    except ArchiveLoadFailed as error:
        raise ReadError(
            f"{place}: broken web archive ({' '.join(str(error).split())[:200]}): save it anew"
        ) from error


def _kind(record: ArcWarcRecord) -> str | None:
    """The field that a record fills: "html" for a page, "text" for the text of a page (WET), None for the rest."""
    if record.rec_type == "conversion":
        return "text"
    answered = record.rec_type == "response" and record.http_headers is not None
    if not answered or record.http_headers.get_statuscode() != "200":
        return None
    media = (_header(record) or "").partition(";")[0].strip().lower()
    return "html" if media in ("text/html", "application/xhtml+xml") else None


def _header(record: ArcWarcRecord) -> str | None:
    return record.http_headers.get_header("Content-Type") if record.http_headers else None
