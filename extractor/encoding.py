"""Bytes to text: how long they may be, and how they are encoded.

A byte order mark decides; else UTF-8; else, for HTML, the charset that the page states; else Windows-1252 (with it
Latin-1), but only where no two bytes form a UTF-8 letter: such a text is UTF-8 with a fault and is refused.
"""

from __future__ import annotations

import codecs
import re
from typing import IO

from extractor.values import ReadError

# An article or a line of JSONL beyond this is no article; gzip that unpacks to more is a bomb.
MAX_BYTES = 64 * 2**20
# News packs at most some 20 to 1; what holds many articles may go on for ever, so such a file is held to a ratio.
MAX_RATIO = 500


def bounded(stream: IO[bytes], place: str) -> bytes:
    """All that a stream holds; ReadError where that is more than MAX_BYTES."""
    return within(stream.read(MAX_BYTES + 1), place)


def within(data: bytes, place: str) -> bytes:
    """The same bytes, if they are no more than MAX_BYTES."""
    if len(data) > MAX_BYTES:
        raise ReadError(
            f"{place}: more than {MAX_BYTES >> 20} MiB once unpacked: no article is that long, split it"
        )
    return data


def within_limit(size: int, limit: int | None, place: str) -> int:
    """The same size, if it is no more than a packed file may unpack to; None is no limit."""
    if limit is not None and size > limit:
        raise ReadError(f"{place}: unpacks to more than {MAX_RATIO} times its size: is it what it should be?")
    return size


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_HTTP_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)


def decode(data: bytes, place: str, *, charset: str | None = None) -> str:
    """The text of a file's bytes, by the rule at the top of this module; ReadError names what was tried."""
    text = _decode_any(data, place, charset)
    if control := _CONTROL.search(text):
        raise ReadError(
            f"{place}: binary, not text (character {ord(control[0]):#04x}): convert it to text or HTML first"
        )
    return text


def _decode_any(data: bytes, place: str, charset: str | None) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                tried = f"tried {encoding}, which its byte order mark names: {error.reason} at byte {error.start + 1}"
                raise ReadError(f"{place}: wrongly encoded ({tried}): save it as UTF-8") from error
    if b"\0" in data[:MAX_BYTES]:
        raise ReadError(f"{place}: binary, not text: convert it to text or HTML first")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = error
    names = ["utf-8"]
    if not _UTF8_LETTER.search(data):
        for encoding in [charset, "cp1252"] if charset else ["cp1252"]:
            names.append(encoding)
            try:
                return data.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    raise ReadError(
        f"{place}: wrongly encoded (tried {', '.join(names)}; byte {fault.start + 1} is no UTF-8): save it as UTF-8"
    )


def html_charset(data: bytes, content_type: str | None = None) -> str | None:
    """The charset that the header Content-Type states, else the page, where Python has a text codec of that name."""
    stated = _HTTP_CHARSET.search(content_type or "")
    match = _META_CHARSET.search(data[:4096])
    if stated is None and match is None:
        return None
    try:
        info = codecs.lookup(stated[1] if stated else match[1].decode("ascii") if match else "")
    except LookupError:
        return None
    # Browsers read what calls itself Latin-1 as Windows-1252.
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-8": None}.get(info.name, info.name)
