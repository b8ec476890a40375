"""The tagger's network: what spaCy's `ner` marks, worked out with numpy in a fraction of its time.

The weights are those of a trained `EntityRecognizer`, and so are the decisions: the same layers (a vector for each
word, windows of three words over it, then one action a word: outside, unit, begin, in, last), but

- a word's vector is worked out once, not each time the word occurs;
- words are read in blocks that stay in the processor's cache;
- what happens outside of a name does not depend on the names before it: that is decided for all words at once, and
  only the words behind a possible beginning step by step, for all beginnings together.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc
from thinc.api import Model
from threadpoolctl import ThreadpoolController

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Tagged = tuple[int, int, str]

# Rows of a block: its widest array, three vectors of three pieces each, fits a core's cache.
_BLOCK = 512
# Words whose vectors are remembered, in some 25 MB: what a few thousand articles hold.
_WORDS = 65_536
# No name has more words: text without end must not be read from each beginning to its end.
_LONGEST = 64
_EPSILON = 1e-8  # that of thinc's layernorm


@dataclass(frozen=True, slots=True)
class _Window:
    """A layer over each word and its neighbours: the best of some pieces, normalised, added to the word."""

    weights: Floats
    bias: Floats
    pieces: int
    gain: Floats
    shift: Floats

    def __call__(self, rows: Floats) -> Floats:
        count, width = rows.shape
        beside = np.zeros((count, 3, width), np.float32)
        beside[1:, 0], beside[:, 1], beside[:-1, 2] = rows[:-1], rows, rows[1:]
        pieces = beside.reshape(count, 3 * width) @ self.weights
        pieces += self.bias
        best = pieces.reshape(count, self.pieces, width).max(axis=1)
        best -= best.mean(axis=1, keepdims=True)
        best /= np.sqrt(np.einsum("ij,ij->i", best, best) / width + _EPSILON)[:, None]
        best *= self.gain
        best += self.shift
        best += rows
        return cast(Floats, best)


class Tagger:
    """The names that a trained `ner` marks in Docs without sentence borders or entities of their own."""

    def __init__(self, ner: EntityRecognizer) -> None:
        tok2vec, lower, upper = ner.model.layers
        self._embed, encode = tok2vec.layers[0].layers
        walked = list(encode.walk(order="dfs_pre"))
        maxouts = [layer for layer in walked if layer.name == "maxout"]
        norms = [layer for layer in walked if layer.name == "layernorm"]
        self._windows = [_window(*layers) for layers in zip(maxouts, norms, strict=True)]
        self._width: int = encode.get_dim("nO")
        linear = tok2vec.layers[-1]
        self._linear, self._linear_bias = _param(linear, "W").T.copy(), _param(linear, "b")
        # A word itself, the first word of the name it may stand in, the word before it.
        features, hidden, self._pieces = (lower.get_dim(dim) for dim in ("nF", "nO", "nP"))
        weights = _param(lower, "W").transpose(0, 2, 1, 3).reshape(features, self._pieces * hidden, -1)
        self._own, self._first, self._before = (matrix.T.copy() for matrix in weights)
        padding = _param(lower, "pad")[0].transpose(0, 2, 1).reshape(features, -1)
        self._bias = _param(lower, "b").T.reshape(-1)
        self._outside_bias = self._bias + padding[1] + padding[2]
        upper_weights, upper_bias = _param(upper, "W"), _param(upper, "b")
        moves = {ner.moves.get_class_name(number): number for number in range(ner.moves.n_moves)}
        # "U-" is for names that were ruled out beforehand: there are none.
        self._actions = [name for name in moves if name[0] in "BUO" and name != "U-"]
        outside = [moves[name] for name in self._actions]
        self._begins = np.array([action[0] == "B" for action in self._actions])
        self._empty = self._actions.index("O")
        self._out, self._out_bias = upper_weights[outside].T.copy(), upper_bias[outside]
        # How much more speaks for going on with a name than for ending it, by the action that began it.
        on = [moves.get(f"I-{action[2:]}", 0) for action in self._actions]
        last = [moves.get(f"L-{action[2:]}", 0) for action in self._actions]
        self._on, self._on_bias = upper_weights[on] - upper_weights[last], upper_bias[on] - upper_bias[last]
        self._rows: dict[tuple[int, int], int] = {}
        self._vectors = np.empty((_WORDS, self._width), np.float32)

    def __call__(self, docs: Sequence[Doc]) -> list[list[Tagged]]:
        """The names in each Doc: first token, token behind the last, label."""
        # The products are too small to be shared: threads that wait for each other take several times as long, and
        # several articles at once are a matter of processes.
        with _threads().limit(limits=1):
            return self._read(docs)

    def _read(self, docs: Sequence[Doc]) -> list[list[Tagged]]:
        words = self._encoded(docs) @ self._linear
        words += self._linear_bias
        facts = np.concatenate([doc.to_array(["IS_SPACE", "SENT_START"]) for doc in docs])
        borders = [0, *accumulate(map(len, docs))]
        # A name ends before a sentence's first word, and where its text does.
        goes_on = np.zeros(len(facts), np.bool_)
        goes_on[:-1] = facts[1:, 1] != 1
        goes_on[[border - 1 for border in borders if border]] = False
        found: list[list[Tagged]] = [[] for _ in docs]
        for start, end, label in self._names(words, facts[:, 0] != 0, goes_on):
            number = bisect_right(borders, start) - 1
            found[number].append((start - borders[number], end - borders[number], label))
        return found

    def _encoded(self, docs: Sequence[Doc]) -> Floats:
        """A vector for each word of the Docs, by the words around it."""
        # As many rows of zeros as there are layers keep the texts from seeing each other.
        reach = len(self._windows)
        text_of = np.repeat(np.arange(len(docs)), [len(doc) for doc in docs])
        places = np.arange(len(text_of)) + reach * (text_of + 1)
        rows = np.zeros((len(text_of) + reach * (len(docs) + 1), self._width), np.float32)
        rows[places] = self._embedded(docs)
        out = np.empty_like(rows)
        for low in range(0, len(rows), _BLOCK):
            start = max(0, low - reach)
            block = rows[start : low + _BLOCK + reach]
            for window in self._windows:
                block = window(block)
            out[low : low + _BLOCK] = block[low - start : low - start + _BLOCK]
        return cast(Floats, out[places])

    def _embedded(self, docs: Sequence[Doc]) -> Floats:
        """A vector for each word of the Docs, whatever stands beside it."""
        facts = np.concatenate([doc.to_array(["ORTH", "NORM"]) for doc in docs])
        keys = list(zip(*facts.T.tolist(), strict=True))
        unknown = {key: None for key in keys if key not in self._rows}
        if len(self._rows) + len(unknown) > _WORDS:
            self._rows.clear()
            unknown = dict.fromkeys(keys)
        if unknown:
            self._learn(list(unknown), docs[0])
        return cast(Floats, self._vectors[[self._rows[key] for key in keys]])

    def _learn(self, keys: Sequence[tuple[int, int]], doc: Doc) -> None:
        words = Doc(doc.vocab, words=[doc.vocab.strings[orth] for orth, _ in keys])
        for token, (_, norm) in zip(words, keys, strict=True):
            token.norm_ = doc.vocab.strings[norm]
        first, end = len(self._rows), len(self._rows) + len(keys)
        if end > len(self._vectors):
            self._vectors = np.empty((end, self._width), np.float32)
        self._vectors[first:end] = self._embed.predict([words])[0]
        self._rows.update(zip(keys, range(first, end), strict=True))

    def _names(self, words: Floats, space: Bools, goes_on: Bools) -> Iterator[Tagged]:
        own = words @ self._own
        scores = self._hidden(own + self._outside_bias) @ self._out
        scores += self._out_bias
        scores[np.ix_(space, np.arange(len(self._actions)) != self._empty)] = -np.inf
        scores[np.ix_(~goes_on, self._begins)] = -np.inf
        actions = scores.argmax(axis=1)
        starts = np.flatnonzero(actions != self._empty)
        ends = starts + 1
        begun = np.flatnonzero(self._begins[actions[starts]])
        ends[begun] = self._ends(words, own, starts[begun], actions[starts[begun]], goes_on)
        free = 0
        for start, end, action in zip(starts.tolist(), ends.tolist(), actions[starts].tolist(), strict=True):
            if start >= free:
                yield start, end, self._actions[action][2:]
                free = end

    def _ends(self, words: Floats, own: Floats, starts: Ints, actions: Ints, goes_on: Bools) -> Ints:
        """Where the names that begin at `starts` end."""
        first = words[starts] @ self._first + self._bias
        ends = starts + 2
        open_ = np.arange(len(starts))
        for _ in range(_LONGEST):
            here = ends[open_] - 1
            hidden = self._hidden(own[here] + first[open_] + words[here - 1] @ self._before)
            on = np.einsum("ij,ij->i", hidden, self._on[actions[open_]]) + self._on_bias[actions[open_]] > 0
            open_ = open_[on & goes_on[here]]
            if not len(open_):
                break
            ends[open_] += 1
        return ends

    def _hidden(self, sums: Floats) -> Floats:
        return cast(Floats, sums.reshape(len(sums), self._pieces, sums.shape[1] // self._pieces).max(axis=1))


@functools.cache
def _threads() -> ThreadpoolController:
    """The threads of numpy's products; to look for the libraries takes longer than to read an article."""
    return ThreadpoolController().select(user_api="blas")


def _window(maxout: Model[Any, Any], norm: Model[Any, Any]) -> _Window:
    weights = _param(maxout, "W")
    width, pieces, inputs = weights.shape
    return _Window(
        weights=weights.transpose(1, 0, 2).reshape(pieces * width, inputs).T.copy(),
        bias=_param(maxout, "b").T.reshape(-1),
        pieces=pieces,
        gain=_param(norm, "G"),
        shift=_param(norm, "b"),
    )


def _param(layer: Model[Any, Any], name: str) -> Floats:
    return cast(Floats, layer.get_param(name))
