"""All that a GPU has to show, in at most eight minutes: tests, steps, and what is learned.

    python -m tests.benchmarks.on_a_gpu --out gpu
    python -m tests.benchmarks.on_a_gpu --out rehearsal --rehearse

It runs the tests that need a GPU; times the ordinary steps, laid out by the host, beside the
recorded ones; and trains three minutes with the fast recipe. The tables go to standard output,
what was learned also to OUT.csv and OUT.svg. `--rehearse` does the same on the CPU, where recorded
steps are played without a recording, with a moment for each: it shows that all of it runs.

Letters: H hidden units, B sentences per step.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import torch

from engine.config import Recipe, TrainConfig
from engine.corpus.corpus import Sentences
from engine.errors import DeviceError
from engine.network.device import DeviceChoice, choose_device
from engine.network.rnn import RNN
from engine.recipes import fill_in, tuning_of
from engine.training.cuda_graphs import graphs
from engine.training.optimizers import ClippedAdam, Optimizer, PlainSgd
from engine.training.steps import EpochSteps, make_optimizer
from tests.benchmarks.data import synthetic_corpus
from tests.benchmarks.places import ROOT

_WORD_DIM, _HIDDEN_DIMS = 8000, (100, 256, 1024)
_REHEARSED_WORD_DIM, _REHEARSED_HIDDEN_DIMS = 500, (10, 25, 100)
_KINDS: tuple[tuple[Recipe, int], ...] = (("tutorial", 1), ("fast", 32), ("fast", 256))
_SENTENCES = 4_000  # gone through again and again: what comes twice is recorded
_EPOCH_WORDS = 1_600_000  # the tutorial's
_TINY_RATE = 1e-5
_TESTS = "tests/engine/training/test_on_a_gpu.py"
_TESTS_S, _STEPS_S, _QUALITY_S = 140.0, 6.0, 180.0  # at most; of each kind of steps; of training
_REHEARSED_S = 0.3
_TURNS = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="of .csv and .svg, no suffix")
    parser.add_argument("--rehearse", action="store_true", help="on the CPU, a moment for each")
    arguments = parser.parse_args()
    began_s = time.monotonic()
    try:
        device, choice = choose_device("cpu" if arguments.rehearse else "cuda")
    except DeviceError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(f"{choice.name}, PyTorch {torch.__version__}", flush=True)
    has_failed = _run_tests()
    if arguments.rehearse:
        graphs.recorder_for = lambda _device: graphs.EagerRecorder()  # type: ignore[assignment]
        torch.set_num_threads(1)  # as a machine that does other work has them
    for line in _steps_table(device, choice, is_rehearsal=arguments.rehearse):
        print(line, flush=True)
    has_failed |= _learn(arguments.out, is_rehearsal=arguments.rehearse)
    print(f"{time.monotonic() - began_s:.0f} s in all")
    return int(has_failed)


def _run_tests() -> bool:
    """Run the tests that need a GPU, in a process of their own; return whether one failed."""
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", _TESTS]
    try:
        done = subprocess.run(command, cwd=ROOT, timeout=_TESTS_S, check=False)
    except subprocess.TimeoutExpired:
        print(f"The tests were not done after {_TESTS_S:.0f} s.")
        return True
    return done.returncode != 0


def _steps_table(
    device: torch.device, choice: DeviceChoice, *, is_rehearsal: bool
) -> Iterator[str]:
    """Yield a line for each size and kind of steps: both ways, in turns."""
    seconds, word_dim, dims = _STEPS_S, _WORD_DIM, _HIDDEN_DIMS
    if is_rehearsal:
        seconds, word_dim, dims = _REHEARSED_S, _REHEARSED_WORD_DIM, _REHEARSED_HIDDEN_DIMS
    text = synthetic_corpus(_SENTENCES, word_dim).training
    yield (
        f"| H, sentences per step | ordinary steps, words/s | recorded, words/s | ratio | "
        f"an epoch of {_EPOCH_WORDS:,} words, recorded |"
    )
    yield "|---|---|---|---|---|"
    for H in dims:
        for kind in _KINDS:
            ways = [
                _Steps(choice, text, RNN(word_dim, H, device=device), kind, is_recorded=is_recorded)
                for is_recorded in (False, True)
            ]
            rates: list[list[float]] = [[], []]
            for way in ways:
                way.rate(0.0)  # makes the buffers
                way.rate(seconds / _TURNS)  # and the recordings
            for _ in range(_TURNS):
                for way, found in zip(ways, rates, strict=True):
                    found.append(way.rate(seconds / _TURNS))
            ordinary, recorded = map(median, rates)
            yield (
                f"| {H}, {kind[1]} | {ordinary:,.0f} | {recorded:,.0f} | "
                f"{recorded / ordinary:.2f} | {_EPOCH_WORDS / recorded:.2f} s |"
            )


class _Steps:
    """A network that goes through a text again and again, one way."""

    def __init__(
        self,
        choice: DeviceChoice,
        text: Sentences,
        rnn: RNN,
        kind: tuple[Recipe, int],
        *,
        is_recorded: bool,
    ) -> None:
        recipe, batch_size = kind
        config = TrainConfig(recipe=recipe, learning_rate=_TINY_RATE)
        rule = make_optimizer(rnn, config) if is_recorded else _ordinary_optimizer(rnn, config)
        self._steps = EpochSteps(rnn, text, rule, batch_size, choice)
        if self._steps.are_recorded != is_recorded:
            raise RuntimeError("the steps are not taken in the way that is to be measured")
        self._order = np.random.default_rng(0).permutation(len(text))
        self._steps.begin(self._order)

    def rate(self, seconds: float) -> float:
        """Go on for so long, one step at least; return the words per second."""
        words, began_s = 0, time.perf_counter()
        while words == 0 or time.perf_counter() - began_s < seconds:
            if not self._steps.next_size():
                self._steps.begin(self._order)
            done = self._steps.step()
            if done is None:
                raise MemoryError("the device has no memory for a step")
            words += done[0]
        self._steps.loss_sum.item()  # waits for all that was ordered
        return words / (time.perf_counter() - began_s)


def _ordinary_optimizer(rnn: RNN, config: TrainConfig) -> Optimizer:
    rate, _, clip_norm = fill_in(config)
    if config.recipe == "tutorial":
        return PlainSgd(rnn, rate)
    return ClippedAdam(rnn, rate, clip_norm, tuning_of(config))


def _learn(out: Path, *, is_rehearsal: bool) -> bool:
    """Train with the fast recipe in a process of its own; return whether that failed."""
    seconds = _REHEARSED_S if is_rehearsal else _QUALITY_S
    device = "cpu" if is_rehearsal else "cuda"
    text = "1,000 real" if is_rehearsal else "all film"
    command = [sys.executable, "-m", "tests.benchmarks.time_to_quality", "--out", str(out)]
    command += ["--seconds", f"{seconds:g}", "--device", device, "--texts", text, "sample"]
    done = subprocess.run([*command, "--ways", "fast"], cwd=ROOT, check=False)
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
