"""Two ranks of one thread beside one process of two threads: the words per second of training.

Both train the same network on the same made-up sentences with the fast recipe's exact softmax, by
turns; whoever has no turn waits without using a core. `tests.benchmarks.ranks_child` is a process.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from engine.control import RunControl, StageProgress
from tests.benchmarks.places import ROOT
from tests.benchmarks.rows import BenchmarkRow, ratios, row

_BATCHES = (16, 64)  # sentences


def has_ranks() -> bool:
    """Tell whether several processes can train one run on this system."""
    return sys.platform != "win32"


class RankedRun:
    """A training run in processes of its own.

    Parameters
    ----------
    ranks : int
    threads : int
        Of each rank.
    word_dim, hidden_dim, batch_size : int
    folder : Path
        Where the ranks meet.
    """

    def __init__(
        self,
        ranks: int,
        threads: int,
        *,
        word_dim: int,
        hidden_dim: int,
        batch_size: int,
        folder: Path,
    ) -> None:
        settings = {"OMP_NUM_THREADS": str(threads), "GLOO_SOCKET_IFNAME": "lo"}
        store = folder / f"store-{batch_size}"
        self._processes = []
        for rank in range(ranks):
            numbers = map(str, (rank, ranks, store, word_dim, hidden_dim, batch_size))
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.benchmarks.ranks_child", *numbers],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    cwd=ROOT,
                    env=os.environ | settings,
                )
            )
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def rate(self, least_s: float) -> float:
        """Train for so long; return the words per second."""
        stdin = self._processes[0].stdin
        if stdin is None:
            raise RuntimeError("the process has no input")
        stdin.write(f"{least_s}\n")
        stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        stdout = self._processes[0].stdout
        answer = "" if stdout is None else stdout.readline().strip()
        if not answer:
            raise RuntimeError("a process that was to train has ended")
        return answer


def measure_ranks(
    control: RunControl, *, word_dim: int, hidden_dim: int, rounds: int, least_s: float
) -> Iterator[StageProgress | BenchmarkRow]:
    """Time both by turns, at two sizes of the batch.

    Parameters
    ----------
    control : RunControl
        A stop ends the stream after the turn that is under way.
    word_dim, hidden_dim : int
    rounds : int
    least_s : float
        Seconds of each turn, at least.
    """
    kinds = {"1 process, 2 threads": (1, 2), "2 ranks of 1 thread": (2, 1)}
    for batch_size in _BATCHES:
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        with TemporaryDirectory() as folder, ExitStack() as stack:
            runs = {
                name: stack.enter_context(
                    RankedRun(
                        *kind,
                        word_dim=word_dim,
                        hidden_dim=hidden_dim,
                        batch_size=batch_size,
                        folder=Path(folder),
                    )
                )
                for name, kind in kinds.items()
            }
            for number in range(rounds):
                stage = f"Timing ranks, {batch_size} sentences per step"
                yield StageProgress(stage=stage, done=number, total=rounds, unit="rounds")
                if not control.proceed():
                    return
                for name, run in runs.items():
                    rates[name].append(run.rate(least_s))
        alone, together = rates.values()
        for name, values in rates.items():
            yield _row(f"{name}, {batch_size} sentences per step", "words/s", values, hidden_dim)
        compared = ratios(together, alone)
        yield _row(
            f"2 ranks / 1 process, {batch_size} sentences per step", "", compared, hidden_dim
        )


def _row(name: str, unit: str, values: list[float], hidden_dim: int) -> BenchmarkRow:
    return row("ranks", name, unit, values, hidden_dim=hidden_dim)
