"""Pipelines are loaded once a session."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def pipeline() -> Callable[[str], object]:
    """`pipeline(lang)`: the full pipeline of a language, loaded once."""
    from extractor.pipeline import load

    return functools.cache(load)
