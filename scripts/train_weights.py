"""Fit the weights of the evidence on names: logistic regression over candidates, on single words and on pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from marked import Marked
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from spacy.language import Language

from extractor.candidates import Candidates
from extractor.evidence import judge
from extractor.gazetteer import load_gazetteer
from extractor.lexicon import languages, load_lexicon
from extractor.pipeline import annotate, load, mentions
from extractor.reading import Reading, read_words
from extractor.values import Article, MentionType
from extractor.weights import save_weights

# Penalties of single words of evidence and of pairs; how often a word or a pair is seen at least; pairs a round.
L2, L2_PAIR, SEEN, PAIRS, ROUNDS = 5.0, 12.0, 8, 400, 2
# What a rule finds needs no more; smaller weights are left out.
RULE, LEAST = 2.0, 0.02


def write_weights(texts: Sequence[Marked], said: Mapping[str, Sequence[tuple[int, int, str]]]) -> None:
    """Fit the weights on texts, with what a tagger says of each by its id, and write them."""
    weights = fit_weights(list(_candidates(texts, said)))
    save_weights("orgs", {"org": weights}, least=LEAST)


def fit_weights(rows: Sequence[tuple[float, Collection[str], float]]) -> dict[str, float]:
    """The weights, and the `bias`, from the weight, the evidence and the label of each candidate."""
    counts = Counter(word for _, evidence, _ in rows for word in evidence)
    words = sorted(word for word, count in counts.items() if count >= SEEN)
    index = {word: i for i, word in enumerate(words)}
    cells = [(n, index[w]) for n, (_, evidence, _) in enumerate(rows) for w in evidence if w in index]
    shape = (len(rows), len(words))
    base = csr_matrix((np.ones(len(cells)), tuple(zip(*cells, strict=True))), shape=shape)
    sizes, labels = np.array([w for w, _, _ in rows]), np.array([y for _, _, y in rows])
    pairs: list[tuple[int, int]] = []
    matrix, found = base, _fit(base, labels, sizes, np.full(len(words), L2))
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-(matrix @ found[:-1] + found[-1])))
        pairs += _misjudged(base, sizes * ((labels > 0) - chance), sizes * chance * (1 - chance), pairs)
        matrix = _together(base, pairs)
        found = _fit(matrix, labels, sizes, np.array([L2] * len(words) + [L2_PAIR] * len(pairs)))
    names = words + [f"{words[a]} & {words[b]}" for a, b in pairs]
    weights = dict(zip([*names, "bias"], found.tolist(), strict=True))
    weights["rule"] += RULE
    return weights


def _candidates(
    texts: Sequence[Marked], said: Mapping[str, Sequence[tuple[int, int, str]]]
) -> Iterator[tuple[float, set[str], float]]:
    """Weight, evidence and label of every candidate, with the whole gazetteer and without the names of the texts."""
    rules = {lang: load(lang, model=False) for lang in languages()}
    taken = {marked.id: _taken(marked, rules[marked.lang]) for marked in texts}
    for gazetteer in (load_gazetteer(), load_gazetteer(blind_to=[marked.text for marked in texts])):
        for marked in texts:
            lexicon = load_lexicon(marked.lang)
            extents, sums = taken[marked.id]
            reading = Reading(marked.text, lexicon, read_words(lexicon), taken=extents, sums=sums)
            found = Candidates(reading, tagged=said[marked.id], gazetteer=gazetteer)
            judge(reading, found)
            for span, candidate in found.found.items():
                if span in marked.orgs:
                    yield marked.weight, candidate.evidence, 1.0
                elif not any(a < span[1] and span[0] < b for a, b in marked.optional):
                    yield marked.weight, candidate.evidence, -1.0


def _taken(marked: Marked, rules: Language) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Extents of the dates and amounts, which no name may touch, and those of the amounts alone."""
    found = mentions(annotate(Article(id=marked.id, lang=marked.lang, text=marked.text), rules))
    taken = [m for m in found if m.type is not MentionType.ORG]
    return [(m.start, m.end) for m in taken], [
        (m.start, m.end) for m in taken if m.type is not MentionType.DATE
    ]


def _fit(matrix: csr_matrix, labels: np.ndarray, sizes: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Logistic regression: a weight for each column and, last, the bias."""
    turned = matrix.T.tocsr()

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        margin = np.clip(labels * (matrix @ v[:-1] + v[-1]), -50, 50)
        slope = -sizes * labels / (1 + np.exp(margin))
        gradient = np.append(turned @ slope + 2 * penalty * v[:-1], slope.sum())
        return float(np.sum(sizes * np.logaddexp(0, -margin)) + np.sum(penalty * v[:-1] ** 2)), gradient

    start = np.zeros(matrix.shape[1] + 1)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def _together(matrix: csr_matrix, pairs: list[tuple[int, int]]) -> csr_matrix:
    """The columns, and a column for each pair of them."""
    columns = matrix.tocsc()
    both = columns[:, [a for a, _ in pairs]].multiply(columns[:, [b for _, b in pairs]])
    return hstack([matrix, both]).tocsr()


def _misjudged(
    matrix: csr_matrix, rest: np.ndarray, spread: np.ndarray, known: list
) -> list[tuple[int, int]]:
    """The pairs whose own weight would mend most: those with the highest score statistic."""
    counts = (matrix.T @ matrix).toarray()
    slope = (matrix.T @ matrix.multiply(rest[:, None]).tocsr()).toarray()
    curve = (matrix.T @ matrix.multiply(spread[:, None]).tocsr()).toarray()
    gain = np.triu(np.where(counts >= SEEN, slope**2 / (curve + SEEN), 0), 1)
    for a, b in known:
        gain[a, b] = 0
    best = np.argsort(-gain, axis=None, kind="stable")[:PAIRS]
    return [divmod(int(place), matrix.shape[1]) for place in best]
