"""Steps as a GPU takes them, taken on the CPU, for the tests of `training.cuda_graphs`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from engine.config import DeviceRequest, TrainConfig
from engine.corpus.corpus import Sentences
from engine.network.device import CPU, DeviceChoice
from engine.network.rnn import RNN
from engine.training.cuda_graphs.graphs import EagerRecorder, Step
from engine.training.cuda_graphs.optimizers import DeviceRule
from engine.training.cuda_graphs.steps import DeviceSteps

# Steps with dropout are laid out by the host: nothing of them could be recorded.
RECORDED: dict[str, Any] = {"input_dropout": 0.0, "output_dropout": 0.0}

TRAIN = {
    "fast": TrainConfig(batch_size=4, epochs=3, **RECORDED),
    "tutorial": TrainConfig(recipe="tutorial", epochs=3),
}

# A stand-in for a GPU: the same processor under another name.
CARD = torch.device("cpu", 0)
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def choose_device(request: DeviceRequest) -> tuple[torch.device, DeviceChoice]:
    """Choose the stand-in, unless the CPU is asked for."""
    if request == "cpu":
        return CPU, DeviceChoice(request="cpu", name="CPU", reason="The CPU was chosen.")
    return CARD, DeviceChoice(request=request, name="Fast Card", reason="It was found.")


def fill(
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    is_full: Callable[..., bool],
    *,
    after: int = 0,
) -> None:
    """Let a function find no memory where `is_full` says so, from its call `after` on."""
    real, calls = getattr(owner, name), [0]

    def full(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] > after and is_full(*args, **kwargs):
            raise FULL
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, full)


class PlayedBack:
    """A recorder that counts; what it records can only be played as it was recorded."""

    def __init__(self) -> None:
        self.runs = self.recordings = self.replays = 0

    def run(self, step: Step) -> None:
        """Run it."""
        self.runs += 1
        step()

    def record(self, step: Step) -> Step:
        """Keep it without running it."""
        self.recordings += 1

        def replay() -> None:
            self.replays += 1
            step()

        return replay

    def pace(self) -> None:
        """Do nothing."""


class NotRecordable(EagerRecorder):
    """A recorder on a device that refuses."""

    def record(self, step: Step) -> Step:
        """Refuse, as CUDA does."""
        del step
        raise RuntimeError("CUDA error: operation not permitted\nand much more")


def sentences_of(lengths: Sequence[int], word_dim: int, seed: int = 0) -> Sentences:
    """Return sentences with so many words to predict each."""
    offsets = np.concatenate([[0], np.cumsum(np.array(lengths) + 1)])
    ids = np.random.default_rng(seed).integers(0, word_dim, offsets[-1]).astype(np.int32)
    return Sentences(ids, offsets)


def pairs(sentences: Sentences, chosen: Sequence[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the tutorial's x and y of the chosen sentences."""
    sequences = [sentences.sequence(number).tolist() for number in chosen]
    return [each[:-1] for each in sequences], [each[1:] for each in sequences]


class Epoch:
    """A network and its steps over some sentences.

    Attributes
    ----------
    steps : DeviceSteps
    loss_sum : float64 tensor of shape ()
    """

    def __init__(
        self,
        rnn: RNN,
        sentences: Sentences,
        make_rule: Callable[[RNN], DeviceRule],
        batch_size: int,
        recorder: PlayedBack | EagerRecorder | None = None,
    ) -> None:
        self.rnn, self.sentences, self.batch_size = rnn, sentences, batch_size
        self.rule = make_rule(rnn)
        self.loss_sum = torch.zeros((), dtype=torch.float64)
        self.steps = DeviceSteps(
            rnn,
            sentences,
            self.rule,
            self.loss_sum,
            PlayedBack() if recorder is None else recorder,
            batch_size,
        )

    def go_through(self, order: Sequence[int]) -> list[int]:
        """Take all steps over the sentences in this order; return the words of each."""
        self.steps.begin(np.array(order, dtype=np.int64), self.batch_size)
        done, words = 0, []
        while done < len(order):
            planned = self.steps.step()
            done += planned.sentences
            words.append(planned.words)
        return words
