"""Speed and size: whole extraction and each stage against spaCy's stock pipeline, cold start, processes, memory, scale.

    scripts/bench speed [--articles 60] [--rounds 5] [--scale 100,1000,10000] [--only pipeline,cold,jobs,scale]

Times are of the processor, not of the clock, so that a busy machine changes little; ratios are of one run, with the
lowest and the highest of the rounds behind the median.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import spacy
from spacy.language import Language
from varied import varied

from extractor.batch import Options, extract_stream
from extractor.lexicon import languages, load_lexicon
from extractor.pipeline import extract_all, finish, load, prepare
from extractor.values import Article

SHORT = {"id": "short", "text": "On March 3, 2024, Brivel Inc. acquired Ondal for $5 million.\n"}


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def told(ratios: list[float]) -> str:
    """Median and range of the rounds."""
    return f"{median(ratios):5.2f}  ({min(ratios):.2f} to {max(ratios):.2f})"


def ratio(ones: list[float], others: list[float]) -> str:
    """The ratios of two measures round by round."""
    return told([one / other for one, other in zip(ones, others, strict=True)])


def stages(nlp: Language, articles: list[Article]) -> dict[str, float]:
    """Processor seconds of each stage."""
    spent: dict[str, float] = {}
    docs = []
    spent["tokenizer"] = seconds(lambda: docs.extend(prepare(article, nlp) for article in articles))
    for name, pipe in nlp.pipeline:
        spent[name] = seconds(
            lambda pipe=pipe: docs.__setitem__(
                slice(None), list(pipe.pipe(docs) if hasattr(pipe, "pipe") else map(pipe, docs))
            )
        )
    spent["entries and deals"] = seconds(lambda: [finish(doc) for doc in docs])
    return spent


def pipeline(lang: str, count: int, rounds: int) -> None:
    """Whole extraction, rules alone and each stage, against the stock pipeline and the blank tokenizer."""
    # Texts that nobody has read before for each measure: some of what is found in a text is remembered for a while.
    articles = [
        [list(varied(count, lang=lang, seed=3 * turn + part)) for part in range(3)]
        for turn in range(rounds + 1)
    ]
    stock, ours, rules = (
        spacy.load(load_lexicon(lang).language_setting("model")),
        load(lang),
        load(lang, model=False),
    )
    blank = spacy.blank(lang)
    times: dict[str, list[float]] = {}
    for turn, (rows, others, more) in enumerate(articles):
        one = {
            "stock": seconds(lambda rows=rows: list(stock.pipe(a.text for a in rows))),
            "whole": seconds(lambda rows=rows: list(extract_all(rows, ours))),
            "blank": seconds(lambda rows=others: list(blank.pipe(a.text for a in rows))),
            "rules": seconds(lambda rows=others: list(extract_all(rows, rules))),
        }
        for name, value in (one | stages(ours, more)).items() if turn else ():  # the first round warms up
            times.setdefault(name, []).append(value)
    sizes = [sum(len(a.text) for a in rows) for rows, _, _ in articles[1:]]
    characters = sizes[-1]
    speed = [size / t for size, t in zip(sizes, times["whole"], strict=True)]
    print(f"\n{lang}: {count} articles, {characters:,} characters a round, {rounds} rounds")
    print(f"  stock pipeline / whole extraction   {ratio(times['stock'], times['whole'])}")
    print(f"  blank tokenizer / rules alone       {ratio(times['blank'], times['rules'])}")
    print(
        f"  characters a second                 {median(speed):,.0f}  ({min(speed):,.0f} to {max(speed):,.0f})"
    )
    for name in [name for name in times if name not in ("stock", "whole", "rules", "blank")]:
        print(f"  {name:20} share of stock    {ratio(times[name], times['stock'])}")


def child(command: list[str]) -> tuple[float, float, float]:
    """Processor seconds, seconds and peak megabytes of a command and its workers."""
    start = time.monotonic()
    done = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(done.pid, 0)
    if status:
        raise SystemExit(f"failed: {command}")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024


def cold(folder: Path, rounds: int) -> None:
    """One short article from a cold start against `spacy.load`, and `--help`."""
    print("\ncold start")
    for lang in languages():
        path = folder / f"{lang}.jsonl"
        path.write_text(json.dumps(SHORT | {"lang": lang}) + "\n", "utf-8")
        model = load_lexicon(lang).language_setting("model")
        load_only = [sys.executable, "-c", f"import spacy; spacy.load({model!r})"]
        run = [sys.executable, "-m", "extractor", "run", str(path), "-q", "-o", str(folder / "out.csv")]
        ours, theirs = [child(run)[0] for _ in range(rounds)], [child(load_only)[0] for _ in range(rounds)]
        print(f"  {lang}: one short article / spacy.load  {ratio(ours, theirs)}")
    times = [child([sys.executable, "-m", "extractor", "--help"])[0] for _ in range(rounds)]
    print(f"  --help, seconds                     {told(times)}")


def jobs(count: int) -> None:
    """Throughput of two worker processes against one, without the time that workers take to load."""
    rates = []
    for number in (1, 2):
        rows, seen, start = list(varied(count)), 0, 0.0
        # A time limit makes even one job a worker process, so that like is compared with like.
        for batch in extract_stream(rows, Options(timeout=60), jobs=number, batch=16):
            if seen >= 64 and not start:
                start, first = time.monotonic(), seen
            seen += len(batch)
        rates.append((seen - first) / (time.monotonic() - start))
    print(
        f"\ntwo processes / one: {rates[1] / rates[0]:.2f}  ({rates[0]:.1f} and {rates[1]:.1f} articles a second)"
    )


def scale(folder: Path, counts: list[int]) -> None:
    """Cost and peak memory at each size, through the command line."""
    print("\nscale, one process\n  articles   processor s   ms an article   beside the row above   peak MB")
    above = 0.0
    for count in counts:
        path = folder / f"{count}.jsonl"
        with path.open("w", encoding="utf-8") as lines:
            for a in varied(count):
                lines.write(
                    json.dumps({"id": a.id, "lang": a.lang, "text": a.text}, ensure_ascii=False) + "\n"
                )
        run = [sys.executable, "-m", "extractor", "run", str(path), "-q", "-o", str(folder / "out.csv")]
        spent, _, peak = child(run)
        cost = 1000 * spent / count
        beside = f"{cost / above:.2f}" if above else "-"
        print(f"  {count:8}   {spent:11.1f}   {cost:13.2f}   {beside:>20}   {peak:7.0f}", flush=True)
        above = cost


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--articles", type=int, default=60)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--scale", default="100,1000,10000")
parser.add_argument("--only", default="pipeline,cold,jobs,scale")
args = parser.parse_args()
with tempfile.TemporaryDirectory() as name:
    parts = args.only.split(",")
    for lang in languages() if "pipeline" in parts else ():
        pipeline(lang, args.articles, args.rounds)
    if "cold" in parts:
        cold(Path(name), args.rounds)
    if "jobs" in parts:
        jobs(10 * args.articles)
    if "scale" in parts:
        scale(Path(name), [int(n) for n in args.scale.split(",")])
print(f"\npeak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
