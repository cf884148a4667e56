"""What only a GPU can show: skipped without one. The same is compared on the CPU elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from engine.config import ModelConfig, Recipe, TrainConfig
from engine.control import Notice, RunControl
from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone
from engine.network.device import list_devices, set_precision
from engine.network.rnn import RNN
from engine.training.cuda_graphs.graphs import CudaRecorder
from engine.training.cuda_graphs.optimizers import DeviceAdam, DeviceSgd
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.trainer import Trainer
from tests.benchmarks.device import gradient_errors
from tests.benchmarks.turns import Setting
from tests.engine.support.device_runs import RECORDED, sentences_of
from tests.engine.support.runs import of_type

pytestmark = pytest.mark.skipif(
    all(choice.request != "cuda" for choice in list_devices()), reason="there is no GPU"
)
GPU = torch.device("cuda", 0)


@contextmanager
def no_waiting() -> Iterator[None]:
    """Let PyTorch raise an error wherever the host would wait for the GPU."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize(("recipe", "batch_size"), [("tutorial", 1), ("fast", 32)])
def test_that_a_recorded_epoch_never_waits_for_the_gpu(recipe: Recipe, batch_size: int) -> None:
    lengths = np.random.default_rng(1).integers(1, 40, 320).tolist()
    rnn = RNN(200, 32, device=GPU)
    rule = DeviceSgd(rnn, 1e-3) if recipe == "tutorial" else DeviceAdam(rnn, 1e-3, 1.0)
    loss_sum = torch.zeros((), dtype=torch.float64, device=GPU)
    text = sentences_of(lengths, 200)
    steps = DeviceSteps(rnn, text, rule, loss_sum, CudaRecorder(GPU), batch_size)
    for _ in range(2):
        steps.begin(np.arange(320), batch_size)
        for _ in range(320 // batch_size):
            steps.step()

    with no_waiting():
        steps.begin(np.arange(320), batch_size)
        for _ in range(320 // batch_size):
            steps.step()

    assert steps.problem == ""
    assert steps.recordings > 0
    assert torch.isfinite(loss_sum)


@pytest.mark.parametrize("hidden_dim", [50, 100, 256])
def test_that_recorded_gradients_are_exact(hidden_dim: int) -> None:
    set_precision(GPU, allow_tf32=False)

    errors = gradient_errors(
        Setting(word_dim=8000, hidden_dim=hidden_dim, device="cuda"), CudaRecorder(GPU)
    )

    assert max(errors) <= 1e-4


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_run_has_the_losses_of_the_cpu(corpus: Corpus, recipe: Recipe) -> None:
    losses = []
    for device in ("cuda", "cpu"):
        model = ModelConfig(hidden_dim=6, dtype="float64", device=device)
        config = TrainConfig(recipe=recipe, batch_size=4, epochs=4, **RECORDED)
        events = list(Trainer(corpus, model, config).run(RunControl()))
        assert not of_type(events, Notice)
        losses.append([done.training_loss for done in of_type(events, EpochDone)])

    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
