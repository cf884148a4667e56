"""Time one SGD step of each implementation, as the tutorial does with %timeit."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from engine.control import RunControl
from engine.device import choose_device
from engine.events import Event, StageProgress, StepTimed
from engine.reference import RNNNumpy
from engine.rnn import RNN

_LEARNING_RATE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long one implementation takes for one sentence."""

    implementation: str
    device: str
    words: int  # in the sentence
    milliseconds: float  # a step, the median of `repeats`
    ratio: float  # how many times as fast as the NumPy reference
    repeats: int


def time_one_step(
    control: RunControl,
    *,
    word_dim: int = 8000,
    hidden_dim: int = 100,
    words: int = 45,
    seed: int = 0,
) -> Iterator[Event]:
    """Time the NumPy reference, then PyTorch on each device that is there.

    Parameters
    ----------
    control : RunControl
    word_dim, hidden_dim, words : int
        By default the tutorial's network and a sentence of its length.
    seed : int
        Of the parameters and the sentence.

    Yields
    ------
    StageProgress before each implementation and a StepTimed after it.
    """
    random = np.random.default_rng(seed)
    x = random.integers(0, word_dim, words)
    y = random.integers(0, word_dim, words)
    steps = _implementations(word_dim, hidden_dim, seed)
    numpy_ms: float | None = None
    for number, (implementation, device, make) in enumerate(steps):
        if not control.proceed():
            return
        yield StageProgress(
            stage=f"Timing {implementation} on {device}",
            done=number,
            total=len(steps),
            unit="implementations",
        )
        step = make()
        repeats = 5 if numpy_ms is None else 50
        milliseconds = _median_ms(lambda step=step: step(x, y, _LEARNING_RATE), repeats, control)
        if milliseconds is None:
            return
        numpy_ms = milliseconds if numpy_ms is None else numpy_ms
        yield StepTimed(
            time=StepTime(
                implementation=implementation,
                device=device,
                words=words,
                milliseconds=milliseconds,
                ratio=numpy_ms / milliseconds,
                repeats=repeats,
            )
        )


_Step = Callable[[np.ndarray, np.ndarray, float], None]


def _implementations(
    word_dim: int, hidden_dim: int, seed: int
) -> list[tuple[str, str, Callable[[], _Step]]]:
    def on(device: torch.device) -> _Step:
        step = RNN(word_dim, hidden_dim, device=device, seed=seed).sgd_step
        if device.type == "cpu":
            return step

        def and_wait(x: np.ndarray, y: np.ndarray, learning_rate: float) -> None:
            step(x, y, learning_rate)
            torch.cuda.synchronize()

        return and_wait

    cpu, cpu_choice = choose_device("cpu")
    steps: list[tuple[str, str, Callable[[], _Step]]] = [
        (
            "NumPy (the tutorial's code, float64)",
            "CPU",
            lambda: RNNNumpy(word_dim, hidden_dim, seed=seed).sgd_step,
        ),
        ("PyTorch (float32)", cpu_choice.name, lambda: on(cpu)),
    ]
    if torch.cuda.is_available():
        gpu, gpu_choice = choose_device("cuda")
        steps.append(("PyTorch (float32)", gpu_choice.name, lambda: on(gpu)))
    return steps


def _median_ms(step: Callable[[], None], repeats: int, control: RunControl) -> float | None:
    """Return the median of `repeats` runs after one that warms up; None after a stop."""
    step()
    times_ms = []
    for _ in range(repeats):
        if not control.proceed():
            return None
        begin = time.perf_counter()
        step()
        times_ms.append(1000.0 * (time.perf_counter() - begin))
    return statistics.median(times_ms)
