"""One thread for numpy's products, where they are too small to be shared: threads that wait for each other take several
times as long, and several articles at once are a matter of processes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from numpy.linalg import _umath_linalg

# What OpenBLAS is called by in the wheels of numpy 2, in those of numpy 1, and by itself. Of other libraries the
# threads are left as they are.
_NAMES = ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads")
_LIBRARY = ctypes.CDLL(_umath_linalg.__file__)
_NAME = next((name for name in _NAMES if hasattr(_LIBRARY, name.format("set"))), None)


def threads() -> int:
    """How many threads a product is shared by; 1 where nobody can tell."""
    return int(_LIBRARY[_NAME.format("get")]()) if _NAME else 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Products inside take one thread; then as many as before."""
    if _NAME is None:
        yield
        return
    before, set_threads = threads(), _LIBRARY[_NAME.format("set")]
    set_threads(1)
    try:
        yield
    finally:
        set_threads(before)
