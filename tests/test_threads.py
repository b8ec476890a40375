"""Products take one thread inside, and as many as before behind it."""

from __future__ import annotations

import pytest

from extractor.threads import one_thread, threads


def test_one_thread_inside_and_as_many_as_before_behind() -> None:
    before = threads()
    with one_thread():
        assert threads() == 1
    assert threads() == before


def test_an_error_inside_leaves_as_many_as_before() -> None:
    before = threads()
    with pytest.raises(ValueError, match="inside"), one_thread():
        raise ValueError("inside")
    assert threads() == before
