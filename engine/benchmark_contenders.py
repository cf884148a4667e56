"""Everything that is timed on made-up sentences, each ready to run on demand.

A contender is made by its key, so that a fresh process can make a single one and see
its memory. Nothing is compared here; `engine.benchmark_training` does that.

Letters: C words in the vocabulary, H hidden units, N words of the batch.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import torch

from engine import benchmark_user as user
from engine.batching import batch_from_pairs
from engine.benchmark_data import Pair, sentences, synthetic_corpus, typical_lengths
from engine.config import ModelConfig, Recipe, TrainConfig
from engine.control import RunControl
from engine.events import Event, LossPoint
from engine.reference import RNNNumpy
from engine.rnn import RNN
from engine.trainer import train

BATCH = 64
LARGE = 2048  # rows and columns of the large matrix product
_FEW = 4  # sentences that a one-sentence contender goes through
_LONG, _SHORT = 45, 20  # words: the tutorial's sentence, and an average one
_TINY_RATE = 1e-5  # thousands of steps leave the network as it was
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
        """Return the amount a second."""
        amount, spent_s = 0.0, 0.0
        begin_s = time.perf_counter()
        while not amount or spent_s < least_s:
            amount += self._run()
            spent_s = time.perf_counter() - begin_s
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        return amount / (time.perf_counter() - begin_s)


class StopWatch:
    """A clock that stands still between two turns."""

    def __init__(self) -> None:
        self._sum_s = 0.0
        self._since_s: float | None = None

    def __call__(self) -> float:
        """Return the seconds that it has run."""
        running_s = 0.0 if self._since_s is None else time.perf_counter() - self._since_s
        return self._sum_s + running_s

    def go(self) -> None:
        """Run."""
        self._since_s = time.perf_counter()

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


Maker = Callable[[Setting], Contender]


def _numpy_steps(lengths: list[int], setting: Setting) -> Contender:
    model = RNNNumpy(setting.word_dim, setting.hidden_dim, seed=setting.seed)
    pairs = setting.pairs(lengths)

    def run() -> int:
        for x, y in pairs:
            model.sgd_step(x, y, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, torch.device("cpu"))


def _our_steps(lengths: list[int], setting: Setting) -> Contender:
    model = _network(setting)
    pairs = setting.pairs(lengths)

    def run() -> int:
        for x, y in pairs:
            model.sgd_step(x, y, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, model.device)


def _our_prepared_steps(lengths: list[int], setting: Setting) -> Contender:
    model = _network(setting)
    batches = [batch_from_pairs([x], [y]).to(model.device) for x, y in setting.pairs(lengths)]

    def run() -> int:
        for batch in batches:
            model.descend(batch, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, model.device)


def _our_gradients(setting: Setting) -> Contender:
    model = _network(setting)
    xs, ys = zip(*setting.pairs(typical_lengths(BATCH)), strict=True)
    batch = batch_from_pairs(xs, ys).to(model.device)
    gradients = tuple(torch.zeros_like(each) for each in model.parameters())

    def run() -> int:
        for gradient in gradients:
            gradient.zero_()
        model.add_gradients(batch, gradients)
        return batch.words

    return Repeated(run, model.device)


def _network(setting: Setting) -> RNN:
    return RNN(setting.word_dim, setting.hidden_dim, device=setting.device, seed=setting.seed)


def _user_steps(lengths: list[int], setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(lengths)
    run = user.one_sentence_sgd(setting.word_dim, setting.hidden_dim, pairs, device)
    return Repeated(run, device)


def _user_gradients(loss: user.Loss, setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(typical_lengths(BATCH))
    run = user.gradients(loss, setting.word_dim, setting.hidden_dim, pairs, device)
    return Repeated(run, device)


def _user_adam(setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(typical_lengths(BATCH))
    return Repeated(
        user.adam_steps(setting.word_dim, setting.hidden_dim, pairs, device),
        device,
    )


def _product(setting: Setting, rows: int, inner: int, columns: int) -> Contender:
    """Multiply (rows, inner) by (inner, columns); the amount is in 10^9 operations."""
    device = torch.device(setting.device)
    generator = torch.Generator().manual_seed(setting.seed)
    left = torch.rand(rows, inner, generator=generator).to(device)
    right = torch.rand(columns, inner, generator=generator).to(device).t()
    result = torch.empty(rows, columns, device=device)

    def run() -> float:
        torch.mm(left, right, out=result)
        return 2.0 * rows * inner * columns / 1e9

    return Repeated(run, device)


def _large_product(setting: Setting) -> Contender:
    return _product(setting, LARGE, LARGE, LARGE)


def _logits_product(setting: Setting) -> Contender:
    words = sum(typical_lengths(BATCH))
    return _product(setting, words, setting.hidden_dim, setting.word_dim)


def _recipe(recipe: Recipe, setting: Setting) -> Contender:
    return RecipeRun(recipe, setting)


_LENGTHS = {"": typical_lengths(_FEW), "_45": [_LONG], "_20": [_SHORT]}
_ONE_SENTENCE: dict[str, tuple[str, Callable[[list[int], Setting], Contender]]] = {
    "numpy": ("RNNNumpy.sgd_step", _numpy_steps),
    "user_one": ("PyTorch user: SGD step", _user_steps),
    "ours_one": ("RNN.sgd_step", _our_steps),
    "ours_prepared": ("RNN.descend on a prepared batch", _our_prepared_steps),
}
_LENGTH_NAMES = {"": "one sentence", "_45": "one of 45 words", "_20": "one of 20 words"}


def one_sentence_makers(suffix: str) -> dict[str, tuple[str, Maker]]:
    """Return name and maker by key of all that take one sentence at a time.

    Parameters
    ----------
    suffix : {"", "_45", "_20"}
        Sentences of typical lengths, or of this many words.
    """
    return {
        key + suffix: (f"{name}, {_LENGTH_NAMES[suffix]}", partial(make, _LENGTHS[suffix]))
        for key, (name, make) in _ONE_SENTENCE.items()
    }


BATCH_MAKERS: dict[str, tuple[str, Maker]] = {
    "user_padded": (
        f"PyTorch user: gradients of {BATCH}, padded",
        partial(_user_gradients, user.padded_loss),
    ),
    "user_masked": (
        f"PyTorch user: gradients of {BATCH}, padding masked",
        partial(_user_gradients, user.masked_loss),
    ),
    "user_packed": (
        f"PyTorch user: gradients of {BATCH}, packed",
        partial(_user_gradients, user.packed_loss),
    ),
    "user_adam": (f"PyTorch user: Adam step on {BATCH}, masked", _user_adam),
    "ours_batch": (f"RNN.add_gradients of {BATCH}", _our_gradients),
    "recipe_tutorial": ("recipe 'tutorial', everything", partial(_recipe, "tutorial")),
    "recipe_fast": ("recipe 'fast', everything", partial(_recipe, "fast")),
}

PRODUCT_MAKERS: dict[str, tuple[str, Maker]] = {
    "product_large": (f"matrix product of {LARGE} x {LARGE}", _large_product),
    "product_logits": (f"matrix product of the scores of {BATCH} sentences", _logits_product),
}
