"""Many articles: streamed in and out, in order, on one process or several; a bad article costs that article only."""

from __future__ import annotations

import contextlib
import functools
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from pebble import ProcessExpired, ProcessPool
from spacy.language import Language

from extractor.output import Done
from extractor.pipeline import extract, extract_all, load
from extractor.read import ReadFailure
from extractor.values import Article, Extraction, ExtractorError

log = logging.getLogger(__name__)

# Articles a batch: throughput is flat from 32 to 256 on articles of 2,000 characters, memory is not.
BATCH = 64
# Batches that wait for each worker: enough that none idles while the others' results are written.
AHEAD = 3
# Words and names that a pipeline remembers: some ten megabytes, what a few thousand articles hold.
_WORDS = 20_000

_LATE = "took longer than --timeout"

Input = Article | ReadFailure


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave nothing, and why: one line for a person."""

    message: str


Outcome = Extraction | Failure


@dataclass(frozen=True, slots=True)
class Options:
    """What a worker needs to load its pipelines. `timeout`: seconds an article may take, None for no limit."""

    model: bool = True
    aliases: Path | None = None
    timeout: float | None = None


def extract_stream(
    inputs: Iterable[Input], options: Options, *, jobs: int = 1, batch: int = BATCH
) -> Iterator[list[tuple[Input, Outcome]]]:
    """Yield each input with its outcome, in the order of the inputs, in lists of at most `batch`.

    With one job and no time limit everything runs in this process; else in `jobs` worker processes, of which none
    gets ahead by more than a few batches. A batch that runs out of time, or whose worker dies, is tried again article
    by article, so that the others are not lost; the article that does it by itself is a Failure.
    """
    iterator = iter(inputs)
    batches: Iterator[list[Input]] = iter(lambda: list(islice(iterator, batch)), [])
    if jobs == 1 and options.timeout is None:
        for rows in batches:
            yield list(zip(rows, _extract_batch(rows, options), strict=True))
        return
    with ProcessPool(max_workers=jobs, initializer=_die_with_parent) as pool:
        waiting: deque[tuple[list[Input], Future[list[Outcome]]]] = deque()
        try:
            for rows in batches:
                waiting.append((rows, _schedule(pool, rows, options)))
                if len(waiting) > jobs * AHEAD:
                    yield _collect(pool, *waiting.popleft(), options)
            while waiting:
                yield _collect(pool, *waiting.popleft(), options)
        except BaseException:
            pool.stop()
            raise


def _die_with_parent() -> None:
    """A worker whose run was killed ends at once: it would hold the locks of the outputs, which it has inherited."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _schedule(pool: ProcessPool, rows: list[Input], options: Options) -> Future[list[Outcome]]:
    # Workers keep the time themselves, this is for one that hangs: it may try the batch, then each article.
    timeout = (
        None if options.timeout is None else options.timeout * (len(rows) + 1) + _load_allowance(options)
    )
    future: Future[list[Outcome]] = pool.schedule(_extract_batch, args=(rows, options), timeout=timeout)
    return future


def _load_allowance(options: Options) -> float:
    # A worker's first batch also loads its models, in one to five seconds each on a slow machine.
    return 30.0 if options.model else 5.0


def _collect(
    pool: ProcessPool, rows: list[Input], future: Future[list[Outcome]], options: Options
) -> list[tuple[Input, Outcome]]:
    try:
        outcomes = future.result()
    except (ProcessExpired, TimeoutError):
        if len(rows) > 1:
            tries = [([row], _schedule(pool, [row], options)) for row in rows]
            return [pair for one, again in tries for pair in _collect(pool, one, again, options)]
        # A worker may die of what an earlier article left behind: a single one is tried once more.
        try:
            outcomes = _schedule(pool, rows, options).result()
        except ProcessExpired:
            outcomes = [Failure(f"{_name(rows[0])}: broke its worker twice")]
        except TimeoutError:
            outcomes = [Failure(f"{_name(rows[0])}: {_LATE}")]
    return list(zip(rows, outcomes, strict=True))


def _name(row: Input) -> str:
    return row.id if isinstance(row, Article) else row.message


@functools.cache
def _pipeline(lang: str, model: bool, aliases: Path | None) -> Language:
    return load(lang, model=model, aliases=aliases)


def _extract_batch(rows: list[Input], options: Options) -> list[Outcome]:
    outcomes: list[Outcome | None] = [
        Failure(row.message) if isinstance(row, ReadFailure) else None for row in rows
    ]
    waiting = [(row.lang or "", i, row) for i, row in enumerate(rows) if isinstance(row, Article)]
    for lang, group in groupby(sorted(waiting, key=lambda item: item[:2]), key=lambda item: item[0]):
        items = list(group)
        nlp = _pipeline(lang, options.model, options.aliases)
        found = _extract_group([item[2] for item in items], nlp, options.timeout)
        for (_, i, _), outcome in zip(items, found, strict=True):
            outcomes[i] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


@contextlib.contextmanager
def _limit(seconds: float | None) -> Iterator[None]:
    """TimeoutError in what takes longer; only in a process's main thread, as that of a worker is."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError

    if seconds is None:
        yield
        return
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _extract_group(articles: list[Article], nlp: Language, timeout: float | None) -> list[Outcome]:
    try:
        # spaCy keeps every word it has met, which spares work while these are the common ones; from then on it keeps
        # new ones only as long as their batch lasts.
        full = len(nlp.vocab.strings) > _WORDS
        with _limit(timeout), nlp.memory_zone() if full else contextlib.nullcontext():
            return list(extract_all(articles, nlp))
    except Exception:  # whatever one article broke, the others still count: each is tried by itself
        log.debug("a batch failed, its articles are tried one by one", exc_info=True)
        return [_extract_one(article, nlp, timeout) for article in articles]


def _extract_one(article: Article, nlp: Language, timeout: float | None) -> Outcome:
    try:
        with _limit(timeout):
            return extract(article, nlp)
    except TimeoutError:
        return Failure(f"{article.id}: {_LATE}")
    except ExtractorError as error:
        return Failure(f"{article.id}: {error}")
    except Exception as error:  # the border of one article: reported by its name, the run goes on
        log.debug("%s failed", article.id, exc_info=True)
        return Failure(f"{article.id}: extraction failed: {type(error).__name__}: {error}")


def input_key(row: Input) -> str:
    """What tells one input from another: an article's id and text, a failure's message."""
    return f"{row.id} {row.sha256}" if isinstance(row, Article) else row.message


def skip_done(inputs: Iterable[Input], done: Done) -> Iterator[Input]:
    """The inputs that an interrupted run has not done; ExtractorError where those it did are others now."""
    iterator, seen = iter(inputs), Done()
    for row in islice(iterator, done.inputs):
        seen.add(input_key(row))
    if (seen.inputs, seen.digest) != (done.inputs, done.digest):
        raise ExtractorError("--resume: the inputs are not those of the interrupted run: leave --resume out")
    return iterator
