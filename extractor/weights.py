"""Weights that are learnt (scripts/train): log odds of a label by sign.

They are kept as JSON, a line for each, which loads in a twentieth of the time that TOML takes.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

FOLDER = Path(__file__).parent / "learnt"
Weights = Mapping[str, Mapping[str, float]]
"""Weight by sign, by label; a label's own stands under `BIAS`."""
BIAS = "bias"


@functools.cache
def load_weights(name: str) -> Weights:
    """The weights of a name: "orgs", "unframed", "sides", "around", "types", "dates"."""
    return cast("Weights", json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def save_weights(name: str, weights: Weights, *, least: float) -> None:
    """Write weights, but for those smaller than `least`."""
    kept = {
        label: {sign: round(value, 3) for sign, value in one.items() if sign == BIAS or abs(value) >= least}
        for label, one in weights.items()
    }
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
    load_weights.cache_clear()
