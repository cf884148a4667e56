"""The benchmark: one run over everything that the program does, as a stream of rows.

What is timed is in `contenders` and `pytorch_user`; this module knows
the parts, their order and their sizes.
"""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
import torch

from engine.config import DeviceRequest, require
from engine.control import Notice, RunControl, StageProgress
from engine.network.device import choose_device, set_precision
from tests.benchmarks.device import measure_device_steps, records_steps
from tests.benchmarks.key_press import measure_key_press
from tests.benchmarks.memory import can_measure, measure_peaks
from tests.benchmarks.ranks import has_ranks, measure_ranks
from tests.benchmarks.rows import BenchmarkRow, Machine
from tests.benchmarks.sentences import (
    measure_file_scoring,
    measure_next_words,
    measure_sampling,
    measure_scoring,
    measure_window,
)
from tests.benchmarks.texts import measure_corpus
from tests.benchmarks.training import TARGET_SIZE, measure_training
from tests.benchmarks.turns import Setting

Part = Literal["training", "memory", "corpus", "sentences", "ranks", "window"]

BenchmarkEvent: TypeAlias = StageProgress | Notice | Machine | BenchmarkRow

_FEWEST_WORDS, _MOST_WORDS = 50, 400_000
_MOST_EPOCHS = 3  # timed, of each kind of steps
_BUSY_SHARE = 0.5  # of the cores: beyond, others disturb
_CPU_FACTS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkConfig:
    """What to measure, and how thoroughly."""

    word_dim: int = 8000
    hidden_dims: tuple[int, ...] = (50, 100, 256)
    device: DeviceRequest = "cpu"
    rounds: int = 5
    turn_s: float = 0.15  # of each contender in each round, at least
    is_quick: bool = False  # smaller texts
    allow_tf32: bool = False  # on a GPU
    parts: tuple[Part, ...] = get_args(Part)
    text: Path | None = None  # to prepare; None: the sample comments

    def __post_init__(self) -> None:
        require(
            _FEWEST_WORDS <= self.word_dim <= _MOST_WORDS,
            f"The vocabulary must have between {_FEWEST_WORDS} and {_MOST_WORDS:,} words, "
            f"not {self.word_dim:,}.",
        )
        require(
            bool(self.hidden_dims) and all(1 <= H <= 8192 for H in self.hidden_dims),
            "Each hidden size must be between 1 and 8192.",
        )
        require(self.rounds >= 1, f"Measure for at least one round, not {self.rounds}.")


def run_benchmark(config: BenchmarkConfig, control: RunControl) -> Iterator[BenchmarkEvent]:
    """Measure the speed and the memory of the program beside what else could be used.

    Parameters
    ----------
    config : BenchmarkConfig
    control : RunControl
        A stop ends the stream after the turn that is under way.

    Yields
    ------
    Machine first, then StageProgress, Notice, and a BenchmarkRow for each figure.

    Raises
    ------
    DeviceError
        If the requested device is not there.
    """
    device, choice = choose_device(config.device)
    set_precision(device, allow_tf32=config.allow_tf32)
    machine = _machine(f"{choice.name}, TF32" if config.allow_tf32 else choice.name)
    yield machine
    if machine.load is not None and machine.load > _BUSY_SHARE * machine.cores:
        yield Notice(
            text=f"Other programs keep this machine busy (load {machine.load:.1f} on "
            f"{machine.cores} cores): do not rely on the figures."
        )
    if {"training", "memory"} & set(config.parts):
        yield from _network_rows(config, device.type, control)
    if "corpus" in config.parts and control.proceed():
        yield from measure_corpus(
            control, word_dim=config.word_dim, is_quick=config.is_quick, text=config.text
        )
    if "sentences" in config.parts and control.proceed():
        yield from measure_sampling(
            control, word_dim=config.word_dim, rounds=config.rounds, is_quick=config.is_quick
        )
        yield from measure_scoring(control, word_dim=config.word_dim, rounds=config.rounds)
        yield from measure_next_words(control, word_dim=config.word_dim, rounds=config.rounds)
        yield from measure_file_scoring(control, word_dim=config.word_dim, is_quick=config.is_quick)
    if "ranks" in config.parts and control.proceed() and has_ranks():
        yield from measure_ranks(
            control,
            word_dim=config.word_dim,
            hidden_dim=config.hidden_dims[len(config.hidden_dims) // 2],
            rounds=min(3, config.rounds),
            least_s=6 * config.turn_s,
        )
    if "window" in config.parts and control.proceed():
        rounds = min(3, config.rounds)
        yield from measure_window(control, rounds=rounds)
        yield from measure_key_press(control, word_dim=config.word_dim, rounds=rounds)


def _network_rows(
    config: BenchmarkConfig, device: str, control: RunControl
) -> Iterator[BenchmarkEvent]:
    """Measure memory for one size and speed for all."""
    of_target = TARGET_SIZE[1]
    memory_dim = of_target if of_target in config.hidden_dims else config.hidden_dims[0]
    peaks_mb: dict[str, float] = {}
    if "memory" in config.parts:
        if can_measure():
            setting = Setting(word_dim=config.word_dim, hidden_dim=memory_dim, device=device)
            for item in measure_peaks(setting, control):
                if isinstance(item, StageProgress):
                    yield item
                else:
                    peaks_mb[item[0]] = item[1]
        else:
            yield Notice(text="Memory is not measured: this system does not tell it.")
    if "training" not in config.parts:
        return
    for H in config.hidden_dims:
        if not control.proceed():
            return
        setting = Setting(word_dim=config.word_dim, hidden_dim=H, device=device)
        yield from measure_training(
            setting,
            control,
            rounds=config.rounds,
            least_s=config.turn_s,
            with_lengths=memory_dim == H,
            peaks_mb=peaks_mb if memory_dim == H else {},
        )
        if records_steps(setting) and control.proceed():
            yield from measure_device_steps(
                setting,
                control,
                rounds=min(_MOST_EPOCHS, config.rounds),
                with_epochs=memory_dim == H,
                is_quick=config.is_quick,
                has_targets=(config.word_dim, H) == TARGET_SIZE and not config.is_quick,
                is_exact=not config.allow_tf32,
            )


def _machine(device: str) -> Machine:
    affinity = getattr(os, "sched_getaffinity", None)
    return Machine(
        cpu=_cpu_name(),
        cores=len(affinity(0)) if affinity is not None else os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        device=device,
        system=platform.platform(terse=True),
        python=platform.python_version(),
        torch=torch.__version__,
        numpy=np.__version__,
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def _cpu_name() -> str:
    if _CPU_FACTS.is_file():
        for line in _CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
