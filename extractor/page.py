"""HTML: the article on a page.

trafilatura picks the main content; block borders become line breaks, so that a date in a tag of its own is never glued
to what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from extractor.values import ReadError


@dataclass(frozen=True, slots=True)
class Page:
    """What is read off a page: the article's text, and what the page says of it."""

    text: str | None = None
    title: str | None = None
    url: str | None = None
    site: str | None = None
    published: str | None = None


# The page's own marks of what is not the article; only read where trafilatura finds nothing.
_AROUND = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "iframe",
    "button",
)
_INLINE = {"hi", "ref", "del", "span", "b", "strong", "i", "em", "a", "u", "s", "small", "mark", "sub", "sup", "abbr",
           "font", "cite", "q", "code", "time", "label", "ins", "tt", "kbd", "var", "bdi", "data", "wbr"}  # fmt: skip
_BREAKS, _ITEMS, _ROWS, _CELLS = {"br", "lb"}, {"li", "item"}, {"tr", "row"}, {"td", "th", "cell"}
_LISTS = {"ul", "ol", "list"}
# A marker in an inline tag of its own, and the letter that text glued to it begins with.
_MARKER_TAIL = re.compile(r"\d.{0,30}\w[.:)\]]?\s*$", re.DOTALL)
# Bounds that do not move with the clock: htmldate's own end is today.
_DATES = {
    "original_date": True,
    "extensive_search": False,
    "min_date": "1990-01-01",
    "max_date": "2099-12-31",
}


def read_page(html: str) -> Page:
    """The article on a page and what the page says of it; ReadError where there is no HTML that can be read."""
    # Only here: most inputs are no pages, and need not wait for it.
    import trafilatura
    from trafilatura.settings import Document
    from trafilatura.utils import load_html

    if not html.strip():
        return Page(text="")
    fragment = "<html" not in html.lower()
    tree = load_html(f"<!doctype html><html><body>{html}</body></html>" if fragment else html)
    if tree is None:
        raise ReadError("no HTML that can be read: save the page anew")
    for moment in list(tree.iter("time")):
        # A timeline's dates are no publication dates, and trafilatura drops what stands in this tag.
        if any(
            a.tag in ("li", "dt", "dd", "td", "th", "p", "h2", "h3", "h4", "h5")
            for a in moment.iterancestors()
        ):
            moment.tag = "span"
            moment.attrib.clear()
    meta = trafilatura.extract_metadata(tree, date_config=dict(_DATES))
    for moment in tree.iter("time"):
        moment.tag = "span"
    _unglue(tree)
    try:
        document = trafilatura.bare_extraction(
            tree,
            favor_recall=True,
            include_comments=False,
            include_formatting=True,
            include_tables=True,
            date_extraction_params=dict(_DATES),
        )
        text = _render(document.body) if isinstance(document, Document) and document.body is not None else ""
        own = _own_text(tree)
    except RecursionError:
        raise ReadError("HTML nested too deep: save the page as text") from None
    # Lists of links read like navigation to trafilatura; where it leaves out most of what the page itself calls the
    # article, the page is right.
    return Page(
        text=own if len(own) > 2 * len(text) else text,
        title=meta.title or None,
        url=meta.url or None,
        site=meta.sitename or None,
        published=meta.date or None,
    )


def _own_text(tree: HtmlElement) -> str:
    """The text of the one element that the page marks as its article or main part, else of the whole body."""
    etree.strip_elements(tree, *_AROUND, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for tag in ("article", "main"):
        found = list(tree.iter(tag))
        if len(found) == 1:
            return _render(found[0])
    body = tree.find("body")
    return _render(tree if body is None else body)


def _unglue(tree: HtmlElement) -> None:
    """Put a blank behind a marker in an inline tag that opens its block ("<b>11 nov.</b>Nvidia")."""
    for element in tree.iter(*_INLINE):
        parent = element.getparent()
        if parent is None or (parent.text or "").strip() or element.getprevious() is not None:
            continue
        following = element.getnext()
        tail = element.tail or ("" if following is None else "".join(following.itertext()))
        if tail[:1].isupper() and _MARKER_TAIL.search("".join(element.itertext())):
            element.tail = " " + (element.tail or "")


def _render(root: HtmlElement) -> str:
    """Text with a line for each block: blocks are parted by an empty line, items begin with "- ", cells with " | "."""
    blocks: list[str] = []
    _blocks(root, blocks, 0)
    return "\n\n".join(blocks)


def _blocks(element: HtmlElement, blocks: list[str], depth: int) -> None:
    """Append the blocks under an element; what stands between blocks is a block too."""
    run: list[str] = []

    def flush() -> None:
        if text := _tidy("".join(run)):
            blocks.append(text)
        run.clear()

    def walk(node: HtmlElement) -> None:
        run.append(_flat(node.text))
        for child in node:
            tag = child.tag if isinstance(child.tag, str) else None
            if tag in _BREAKS:
                run.append("\n")
            elif tag in _INLINE:
                walk(child)
            elif tag in _ITEMS and not str(child.get("rend") or "").startswith(("dt", "dd")):
                flush()
                _item(child, blocks, depth)
            elif tag in _ROWS:
                flush()
                _row(child, blocks)
            elif tag is not None:
                flush()
                _blocks(child, blocks, depth + (tag in _LISTS))
            run.append(_flat(child.tail))

    walk(element)
    flush()


def _item(element: HtmlElement, blocks: list[str], depth: int) -> None:
    inside: list[str] = []
    _blocks(element, inside, depth)
    if inside:
        blocks.append("  " * max(depth - 1, 0) + "- " + inside[0])
        blocks.extend(inside[1:])


def _row(element: HtmlElement, blocks: list[str]) -> None:
    cells: list[str] = []
    for cell in element:
        inside: list[str] = []
        if isinstance(cell.tag, str):
            _blocks(cell, inside, 0)
        cells.append(" ".join(" ".join(inside).split()))
    if any(cells):
        blocks.append(" | ".join(cells).strip())


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, and no empty ones."""
    return "\n".join(line for part in text.split("\n") if (line := part.strip(" ")))
