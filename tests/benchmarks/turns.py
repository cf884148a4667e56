"""What can take turns: work that is repeated, and training runs that are held in between.

Letters: C words in the vocabulary, H hidden units.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from engine.config import ModelConfig, Recipe, TrainConfig
from engine.control import RunControl
from engine.events import Event
from engine.language_model.history import LossPoint
from engine.training.trainer import train
from tests.benchmarks.data import Pair, sentences, synthetic_corpus

_CORPUS_SENTENCES = 20_000
_NO_LIMIT = 1_000_000  # epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The network that all contenders have, and where it is."""

    word_dim: int
    hidden_dim: int
    device: str  # "cpu" or "cuda"
    seed: int = 0

    @property
    def operations(self) -> int:
        """Additions and multiplications for one word: 6HC + 12H²."""
        return 6 * self.hidden_dim * self.word_dim + 12 * self.hidden_dim**2

    @property
    def parameters(self) -> int:
        """Trained numbers: U (H, C), V (C, H) and W (H, H)."""
        return 2 * self.hidden_dim * self.word_dim + self.hidden_dim**2

    def pairs(self, lengths: list[int]) -> list[Pair]:
        """Return sentences of these lengths."""
        return sentences(lengths, self.word_dim, self.seed)


class Contender(Protocol):
    """Something with a speed."""

    def rate(self, least_s: float) -> float:
        """Run once, and on until `least_s` have passed; return the amount a second."""


class Repeated:
    """Run a function again and again.

    Parameters
    ----------
    run : callable
        Does one unit of work and returns its amount, such as words.
    device : torch.device
        Waited for at the end, as a GPU works behind the program's back.
    """

    def __init__(self, run: Callable[[], float], device: torch.device) -> None:
        self._run, self._device = run, device

    def rate(self, least_s: float) -> float:
        """Return the amount a second, after one run that is not counted.

        It brings back to the caches, and from the system, what the others took in their
        turns; in training, the step before has done that.
        """
        self._run()
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        amount, spent_s = 0.0, 0.0
        begin_s = time.perf_counter()
        while not amount or spent_s < least_s:
            amount += self._run()
            spent_s = time.perf_counter() - begin_s
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        return amount / (time.perf_counter() - begin_s)


class StopWatch:
    """A clock that stands still between two turns.

    Parameters
    ----------
    clock : callable
        Seconds; `time.process_time` counts those of the processor alone.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._sum_s = clock, 0.0
        self._since_s: float | None = None

    def __call__(self) -> float:
        """Return the seconds that it has run."""
        running_s = 0.0 if self._since_s is None else self._clock() - self._since_s
        return self._sum_s + running_s

    def go(self) -> None:
        """Run."""
        self._since_s = self._clock()

    def halt(self) -> None:
        """Stand still."""
        self._sum_s = self()
        self._since_s = None


class RecipeRun:
    """A real training run that is held between two turns; its speed is what it reports.

    That is everything but the evaluations: batches, gradients, optimiser, events.

    Parameters
    ----------
    recipe : Recipe
    setting : Setting
    """

    def __init__(self, recipe: Recipe, setting: Setting) -> None:
        self._recipe, self._setting = recipe, setting
        self._corpus = synthetic_corpus(_CORPUS_SENTENCES, setting.word_dim, setting.seed)
        self._clock = StopWatch()
        self._events = self._start()

    def rate(self, least_s: float) -> float:
        """Return the words a second of the points that came meanwhile, at least one."""
        self._clock.go()
        end_s = self._clock() + least_s
        rates: list[float] = []
        while not rates or self._clock() < end_s:
            event = next(self._events, None)
            if event is None:  # a fast machine has learned all there is to learn
                self._events = self._start()
            elif isinstance(event, LossPoint):
                rates.append(event.words_per_s)
        self._clock.halt()
        return float(np.mean(rates))

    def _start(self) -> Iterator[Event]:
        return train(
            self._corpus,
            ModelConfig(
                hidden_dim=self._setting.hidden_dim,
                device="cuda" if self._setting.device == "cuda" else "cpu",
                seed=self._setting.seed,
            ),
            TrainConfig(recipe=self._recipe, epochs=_NO_LIMIT),
            RunControl(),
            clock=self._clock,
        )
