"""Finding organisations with all evidence against spaCy's stock pipeline: processor time on the same texts.

scripts/bench orgs [--count 60] [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from statistics import median

import spacy
from varied import varied

from extractor.lexicon import languages, load_lexicon
from extractor.pipeline import load, prepare


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ratios(lang: str, count: int, rounds: int) -> list[float]:
    """Time of the whole pipeline, dates and amounts and organisations, as a share of the stock one, each round."""
    stock, ours = spacy.load(load_lexicon(lang).language_setting("model")), load(lang)
    shares = []
    for seed in range(rounds + 1):
        articles = list(varied(count, lang=lang, seed=seed))
        texts = [article.text for article in articles]
        mine = seconds(lambda rows=articles: list(ours.pipe(prepare(row, ours) for row in rows)))
        shares.append(mine / seconds(lambda texts=texts: list(stock.pipe(texts))))
    return shares[1:]  # the first round warms up


def main() -> None:
    """Print the ratios of every language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", message=r"\[W095\]")
    for lang in languages():
        shares = ratios(lang, options.count, options.rounds)
        told = f"{median(shares):.2f}  ({min(shares):.2f} to {max(shares):.2f})"
        print(f"{lang}: pipeline with all evidence / stock pipeline  {told}")


if __name__ == "__main__":
    main()
