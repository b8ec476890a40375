"""Count the words of a language that are no names."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Sequence

from marked import ROOT, Marked


def write_words(lang: str, texts: Sequence[Marked]) -> None:
    """Words that the texts write in small letters at least as often as not."""
    seen = Counter(re.findall(r"[^\W\d_]{2,}", " ".join(marked.text for marked in texts)))
    words = [word for word, n in seen.items() if word.islower() and n >= seen[word.capitalize()]]
    lines = [
        "# Words that are no names: written in small letters in WiNER-fr (French Wikinews, CC BY 2.5) and in texts of",
        "# this project. Made by scripts/train.",
        "[words]",
        'common = """',
        *textwrap.wrap(" ".join(sorted(words)), 115, break_on_hyphens=False),
        '"""',
    ]
    (ROOT / f"extractor/lang/{lang}/words.toml").write_text("\n".join(lines) + "\n", "utf-8")
