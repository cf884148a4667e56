"""Held-out loss over time for each way to learn a text, as a table, a CSV and an SVG.

    python -m tests.benchmarks.time_to_quality --seconds 600 --out quality

Set beside each other on each text: the fast recipe, what it was before it depended on the size of
the text, the tutorial's recipe, nn.RNN and nn.LSTM with Adam as a PyTorch user trains them (also
with PyTorch's own linear_cross_entropy, where it has one), and a table of word sequences that is
only counted. All have the same vocabulary and predict the same
words. One runs after the other; what they hold is judged on the held-out documents while the clock
stands still, but what a run itself evaluates counts, as a person waits for it. With `--cpu` the
seconds are those of the processor, on one thread, so that a machine may do other work. The texts
are those of ../shared/data, or the sample comments where these are not there.
"""

import argparse
import csv
import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import nn

from engine.config import TUTORIAL_UNITS, CorpusConfig, CsvConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.counting.references import ReferencesCounted
from engine.corpus.sample_comments import sample_comments_path
from engine.language_model.ngram import count_references
from engine.network.batching import batch_from_flat, batches_by_length
from engine.network.rnn import RNN
from engine.training.events import SnapshotPublished
from engine.training.trainer import train
from tests.benchmarks.line_plot import Curve, svg_of
from tests.benchmarks.places import DATA, REVIEWS
from tests.benchmarks.pytorch_user import (
    HAS_FUSED_LOSS,
    Loss,
    PaddedBatch,
    UserRNN,
    fused_loss,
    masked_loss,
)
from tests.benchmarks.turns import StopWatch

_COMMENTS = DATA / "reddit-comments-2015-08-first-1000-lines.csv"
_NO_LIMIT = 1_000_000  # epochs
_EVALUATED_AT_ONCE = 4096  # words
_NEXT_POINT = 1.12  # times the seconds of the last one: as many early as late
_FIRST_POINT_S = 2.0
_TOLD_S = (10.0, 60.0, 600.0)  # columns of the table
_ABOUT = 1.1  # times these: a run publishes its network every few seconds
_USERS_RATE, _USERS_BATCH = 1e-3, 64

# What the fast recipe was before it had more settings than rate, batch and clipping.
_FORMER = TrainConfig(
    learning_rate=0.003,
    unigram_start=False,
    adam_epsilon=1e-8,
    weight_decay=0.0,
    input_dropout=0.0,
    output_dropout=0.0,
    averaging=0.0,
    softmax_sample=1.0,
    label_smoothing=0.0,
    min_improvement=0.0,
)

Judged: TypeAlias = Iterator[tuple[float, float]]  # seconds, held-out loss in nats per word
Way: TypeAlias = Callable[[Corpus, argparse.Namespace, int], Judged]  # the last one is the seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One evaluation."""

    text: str
    way: str
    seed: int
    seconds: float
    loss: float  # held out, nats per word


def main() -> int:
    arguments = _arguments()
    if arguments.cpu:
        torch.set_num_threads(1)
    points = [point for path in arguments.of or () for point in _read(path)]
    if points:
        print("\n".join(_table(points)))
        _write(points, arguments.out)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path, column in _texts(Path(folder)):
            if arguments.texts and not any(part in name for part in arguments.texts):
                continue
            corpus = _prepare(path, column)
            summary = corpus.summary
            print(
                f"{name}: {summary.training_words:,} words, {summary.validation_words:,} held out"
            )
            for way, judge in _ways().items():
                if arguments.ways and way not in arguments.ways:
                    continue
                for seed in range(arguments.seeds):
                    for seconds, loss in judge(corpus, arguments, seed):
                        points.append(
                            Point(text=name, way=way, seed=seed, seconds=seconds, loss=loss)
                        )
                        print(f"    {seconds:8.1f} s  {loss:.4f}", file=sys.stderr, flush=True)
                    print(f"  {way:15} seed {seed}  {points[-1].loss:.4f}", flush=True)
    print("\n".join(_table(points)))
    _write(points, arguments.out)
    return 0


