"""Held-out loss over wall time for each recipe, as a CSV and as an SVG.

    python -m tests.benchmarks.time_to_quality --seconds 600 --out quality

Each recipe trains on each text for so long, one after the other, so that nothing
else disturbs it. Snapshots are judged on the held-out documents while the run's clock
stands still; what the run itself evaluates counts, as a person waits for it. The
texts are those of ../shared/data, or the sample comments where these are not there.
"""

import argparse
import csv
import gzip
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import torch

from engine.config import CorpusConfig, CsvConfig, ModelConfig, Recipe, TrainConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.sample_comments import sample_comments_path
from engine.network.batching import batch_from_flat, batches_by_length
from engine.network.rnn import RNN
from engine.training.events import SnapshotPublished
from engine.training.trainer import train
from tests.benchmarks.line_plot import Curve, svg_of
from tests.benchmarks.places import DATA, REVIEWS
from tests.benchmarks.turns import StopWatch

_COMMENTS = DATA / "reddit-comments-2015-08-first-1000-lines.csv"
_NO_LIMIT = 1_000_000  # epochs
_EVALUATED_AT_ONCE = 4096  # words
_NEXT_POINT = 1.12  # times the seconds of the last one: as many early as late


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One evaluation."""

    text: str
    recipe: str
    seconds: float
    epoch: float
    step: int
    loss: float  # held out, nats a word


def main() -> int:
    arguments = _arguments()
    points: list[Point] = []
    for name, path, column in _texts():
        corpus = _prepare(path, column)
        summary = corpus.summary
        print(f"{name}: {summary.training_words:,} words, {summary.validation_words:,} held out")
        for recipe in get_args(Recipe):
            for point in _train(name, corpus, recipe, arguments):
                points.append(point)
                print(f"  {recipe:9} {point.seconds:7.1f} s  {point.loss:.4f}", flush=True)
    _write(points, arguments.out)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each run")
    parser.add_argument("--out", type=Path, required=True, help="of .csv and .svg, no suffix")
    parser.add_argument("--hidden-dim", type=int, default=100)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _texts() -> Iterator[tuple[str, Path, str]]:
    """Yield name, path and column of each text."""
    if not _COMMENTS.is_file() or not REVIEWS.is_file():
        print(f"{DATA} is not there: the sample comments are used", file=sys.stderr)
        yield "sample comments", sample_comments_path(), "body"
        return
    yield "1,000 real comments", _COMMENTS, "body"
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "movie-reviews.csv"
        with gzip.open(REVIEWS, "rb") as source, unpacked.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield "film reviews", unpacked, "text"


def _prepare(path: Path, column: str) -> Corpus:
    config = CorpusConfig(path=path, csv=CsvConfig(columns=(column,), has_header=True))
    for event in build_corpus(config, RunControl()):
        if isinstance(event, CorpusReady):
            return event.corpus
    raise RuntimeError(f"{path} was not prepared")


def _train(
    name: str, corpus: Corpus, recipe: Recipe, arguments: argparse.Namespace
) -> Iterator[Point]:
    clock = StopWatch()
    control = RunControl()
    events = train(
        corpus,
        ModelConfig(hidden_dim=arguments.hidden_dim, device=arguments.device, seed=arguments.seed),
        TrainConfig(recipe=recipe, epochs=_NO_LIMIT, seed=arguments.seed),
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
        yield Point(
            text=name,
            recipe=recipe,
            seconds=clock(),
            epoch=event.epoch,
            step=event.step,
            loss=_held_out_loss(event.model.rnn, corpus, arguments.device),
        )
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


def _write(points: list[Point], out: Path) -> None:
    table = out.with_suffix(".csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "recipe", "seconds", "epoch", "step", "held_out_loss"])
        for point in points:
            writer.writerow(
                [
                    point.text,
                    point.recipe,
                    f"{point.seconds:.2f}",
                    f"{point.epoch:.4f}",
                    point.step,
                    f"{point.loss:.5f}",
                ]
            )
    curves: dict[str, Curve] = {}
    for point in points:
        label = f"{point.text}, {point.recipe}"
        curve = curves.setdefault(label, Curve(label=label, group=point.text, kind=point.recipe))
        curve.points.append((point.seconds, point.loss))
    picture = out.with_suffix(".svg")
    picture.write_text(
        svg_of(
            list(curves.values()),
            x_label="seconds of training, evaluations included",
            y_label="held-out loss, nats a word",
        ),
        encoding="utf-8",
    )
    print(f"{table} and {picture} are written")


if __name__ == "__main__":  # not in the processes that split text into words
    sys.exit(main())
