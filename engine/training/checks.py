"""The tutorial's two checks, for whoever shows them: the gradients, and the time of a step."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from engine.config import DeviceRequest
from engine.control import RunControl, StageProgress, Ticker
from engine.corpus.corpus import Sentences
from engine.network.device import choose_device
from engine.network.gradient_check import Gradients, Road, check_entries
from engine.network.reference import RNNNumpy, Words
from engine.network.rnn import RNN
from engine.training.cuda_graphs import graphs
from engine.training.cuda_graphs.optimizers import DeviceSgd
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.events import GradientsChecked, StepTime, StepTimed

_LEARNING_RATE = 0.005
_NUMPY_REPEATS, _PYTORCH_REPEATS = 5, 50

_Step = Callable[[NDArray[np.int64], NDArray[np.int64], float], None]


def check_gradients(
    control: RunControl,
    *,
    word_dim: int = 100,
    hidden_dim: int = 10,
    bptt_truncate: int | None = None,
    device: DeviceRequest = "cpu",
    seed: int = 10,
) -> Iterator[StageProgress | GradientsChecked]:
    """Run the tutorial's gradient check, on x = [0, 1, 2, 3] and y = [1, 2, 3, 4].

    Every road that training takes to a gradient is checked, see `roads_of_training`.

    Yields
    ------
    StageProgress, then GradientsChecked; nothing more after a stop.
    """
    torch_device, _ = choose_device(device)
    model = RNN(word_dim, hidden_dim, dtype="float64", device=torch_device, seed=seed)
    checking = check_entries(
        model,
        [0, 1, 2, 3],
        [1, 2, 3, 4],
        bptt_truncate=bptt_truncate,
        roads=roads_of_training(model),
    )
    ticker = Ticker(0.1)
    while control.proceed():
        try:
            done, total = next(checking)
        except StopIteration as end:
            yield GradientsChecked(report=end.value)
            return
        if ticker.is_due() or done == total:
            yield StageProgress(stage="Checking gradients", done=done, total=total, unit="entries")


def roads_of_training(model: RNN) -> dict[str, Road]:
    """Return each way in which training gets at a gradient, by a name for the user.

    The tutorial's recipe never makes its gradient: it changes the parameters by it. So a copy
    takes a step at the rate 1, and what changed is the gradient. A mini-batch is the sentence
    twice, whose gradient is twice that of the sentence. The steps that a GPU records are
    recorded and played where the model is on one, and taken as they are on a CPU.
    """
    where = "" if graphs.recorder_for(model.device) else " on the CPU"
    return {
        "bptt()": model.bptt,
        "tutorial: sgd_step()": partial(_by_sgd_step, model),
        "fast: mini-batch": partial(_by_mini_batch, model),
        f"tutorial: GPU step{where}": partial(_by_device_step, model, sentences=1, is_direct=True),
        f"fast: GPU step{where}": partial(_by_device_step, model, sentences=2, is_direct=False),
    }


def _by_sgd_step(model: RNN, x: Words, y: Words, reach: int) -> Gradients:
    twin = model.copy()
    twin.bptt_truncate = reach
    twin.sgd_step(x, y, 1.0)
    return _change(model, twin)


def _by_mini_batch(model: RNN, x: Words, y: Words, reach: int) -> Gradients:
    _, dLdU, dLdV, dLdW = model.loss_and_gradients([x, x], [y, y], reach)
    return dLdU / 2.0, dLdV / 2.0, dLdW / 2.0


def _by_device_step(
    model: RNN, x: Words, y: Words, reach: int, *, sentences: int, is_direct: bool
) -> Gradients:
    """Take the step twice from the same parameters: the second one is what was recorded."""
    twin = model.copy()
    twin.bptt_truncate = reach
    rule = DeviceSgd(twin, 1.0 / sentences)
    rule.is_direct = is_direct  # if not, the gradients are made first, as Adam needs them
    framed = np.array([*x, y[-1]] * sentences, dtype=np.int32)
    steps = DeviceSteps(
        twin,
        Sentences(framed, np.arange(sentences + 1) * (len(x) + 1)),
        rule,
        twin.W.new_zeros((), dtype=torch.float64),
        graphs.recorder_for(twin.device) or graphs.EagerRecorder(),
        batch_size=sentences,
    )
    for _ in range(2):
        for live, first in zip(twin.parameters(), model.parameters(), strict=True):
            live.copy_(first)
        steps.begin(np.arange(sentences), sentences)
        steps.step()
    return _change(model, twin)


def _change(before: RNN, after: RNN) -> Gradients:
    U, V, W = (
        one - other
        for one, other in zip(
            before.parameters_as_numpy(), after.parameters_as_numpy(), strict=True
        )
    )
    return U, V, W


def time_one_step(
    control: RunControl,
    *,
    word_dim: int = 8000,
    hidden_dim: int = 100,
    words: int = 45,
    seed: int = 0,
) -> Iterator[StageProgress | StepTimed]:
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
    contenders = _contenders(word_dim, hidden_dim, seed)
    numpy_ms: float | None = None
    for number, (implementation, device, make, repeats) in enumerate(contenders):
        if not control.proceed():
            return
        yield StageProgress(
            stage=f"Timing {implementation} on {device}",
            done=number,
            total=len(contenders),
            unit="implementations",
        )
        step = make()
        processor_s, began_s = time.process_time(), time.perf_counter()
        milliseconds = _median_ms(step, x, y, repeats, control)
        if milliseconds is None:
            return
        processor_s, spent_s = time.process_time() - processor_s, time.perf_counter() - began_s
        numpy_ms = milliseconds if numpy_ms is None else numpy_ms
        yield StepTimed(
            time=StepTime(
                implementation=implementation,
                device=device,
                words=words,
                milliseconds=milliseconds,
                ratio=numpy_ms / milliseconds,
                repeats=repeats,
                waited=max(0.0, 1.0 - processor_s / spent_s) if number == 0 else 0.0,
            )
        )


def _contenders(
    word_dim: int, hidden_dim: int, seed: int
) -> list[tuple[str, str, Callable[[], _Step], int]]:
    """Return name, device, maker and number of repeats; NumPy first, as the others' measure."""

    def on_cpu() -> _Step:
        return RNN(word_dim, hidden_dim, device="cpu", seed=seed).sgd_step

    def on_gpu() -> _Step:
        step = RNN(word_dim, hidden_dim, device="cuda", seed=seed).sgd_step

        def step_and_wait(x: NDArray[np.int64], y: NDArray[np.int64], rate: float) -> None:
            step(x, y, rate)
            torch.cuda.synchronize()

        return step_and_wait

    def reference() -> _Step:
        return RNNNumpy(word_dim, hidden_dim, seed=seed).sgd_step

    cpu = choose_device("cpu")[1].name
    contenders: list[tuple[str, str, Callable[[], _Step], int]] = [
        ("NumPy, the tutorial's code (float64)", "CPU", reference, _NUMPY_REPEATS),
        ("PyTorch (float32)", cpu, on_cpu, _PYTORCH_REPEATS),
    ]
    if torch.cuda.is_available():
        gpu = choose_device("cuda")[1].name
        contenders.append(("PyTorch (float32)", gpu, on_gpu, _PYTORCH_REPEATS))
    return contenders


def _median_ms(
    step: _Step, x: NDArray[np.int64], y: NDArray[np.int64], repeats: int, control: RunControl
) -> float | None:
    """Return the median of `repeats` steps after one that warms up; None after a stop."""
    if not control.proceed():  # making the network has taken its time
        return None
    step(x, y, _LEARNING_RATE)
    times_ms = []
    for _ in range(repeats):
        if not control.proceed():
            return None
        begin = time.perf_counter()
        step(x, y, _LEARNING_RATE)
        times_ms.append(1000.0 * (time.perf_counter() - begin))
    return statistics.median(times_ms)