def _ways() -> dict[str, Way]:
    return {
        "fast": partial(_trained, TrainConfig()),
        "fast, 100 hidden units": partial(_trained, TrainConfig(), units=TUTORIAL_UNITS),
        "fast, exact softmax": partial(_trained, TrainConfig(softmax_sample=1.0)),
        "former fast": partial(_trained, _FORMER, units=TUTORIAL_UNITS),
        "tutorial": partial(_trained, TrainConfig(recipe="tutorial")),
        "nn.RNN": partial(_trained_by_user, nn.RNN),
        **(
            {"nn.RNN, fused loss": partial(_trained_by_user, nn.RNN, loss=fused_loss)}
            if HAS_FUSED_LOSS
            else {}
        ),
        "nn.LSTM": partial(_trained_by_user, nn.LSTM),
        "word sequences": _counted,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each run")
    parser.add_argument("--cpu", action="store_true", help="seconds of the processor, one thread")
    parser.add_argument("--out", type=Path, required=True, help="of .csv and .svg, no suffix")
    parser.add_argument(
        "--of", type=Path, nargs="+", metavar="CSV", help="show what earlier runs wrote instead"
    )
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seeds", type=int, default=1, help="runs of each way")
    parser.add_argument("--texts", nargs="*", help="parts of the names of texts; default: all")
    parser.add_argument("--ways", nargs="*", choices=tuple(_ways()), help="default: all")
    return parser.parse_args()


def _texts(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield name, path and column of each text."""
    if not _COMMENTS.is_file() or not REVIEWS.is_file():
        print(f"{DATA} is not there: the sample comments are used", file=sys.stderr)
        yield "sample comments", sample_comments_path(), "body"
        return
    yield "1,000 real comments", _COMMENTS, "body"
    csv.field_size_limit(1 << 30)
    with gzip.open(REVIEWS, "rt", encoding="utf-8", newline="") as source:
        reviews = [row["text"] for row in csv.DictReader(source)]
    for name, most_words in (
        ("100,000 words of film reviews", 100_000),
        ("a third of the film reviews", 500_000),
        ("all film reviews", sys.maxsize),
    ):
        yield name, _first_words(reviews, most_words, folder / f"{most_words}.csv"), "text"


def _first_words(reviews: Sequence[str], most: int, path: Path) -> Path:
    """Write the first reviews, of about so many words, to `path`."""
    words = np.cumsum([0] + [len(review.split()) for review in reviews])
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["text"])
        writer.writerows(
            [review]
            for review, before in zip(reviews, words.tolist(), strict=False)
            if before < most
        )
    return path


def _prepare(path: Path, column: str) -> Corpus:
    csv_config = CsvConfig(columns=(column,), has_header=True)
    # All words, as in the figures of before: a loss is not set beside one of another vocabulary.
    config = CorpusConfig(path=path, csv=csv_config, min_count=1, counted="all")
    for event in build_corpus(config, RunControl()):
        if isinstance(event, CorpusReady):
            return event.corpus
    raise RuntimeError(f"{path} was not prepared")


def _watch(arguments: argparse.Namespace) -> StopWatch:
    return StopWatch(time.process_time if arguments.cpu else time.perf_counter)


def _trained(
    config: TrainConfig,
    corpus: Corpus,
    arguments: argparse.Namespace,
    seed: int,
    units: int | None = None,
) -> Judged:
    """Train with a recipe of ours, with so many hidden units or as many as it takes itself."""
    clock, control = _watch(arguments), RunControl()
    events = train(
        corpus,
        ModelConfig(hidden_dim=units, device=arguments.device, seed=seed),
        TrainConfig.from_json(config.to_json() | {"epochs": _NO_LIMIT, "seed": seed}),
        control,
        clock=clock,
    )
    clock.go()
    due_s = 0.0
    for event in events:
        if clock() >= arguments.seconds:
            control.stop()  # a time limit would evaluate once more
        if not isinstance(event, SnapshotPublished) or clock() < min(due_s, arguments.seconds):
            continue
        clock.halt()
        due_s = _NEXT_POINT * clock()
        yield clock(), _held_out_loss(event.model.rnn, corpus, arguments.device)
        clock.go()


def _held_out_loss(rnn: RNN, corpus: Corpus, device: str) -> float:
    """Return the mean loss over all held-out words."""
    judged = rnn.copy(device=device)
    held_out = corpus.validation
    total = 0.0
    for chosen in batches_by_length(held_out.offsets, _EVALUATED_AT_ONCE):
        batch = batch_from_flat(held_out.ids, held_out.offsets, chosen).to(judged.device)
        total += float(judged.word_losses(batch).sum(dtype=torch.float64))
    return total / held_out.words_to_predict


def _trained_by_user(
    layer: type[nn.RNN | nn.LSTM],
    corpus: Corpus,
    arguments: argparse.Namespace,
    seed: int,
    loss: Loss = masked_loss,
) -> Judged:
    """Train PyTorch's own layers with Adam and autograd, the padding left out before the scores."""
    clock = _watch(arguments)
    torch.manual_seed(seed)
    device, sentences = torch.device(arguments.device), corpus.training
    model = UserRNN(len(corpus.vocabulary), TUTORIAL_UNITS, layer).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=_USERS_RATE)
    due_s, random = _FIRST_POINT_S, np.random.default_rng(seed)
    yield 0.0, _users_loss(model, corpus, device)
    clock.go()
    while True:
        order = random.permutation(len(sentences))
        for begin in range(0, len(order), _USERS_BATCH):
            some = [sentences.sequence(int(k)) for k in order[begin : begin + _USERS_BATCH]]
            pairs = [(framed[:-1].tolist(), framed[1:].tolist()) for framed in some]
            batch = PaddedBatch(pairs, device)
            optimizer.zero_grad()
            (loss(model, batch) / batch.words).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            is_over = clock() >= arguments.seconds
            if not is_over and clock() < due_s:
                continue
            clock.halt()
            due_s = _NEXT_POINT * clock()
            yield clock(), _users_loss(model, corpus, device)
            if is_over:
                return
            clock.go()


@torch.no_grad()
def _users_loss(model: UserRNN, corpus: Corpus, device: torch.device) -> float:
    held_out, total = corpus.validation, 0.0
    for begin in range(0, len(held_out), _USERS_BATCH):
        last = min(begin + _USERS_BATCH, len(held_out))
        some = [held_out.sequence(k) for k in range(begin, last)]
        pairs = [(framed[:-1].tolist(), framed[1:].tolist()) for framed in some]
        total += float(masked_loss(model, PaddedBatch(pairs, device)))
    return total / held_out.words_to_predict


def _counted(corpus: Corpus, arguments: argparse.Namespace, seed: int) -> Judged:
    """Count a table of word sequences, interpolated modified Kneser-Ney; it learns nothing more."""
    if seed:
        return
    clock = _watch(arguments)
    corpus.training, corpus.validation  # noqa: B018 - made when they are first asked for
    clock.go()
    for event in count_references(corpus, RunControl()):
        if isinstance(event, ReferencesCounted):
            yield clock(), event.losses.table
            yield arguments.seconds, event.losses.table


def _table(points: list[Point]) -> Iterator[str]:
    """Yield a line for each text and way: the mean over the seeds that got there, their spread."""
    told = [seconds for seconds in _TOLD_S if any(each.seconds >= seconds for each in points)]
    columns = [f"after {seconds:g} s" for seconds in told]
    yield f"| text, way | {' | '.join([*columns, 'lowest'])} |"
    yield f"|---|{'---|' * (len(columns) + 1)}"
    for text, way in dict.fromkeys((each.text, each.way) for each in points):
        runs = [
            [each for each in points if (each.text, each.way, each.seed) == (text, way, seed)]
            for seed in sorted(
                {each.seed for each in points if (each.text, each.way) == (text, way)}
            )
        ]
        cells = [
            _cell(
                [
                    min(p.loss for p in run if p.seconds <= _ABOUT * seconds)
                    for run in runs
                    if run[-1].seconds >= seconds
                ]
            )
            for seconds in told
        ]
        lowest = _cell([min(point.loss for point in run) for run in runs])
        yield f"| {text}, {way} | {' | '.join([*cells, lowest])} |"


def _cell(losses: list[float]) -> str:
    if not losses:
        return ""
    spread = f" ± {(max(losses) - min(losses)) / 2:.3f}" if len(losses) > 1 else ""
    return f"{sum(losses) / len(losses):.3f}{spread}"


def _read(path: Path) -> Iterator[Point]:
    """Read what `_write` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Point(
                text=row["text"],
                way=row["way"],
                seed=int(row["seed"]),
                seconds=float(row["seconds"]),
                loss=float(row["held_out_loss"]),
            )


def _write(points: list[Point], out: Path) -> None:
    table = out.with_suffix(".csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "way", "seed", "seconds", "held_out_loss"])
        for point in points:
            writer.writerow(
                [point.text, point.way, point.seed, f"{point.seconds:.2f}", f"{point.loss:.5f}"]
            )
    curves: dict[str, Curve] = {}
    for point in sorted(points, key=lambda each: each.seed):
        name = f"{point.text}, {point.way}"
        curve = curves.setdefault(
            f"{name} {point.seed}",
            Curve(label=name if point.seed == 0 else "", group=point.text, kind=point.way),
        )
        curve.points.append((point.seconds, point.loss))
    picture = out.with_suffix(".svg")
    picture.write_text(
        svg_of(
            list(curves.values()),
            x_label="seconds of training, evaluations included",
            y_label="held-out loss, nats per word",
        ),
        encoding="utf-8",
    )
    print(f"{table} and {picture} are written")


if __name__ == "__main__":  # not in the processes that split text into words
    sys.exit(main())
