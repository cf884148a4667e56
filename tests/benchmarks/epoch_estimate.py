"""Compare the estimate of an epoch's time with the time that the epoch then takes.

    python -m tests.benchmarks.epoch_estimate [--sizes 2000 8000] [--hidden 50 100 256]
                                              [--csv FILE] [--column NAME] [--documents 300]
                                              [--recipe fast] [--promise cpu]

The epoch is the second of a kept run, as the window makes it: with its event log,
autosaves and evaluation. Each estimate interpolates between the sizes that the window
measures too. Printed are the time that a person waits and, beside it, the processor time
of all threads; on a machine that does other work only the latter means something.
Ends with an error if one estimate of the time waited (with --promise cpu, of the
processor time) is further off than the promised 25 %.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine import wait_politely
from tests.benchmarks.places import REVIEWS
from tests.engine.support.corpora import corpus_of

wait_politely()  # as the window does, before PyTorch is loaded

from engine import (  # noqa: E402
    CorpusConfig,
    CsvConfig,
    EpochDone,
    EpochEstimated,
    ModelConfig,
    RunControl,
    RunStore,
    TrainConfig,
    estimate_epoch,
    sample_comments_path,
)
from engine.corpus.corpus import Corpus  # noqa: E402
from engine.documents.reader import DocumentReader  # noqa: E402

PROMISED = 0.25  # of the real time
_CLOCKS: dict[str, Callable[[], float]] = {"waited": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An estimate and the truth, seconds by clock."""

    guess: dict[str, float]
    real: dict[str, float]

    def off(self, clock: str) -> float:
        """Return by how much of the real time the estimate is too large."""
        return self.guess[clock] / self.real[clock] - 1.0


def main() -> int:
    """Measure, train and compare; return 1 if an estimate is too far off."""
    options = parse()
    corpus = prepared(options)
    print(
        f"{corpus.summary.name}: {len(corpus.training):,} sentences, "
        f"{corpus.training.words_to_predict:,} words; {options.recipe} recipe"
    )
    print(f"{'':16} {'seconds waited':^30} {'seconds of processor time':^30}")
    columns = f"{'estimate':>9} {'real':>9} {'off by':>9}   "
    print(f"{'H':>5} {'words':>9}  {columns}{columns}")
    worst = dict.fromkeys(_CLOCKS, 0.0)
    for hidden in options.hidden:
        model = ModelConfig(hidden_dim=hidden, device=options.device)
        for wanted in options.sizes:
            sized = corpus.with_vocabulary_size(wanted)
            size = sized.summary.vocabulary_size  # smaller where the text has fewer words
            found = compared(corpus, sized, model, TrainConfig(recipe=options.recipe, epochs=2))
            cells = ""
            for clock in _CLOCKS:
                off = found.off(clock)
                worst[clock] = max(worst[clock], abs(off))
                cells += f"{found.guess[clock]:9.2f} {found.real[clock]:9.2f} {off:+9.1%}   "
            print(f"{hidden:5} {size:9,}  {cells}", flush=True)
    print(
        f"Worst: {worst['waited']:.1%} of the time waited, {worst['cpu']:.1%} of the processor "
        f"time; promised: {PROMISED:.0%}."
    )
    return int(worst[options.promise] > PROMISED)


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path, help="default: the film reviews")
    parser.add_argument("--column")
    parser.add_argument("--recipe", choices=("fast", "tutorial"), default="fast")
    parser.add_argument("--hidden", type=int, nargs="+", default=[50, 100, 256])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 8000])
    parser.add_argument("--documents", type=int, default=200, help="the first; 0 = all")
    parser.add_argument("--promise", choices=tuple(_CLOCKS), default="waited", help="that is kept")
    return parser.parse_args()


def prepared(options: argparse.Namespace) -> Corpus:
    """Return the corpus of all or the first documents of the file."""
    path = options.csv or (REVIEWS if REVIEWS.is_file() else sample_comments_path())
    reading = CsvConfig(columns=(options.column,) if options.column else ())
    with tempfile.TemporaryDirectory() as folder:
        if options.documents:
            short = Path(folder) / f"{path.name}.jsonl"
            with DocumentReader(path, reading) as reader:
                lines = [
                    json.dumps({"text": text}) for _, text, _ in islice(reader, options.documents)
                ]
            short.write_text("\n".join(lines), encoding="utf-8")
            path, reading = short, CsvConfig()
        config = CorpusConfig(path=path, csv=reading, vocabulary_size=max(options.sizes))
        return corpus_of(config)


def compared(corpus: Corpus, sized: Corpus, model: ModelConfig, run: TrainConfig) -> Comparison:
    """Estimate an epoch of `sized` from `corpus` as the window does, then train it."""
    size = sized.summary.vocabulary_size
    return Comparison(
        guess={name: estimated(corpus, model, run, size, clock) for name, clock in _CLOCKS.items()},
        real=real_epoch(sized, model, run),
    )


def estimated(
    corpus: Corpus, model: ModelConfig, run: TrainConfig, size: int, clock: Callable[[], float]
) -> float:
    """Return the estimate for `size`, in seconds of `clock`."""
    *_, last = estimate_epoch(corpus, model, run, RunControl(), clock=clock)
    assert isinstance(last, EpochEstimated)
    return last.estimate.seconds_at(size)


def real_epoch(corpus: Corpus, model: ModelConfig, run: TrainConfig) -> dict[str, float]:
    """Return the seconds between the ends of the last two epochs of a kept run."""
    times: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        config = CorpusConfig(path=Path(corpus.summary.path))
        for event in RunStore(Path(folder)).train(corpus, config, model, run, RunControl()):
            if isinstance(event, EpochDone):
                times.append({name: clock() for name, clock in _CLOCKS.items()})
    return {name: times[-1][name] - times[-2][name] for name in _CLOCKS}


if __name__ == "__main__":
    sys.exit(main())
