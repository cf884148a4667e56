"""Whole epochs in the steps that a device takes by itself, and how exact those are.

They are measured through what the trainer uses (`engine.training.steps`), on a text of the
tutorial's size. Where a device records no steps, as a CPU, there is nothing to measure here.

Letters: C words in the vocabulary, H hidden units, B sentences per step.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from engine.config import Recipe, TrainConfig
from engine.control import RunControl, StageProgress
from engine.corpus.corpus import Sentences
from engine.network.device import CPU, DeviceChoice
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.training.cuda_graphs import graphs
from engine.training.cuda_graphs.graphs import Recorder
from engine.training.cuda_graphs.optimizers import DeviceSgd, Gradients, is_not_finite
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.steps import EpochSteps, make_optimizer
from tests.benchmarks.data import synthetic_corpus, typical_lengths
from tests.benchmarks.rows import BenchmarkRow, Target, row
from tests.benchmarks.turns import Setting

_SENTENCES, _QUICK_SENTENCES = 79_170, 4_000  # the tutorial's
_UNTIMED_EPOCHS = 2  # what comes twice is recorded
_COMPARED = 32  # sentences whose gradients are compared
_TINY_RATE = 1e-5  # many epochs leave the network as it was
_MOST_ERROR = 1e-4  # relative, in float32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One way through an epoch."""

    recipe: Recipe
    batch_size: int
    most_s: float  # the target on a large GPU, with C = 8000 and H = 100

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return "one sentence per step" if self.batch_size == 1 else f"{self.batch_size} per step"


_KINDS = (
    _Kind(recipe="tutorial", batch_size=1, most_s=5.0),
    _Kind(recipe="fast", batch_size=32, most_s=0.25),
    _Kind(recipe="fast", batch_size=256, most_s=0.25),
    _Kind(recipe="fast", batch_size=1024, most_s=0.25),
)


def records_steps(setting: Setting) -> bool:
    """Tell whether the device of `setting` takes steps by itself."""
    return graphs.recorder_for(torch.device(setting.device)) is not None


def measure_device_steps(
    setting: Setting,
    control: RunControl,
    *,
    rounds: int,
    with_epochs: bool,
    is_quick: bool,
    has_targets: bool,
    is_exact: bool,
) -> Iterator[StageProgress | BenchmarkRow]:
    """Compare gradients with float64 NumPy, and time whole epochs of one network size.

    Parameters
    ----------
    setting : Setting
        Of a device for which `records_steps` is true.
    control : RunControl
        A stop ends the stream without the rows that are left.
    rounds : int
        Epochs of each kind.
    with_epochs : bool
        Whether they are timed at all, which takes a minute; the gradients always are compared.
    is_quick : bool
        A smaller text.
    has_targets : bool
    is_exact : bool
        Whether the device multiplies in full precision, so that the error has a target.
    """
    yield from _exactness(setting, has_target=is_exact)
    if not with_epochs:
        return
    count = _QUICK_SENTENCES if is_quick else _SENTENCES
    text = synthetic_corpus(count, setting.word_dim, setting.seed).training
    for done, kind in enumerate(_KINDS):
        yield StageProgress(
            stage=f"Timing epochs of the network of {setting.hidden_dim}",
            done=done,
            total=len(_KINDS),
            unit="kinds of steps",
        )
        epochs = _Epochs(setting, text, kind)
        seconds = [0.0] * (_UNTIMED_EPOCHS + rounds)
        for number in range(len(seconds)):
            if not control.proceed():
                return
            seconds[number] = epochs.seconds(number)
        yield row(
            "training",
            f"an epoch of {count:,} sentences, {kind.name}, recorded",
            "s",
            seconds[_UNTIMED_EPOCHS:],
            hidden_dim=setting.hidden_dim,
            target=Target(bound=kind.most_s, is_least=False) if has_targets else None,
            note=f"{text.words_to_predict:,} words",
        )


class _Epochs:
    """A network that goes through a text again and again."""

    def __init__(self, setting: Setting, text: Sentences, kind: _Kind) -> None:
        self._size, self._is_shuffled = len(text), kind.recipe == "fast"
        rnn = RNN(setting.word_dim, setting.hidden_dim, device=setting.device, seed=setting.seed)
        rule = make_optimizer(
            rnn, TrainConfig(recipe=kind.recipe, learning_rate=_TINY_RATE, clip_norm=1.0)
        )
        choice = DeviceChoice(request="auto", name=setting.device, reason="")
        self._steps = EpochSteps(rnn, text, rule, kind.batch_size, choice)

    def seconds(self, number: int) -> float:
        """Return how long epoch `number` takes, from its order to its loss."""
        order = np.arange(self._size)
        if self._is_shuffled:
            order = np.random.default_rng([0, number]).permutation(self._size)
        self._steps.loss_sum.zero_().item()  # waits for all that came before
        began_s = time.perf_counter()
        self._steps.begin(order)
        while self._steps.next_size():
            if self._steps.step() is None:
                raise MemoryError("the device has no memory for a step of the benchmark")
        self._steps.loss_sum.item()
        return time.perf_counter() - began_s


class _KeepGradients(DeviceSgd):
    """A rule that makes the gradients of the summed loss and changes nothing."""

    is_direct = False

    def factor(self, words: torch.Tensor) -> torch.Tensor:
        """Return 1."""
        return torch.ones_like(words)

    def apply(self, gradients: Gradients, total_loss: torch.Tensor) -> torch.Tensor:
        """Leave them where they are."""
        del gradients
        return is_not_finite(total_loss)


def gradient_errors(setting: Setting, recorder: Recorder) -> list[float]:
    """Return the largest error of dLdU, dLdV and dLdW, each relative to its largest entry.

    A recorded step in float32 is compared with `RNNNumpy` in float64.
    """
    pairs = setting.pairs(typical_lengths(_COMPARED))
    ids = np.concatenate([[*x, y[-1]] for x, y in pairs]).astype(np.int32)
    text = Sentences(ids, np.cumsum([0, *(len(x) + 1 for x, _ in pairs)]))
    rnn = RNN(setting.word_dim, setting.hidden_dim, device=setting.device, seed=setting.seed)
    rule = _KeepGradients(rnn, 1.0)
    loss_sum = torch.zeros((), dtype=torch.float64, device=rnn.device)
    steps = DeviceSteps(rnn, text, rule, loss_sum, recorder, _COMPARED)
    for _ in range(2):  # the second one is the recorded one
        steps.begin(np.arange(len(text)), _COMPARED)
        steps.step()
    U, V, W = (each.astype(np.float64) for each in rnn.parameters_as_numpy())
    reference = RNNNumpy.from_parameters(U, V, W, bptt_truncate=rnn.bptt_truncate)
    xs, ys = zip(*pairs, strict=True)
    _, dLdU, *others = reference.loss_and_gradients(xs, ys)
    return [
        float(np.abs(mine.to(CPU).double().numpy() - true).max() / np.abs(true).max())
        for mine, true in zip(rule.gradients(), (dLdU.T, *others), strict=True)
    ]


def _exactness(setting: Setting, *, has_target: bool) -> Iterator[BenchmarkRow]:
    recorder = graphs.recorder_for(torch.device(setting.device))
    if recorder is None:
        return
    yield row(
        "comparison",
        f"gradients of {_COMPARED}, recorded: largest relative error against float64 NumPy",
        "",
        [max(gradient_errors(setting, recorder))],
        hidden_dim=setting.hidden_dim,
        target=Target(bound=_MOST_ERROR, is_least=False) if has_target else None,
    )
