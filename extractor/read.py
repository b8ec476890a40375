"""Articles from files, folders, addresses and standard input: .txt, .md, .html, .htm, .jsonl, .csv, .rss, .atom, .xml,
.warc, each also .gz.

Text reaches `Article.text` as it stands in the file, after a front matter block; of a page the article on it (`page`).

An input that cannot be read is a `ReadFailure` in its place; the others go on.
"""

from __future__ import annotations

import datetime
import functools
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from extractor.containers import FEED, Raw, read_csv, read_feed, read_warc
from extractor.containers import ReadFailure as ReadFailure
from extractor.encoding import MAX_BYTES, MAX_RATIO, bounded, decode, html_charset, within, within_limit
from extractor.fetch import Fetcher, is_address
from extractor.lexicon import languages
from extractor.page import Page, read_page
from extractor.values import Article, PublishedFrom, ReadError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SUFFIXES = (".txt", ".md", ".html", ".htm", ".jsonl", ".rss", ".atom", ".warc", ".csv", ".xml")
# Read when they are named, not where they lie in a folder: there they may be anything, our own output too.
NAMED_ONLY = (".csv", ".xml")
STDIN = "-"
# What language identification reads: more changes no answer on news and costs time.
_LANG_SAMPLE = 20_000


def read_articles(
    paths: Iterable[str | Path], *, lang: str | None = None, published: str | None = None
) -> Iterator[Article | ReadFailure]:
    """Yield the articles of the inputs in order, folders in sorted order; a failure stands in its article's place.

    `lang` and `published` hold for all articles and win over what the inputs say. ReadError at once where one of
    them cannot be right.
    """
    if lang is not None:
        lang = _known_language(lang)
    if published is not None:
        published = _iso_date(published)
    return _read_all([str(path) for path in paths], lang, published)


def _read_all(paths: list[str], lang: str | None, published: str | None) -> Iterator[Article | ReadFailure]:
    ids: set[str] = set()
    for record in _inputs(paths):
        if isinstance(record, ReadFailure):
            yield record
            continue
        try:
            article = _article(record, lang, published, ids)
        except ReadError as error:
            yield ReadFailure(record.place, f"{record.place}: {error}")
        else:
            ids.add(article.id)
            yield article


def _inputs(paths: list[str]) -> Iterator[Raw | ReadFailure]:
    done: set[Path] = set()
    fetcher = Fetcher()
    for name in paths:
        try:
            if is_address(name):
                yield from fetcher.records(name)
                continue
            sources = [Path(name)] if name == STDIN else _files(Path(name))
        except ReadError as error:
            yield ReadFailure(name, str(error))
            continue
        for path in sources:
            if path.resolve() not in done:
                done.add(path.resolve())
                yield from _records(path)


def _files(path: Path) -> list[Path]:
    """The files that an argument stands for; ReadError where it stands for none."""
    try:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if _suffix(p) not in (None, *NAMED_ONLY) and p.is_file()
            )
            found = [p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts)]
            if not found:
                raise ReadError(
                    f"{path}: nothing to read in this folder: put in files of {', '.join(SUFFIXES)} or .gz of these"
                )
            return found
        if not path.exists():
            raise ReadError(f"{path}: no such file or folder: check the name")
    except (OSError, ValueError) as error:
        raise ReadError(f"{path}: cannot be opened: {error}") from error
    if not _suffix(path):
        raise ReadError(
            f"{path}: unknown kind of file: name it {', '.join(SUFFIXES)} or .gz of these, or pipe it to '-'"
        )
    return [path]


def _suffix(path: Path) -> str | None:
    """The suffix that says how to read a file, without .gz; None for a file of another kind."""
    name = path.name.lower().removesuffix(".gz")
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix) and name != suffix), None)


