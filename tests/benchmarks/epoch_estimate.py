"""Compare the estimate of an epoch's time with the time that the epoch then takes.

    python -m tests.benchmarks.epoch_estimate [--csv FILE] [--column NAME] [--recipe fast]
                                              [--sizes 2000 8000] [--documents 300]
                                              [--cpu-time]

Prints a line for each vocabulary size and ends with an error if one estimate is
further off than the promised 25 %. Each estimate interpolates between the sizes that
the window measures too. Run it on a machine that is otherwise idle,
or with --cpu-time, which counts this program's processor time on one thread instead.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import torch

from engine import (
    CorpusConfig,
    CorpusReady,
    CsvConfig,
    EpochDone,
    EpochEstimated,
    ModelConfig,
    RunControl,
    TrainConfig,
    build_corpus,
    estimate_epoch,
    sample_comments_path,
    train,
)
from engine.corpus_data import Corpus
from engine.csv_source import DocumentReader

PROMISED = 0.25  # of the real time


def main() -> int:
    """Measure, train and compare; return 1 if an estimate is too far off."""
    options = parse()
    clock = time.perf_counter
    if options.cpu_time:
        torch.set_num_threads(1)
        clock = time.process_time
    corpus = prepared(options)
    model = ModelConfig(hidden_dim=options.hidden, device=options.device)
    config_of_run = TrainConfig(recipe=options.recipe, epochs=1)
    print(
        f"{corpus.summary.name}: {len(corpus.training):,} sentences, "
        f"{corpus.training.words_to_predict:,} words; {options.hidden} hidden units, "
        f"{options.recipe} recipe"
    )
    print(f"{'words known':>12} {'estimate':>10} {'real epoch':>11} {'off by':>8}")
    worst = 0.0
    for wanted in options.sizes:
        sized = corpus.with_vocabulary_size(wanted)
        size = sized.summary.vocabulary_size  # smaller than `wanted` where the text has fewer words
        guess, took_s, device = estimated(corpus, model, config_of_run, size, clock)
        real = real_epoch(sized, model, config_of_run, clock)
        off = guess / real - 1.0
        worst = max(worst, abs(off))
        print(
            f"{size:12,} {guess:8.2f} s {real:9.2f} s {off:+8.1%}   (measured in {took_s:.1f} s)",
            flush=True,
        )
    print(f"Worst: {worst:.1%} on {device}; promised: {PROMISED:.0%}.")
    return int(worst > PROMISED)


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--column")
    parser.add_argument("--recipe", choices=("fast", "tutorial"), default="fast")
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--documents", type=int, help="take the first only, for a short run")
    parser.add_argument("--cpu-time", action="store_true", help="one thread, processor time")
    return parser.parse_args()


def prepared(options: argparse.Namespace) -> Corpus:
    """Return the corpus of all or the first documents of the file."""
    path = options.csv or sample_comments_path()
    reading = CsvConfig(columns=(options.column,) if options.column else ())
    with tempfile.TemporaryDirectory() as folder:
        if options.documents:
            short = Path(folder) / f"{path.name}.jsonl"
            with DocumentReader(path, reading) as reader:
                lines = [
                    json.dumps({"text": text}) for _, text in islice(reader, options.documents)
                ]
            short.write_text("\n".join(lines), encoding="utf-8")
            path, reading = short, CsvConfig()
        config = CorpusConfig(path=path, csv=reading, vocabulary_size=max(options.sizes))
        *_, ready = build_corpus(config, RunControl())
    assert isinstance(ready, CorpusReady)
    return ready.corpus


def estimated(
    corpus: Corpus,
    model: ModelConfig,
    config: TrainConfig,
    size: int,
    clock: Callable[[], float],
) -> tuple[float, float, str]:
    """Return the estimate for `size`, what it cost, and the device."""
    for event in estimate_epoch(corpus, model, config, RunControl(), clock=clock):
        if isinstance(event, EpochEstimated):
            estimate = event.estimate
    return estimate.seconds_at(size), estimate.measured_s, estimate.device


def real_epoch(
    corpus: Corpus, model: ModelConfig, config: TrainConfig, clock: Callable[[], float]
) -> float:
    """Return the seconds from the end of epoch 0, the untrained network, to that of epoch 1."""
    done = [
        event
        for event in train(corpus, model, config, RunControl(), clock=clock)
        if isinstance(event, EpochDone)
    ]
    return done[1].elapsed_s - done[0].elapsed_s


if __name__ == "__main__":
    sys.exit(main())
