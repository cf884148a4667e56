"""How much memory ranks take for texts that differ in size: the training, without preparation.

    python -m tests.benchmarks.ranks_memory --gigabytes 1 2 [--ranks 2] [--seconds 20] [--folder F]

A gigabyte of text is taken for 202 million words, as one of film reviews has. Word numbers are
made up and written to files; two ranks share them and train under a time limit, evaluations
included. A process's own memory is what the system cannot take back: its files are not in it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch.distributed as dist

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.training.distributed.ranks import Ranks
from engine.training.distributed.text import SharedText, _mapped, share_text, take_text
from engine.training.trainer import Trainer
from tests.benchmarks.data import synthetic_corpus
from tests.benchmarks.places import ROOT

_WORDS_OF_GIGABYTE = 202_000_000
_HELD_OUT = 20  # one sentence in so many
_SENTENCES = 100_000  # made up; a text repeats them
_WORD_DIM, _HIDDEN_DIM = 8000, 100
_LOOK_EVERY_S = 0.05


def main() -> int:
    """Measure each size, or be one of the ranks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[1.0, 2.0])
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--folder", type=Path, help="for the files, twice the size of the text")
    parser.add_argument("--rank", type=int, help="be this one of them")
    options = parser.parse_args()
    if options.rank is not None:
        return _train(options)
    for gigabytes in options.gigabytes:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            words = _make_files(Path(name), gigabytes)
            own, mapped = _watch(Path(name), options)
            each = ", ".join(
                f"rank {rank}: {own[rank] / 1e6:,.0f} MB of its own, {mapped[rank] / 1e6:,.0f} MB "
                "of mapped files"
                for rank in range(options.ranks)
            )
            print(f"{gigabytes:g} GB, {words:,} words: {each}", flush=True)
    return 0


def _make_files(folder: Path, gigabytes: float) -> int:
    """Write the word numbers of a text; return how many words it has."""
    made = synthetic_corpus(_SENTENCES, _WORD_DIM).training
    words = 0
    for side, share in (("training", 1.0), ("validation", 1.0 / _HELD_OUT)):
        times = max(1, round(share * gigabytes * _WORDS_OF_GIGABYTE / made.words_to_predict))
        words += times * made.words_to_predict
        with (folder / f"{side}.ids").open("wb") as file:
            for _ in range(times):
                file.write(made.ids.data)
        with (folder / f"{side}.offsets").open("wb") as file:
            for time_ in range(times):
                file.write((made.offsets[:-1] + time_ * made.offsets[-1]).data)
            file.write(np.array([times * made.offsets[-1]]).data)
    return words


def _watch(folder: Path, options: argparse.Namespace) -> tuple[list[int], list[int]]:
    """Let the ranks train; return the most memory of each, its own and mapped, in bytes."""
    names = ["--ranks", str(options.ranks), "--seconds", str(options.seconds)]
    command = [sys.executable, "-m", "tests.benchmarks.ranks_memory", *names]
    processes = [
        subprocess.Popen([*command, "--folder", str(folder), "--rank", str(rank)], cwd=ROOT)
        for rank in range(options.ranks)
    ]
    own, mapped = [0] * options.ranks, [0] * options.ranks
    while any(process.poll() is None for process in processes):
        for rank, process in enumerate(processes):
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                continue
            sizes = dict(re.findall(r"(Rss\w+):\s+(\d+) kB", status))
            own[rank] = max(own[rank], 1024 * int(sizes.get("RssAnon", 0)))
            mapped[rank] = max(mapped[rank], 1024 * int(sizes.get("RssFile", 0)))
        time.sleep(_LOOK_EVERY_S)
    if any(process.returncode for process in processes):
        raise RuntimeError("a rank has failed")
    return own, mapped


def _train(options: argparse.Namespace) -> int:
    """Be one rank."""
    store = dist.FileStore(str(options.folder / "store"), options.ranks)  # type: ignore[attr-defined]
    ranks = Ranks(options.rank, options.ranks, store, RunControl())
    made = synthetic_corpus(_SENTENCES, _WORD_DIM)
    text = SharedText(
        training=made.training,
        validation=made.validation,
        vocabulary=made.vocabulary,
        summary=made.summary,
        reading=made.reading,
    )
    if ranks.leads:
        ranks.work_alone()
        training, validation = _mapped(options.folder)
        text = share_text(
            ranks, replace(text, training=training, validation=validation), options.folder
        )
    else:
        ranks.await_order()
        training, validation = take_text(ranks)
        text = replace(text, training=training, validation=validation)
        ranks.await_order()
        ranks.send()
    trainer = Trainer(
        text,
        ModelConfig(hidden_dim=_HIDDEN_DIM, device="cpu"),
        TrainConfig(time_limit_s=options.seconds),
        ranks=ranks,
    )
    for _ in trainer.run(RunControl()):
        pass
    ranks.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