def _records(path: Path) -> Iterator[Raw | ReadFailure]:
    place = "standard input" if str(path) == STDIN else str(path)
    try:
        if str(path) == STDIN:
            stream: IO[bytes] = sys.stdin.buffer
            head = stream.read(MAX_BYTES + 1)
            if head.startswith(b"\x1f\x8b"):
                head = bounded(cast(IO[bytes], gzip.GzipFile(fileobj=io.BytesIO(head))), place)
            stream, suffix, stem = io.BytesIO(within(head, place)), _sniff(head), "stdin"
            yield from _parse(stream, suffix, place, stem)
            return
        suffix = _suffix(path) or ""
        stem = path.name[: path.name.lower().rindex(suffix)]
        with path.open("rb") as raw:
            if path.name.lower().endswith(".gz"):
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    limit = max(MAX_BYTES, path.stat().st_size * MAX_RATIO)
                    yield from _parse(cast(IO[bytes], unpacked), suffix, place, stem, limit=limit)
            else:
                yield from _parse(raw, suffix, place, stem)
    except ReadError as error:
        yield ReadFailure(place, str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield ReadFailure(place, f"{place}: broken gzip ({error}): pack the file anew")
    except OSError as error:
        yield ReadFailure(
            place, f"{place}: cannot be read: {error.strerror or error}: check the file and its permissions"
        )


def _parse(
    stream: IO[bytes], suffix: str, place: str, stem: str, *, limit: int | None = None
) -> Iterator[Raw | ReadFailure]:
    if suffix == ".jsonl":
        yield from _json_lines(stream, place, stem, limit)
        return
    if suffix == ".csv":
        yield from read_csv(stream, place, stem, limit=limit)
        return
    if suffix == ".warc":
        yield from read_warc(stream, place, limit=limit)
        return
    data = bounded(stream, place)
    if suffix in (".rss", ".atom", ".xml"):
        yield from read_feed(data, place, stem)
        return
    if suffix in (".html", ".htm"):
        yield Raw(place, stem, {"html": decode(data, place, charset=html_charset(data))})
        return
    text, front = _front_matter(decode(data, place))
    # The front matter of a text file is about that text: it cannot bring another.
    yield Raw(place, str(front.get("id") or stem), {**front, "text": text})


def _sniff(data: bytes) -> str:
    """The kind of what came by standard input: a web page, lines of JSON, or text."""
    start = data[:9000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if FEED.match(start):
        return ".xml"
    if start.startswith("WARC/"):
        return ".warc"
    if re.match(r"<(?:!doctype|\?xml|html|head|body|article|main|div|p|h1|meta|!--)\b", start, re.IGNORECASE):
        return ".html"
    if start.startswith("{"):
        return ".jsonl"
    return ".txt"


def _json_lines(stream: IO[bytes], place: str, stem: str, limit: int | None) -> Iterator[Raw | ReadFailure]:
    number = size = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        where = f"{place}, line {number}"
        size = within_limit(size + len(within(line, where)), limit, place)
        if not line.strip():
            continue
        try:
            fields = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            yield ReadFailure(
                where, f"{where}: not UTF-8 (byte {error.start + 1} of the line): write JSONL as UTF-8"
            )
        except (ValueError, RecursionError) as error:
            fault = (
                f"{error.msg} at character {error.pos + 1}"
                if isinstance(error, json.JSONDecodeError)
                else str(error)
            )
            yield ReadFailure(where, f"{where}: broken JSON: {fault}: write one whole object a line")
        else:
            if not isinstance(fields, dict):
                yield ReadFailure(where, f"{where}: not an object: each line holds one, with id and text")
            else:
                yield Raw(where, str(fields.get("id") or f"{stem}-{number}"), fields)


_FRONT = re.compile(r"---[ \t]*\r?\n(?P<body>(?:[^\r\n]*\r?\n){0,60}?)---[ \t]*(?:\r?\n|\Z)")
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]*(?P<value>[^\r\n]*)")


def _front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text behind a front matter block, and the block's keys; a line drawn by dashes is no such block."""
    block = _FRONT.match(text)
    if block is None:
        return text, {}
    # A line that is no "key: value" goes on with a list or a text of the key before; we have no use for it.
    pairs = [match for line in block["body"].splitlines() if (match := _KEY.match(line))]
    if not pairs and block["body"].strip():
        return text, {}
    return text[block.end() :], {m["key"].lower(): m["value"].strip().strip("\"'") for m in pairs}


# --- one article ---


def _article(record: Raw, lang: str | None, published: str | None, ids: set[str]) -> Article:
    fields = {
        key: record.fields.get(key) for key in ("text", "html", "title", "url", "site", "lang", "published")
    }
    for key, value in fields.items():
        if value is not None and not isinstance(value, str):
            raise ReadError(f"{key!r} is no string: write it in quotes")
    stated = {key: value.strip() or None if isinstance(value, str) else None for key, value in fields.items()}
    text, page = fields["text"], Page()
    if text is None and isinstance(fields["html"], str):
        page = read_page(fields["html"])
        text = page.text
    if text is None:
        raise ReadError("no 'text' and no 'html': each article needs one of them")
    if not isinstance(text, str) or not text.strip():
        raise ReadError("an empty article: there is no text in it")
    if len(text.strip()) < record.least:
        raise ReadError("no article on this page: it may need a browser or a subscription: save it as a file")
    date, date_from = published, PublishedFrom.GIVEN
    if date is None and stated["published"]:
        date = _iso_date(stated["published"])
    if date is None:
        date, date_from = page.published, PublishedFrom.METADATA
    return Article(
        id=_unique(record, ids),
        text=text,
        lang=lang or (_known_language(stated["lang"]) if stated["lang"] else _guess_language(text)),
        title=stated["title"] or page.title,
        url=stated["url"] or page.url,
        site=stated["site"] or page.site,
        published=date,
        published_from=date_from if date else None,
    )


def _unique(record: Raw, ids: set[str]) -> str:
    """The article's id; files of one name in several folders are told apart by number."""
    if record.id not in ids:
        return record.id
    if "id" in record.fields:
        raise ReadError(f"the id {record.id!r} was given before: each article needs its own")
    return next(name for n in range(2, len(ids) + 3) if (name := f"{record.id}-{n}") not in ids)


def _known_language(code: str) -> str:
    base = re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
    if base not in languages():
        raise ReadError(f"unknown language {code!r}: installed are {', '.join(languages())}")
    return base


def _iso_date(stated: str) -> str:
    """The day of an ISO date or time."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ][\d:.]{4,}\s?(?:Z|UTC|[+-]\d\d:?\d\d)?)?", stated.strip())
    try:
        return datetime.date.fromisoformat(match[1]).isoformat() if match else _fail_date(stated)
    except ValueError:
        return _fail_date(stated)


def _fail_date(stated: str) -> str:
    raise ReadError(f"unreadable publication date {stated!r}: write YYYY-MM-DD")


@functools.cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(languages())
    return identifier


def _guess_language(text: str) -> str:
    """The installed language that the text looks most like."""
    code: str = _identifier().classify(text[:_LANG_SAMPLE].encode("utf-8", "replace"))[0]
    return code
