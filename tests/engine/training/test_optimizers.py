"""One update: the tutorial's, and Adam's as PyTorch defines it."""

from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import DivergedError
from engine.network.batching import Batch, batch_from_pairs
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.training.optimizers import ClippedAdam, PlainSgd
from tests.engine.support.runs import autograd_gradients
from tests.processes import python

XS, YS = [[0, 4, 4, 2], [0, 3], [0]], [[4, 4, 2, 1], [3, 1], [1]]
WORDS = 7


def a_batch() -> Batch:
    return batch_from_pairs(XS, YS)


def a_network(scale: float = 1.0) -> RNN:
    drawn = RNNNumpy(8, 5, bptt_truncate=10, seed=4)
    parameters = (scale * drawn.U, scale * drawn.V, scale * drawn.W)
    return RNN.from_parameters(*parameters, bptt_truncate=10, dtype="float64")


def torch_adam(rnn: RNN, steps: int, rate: float, clip_norm: float | None) -> list[np.ndarray]:
    """Train U, V and W by autograd on the mean loss, PyTorch's Adam and PyTorch's clipping."""
    leaves = [torch.tensor(each, requires_grad=True) for each in rnn.parameters_as_numpy()]
    adam = torch.optim.Adam(leaves, lr=rate)
    for _ in range(steps):
        now = [leaf.detach().numpy() for leaf in leaves]
        _, gradients = autograd_gradients(*now, XS, YS)
        for leaf, gradient in zip(leaves, gradients, strict=True):
            leaf.grad = torch.from_numpy(gradient / WORDS)
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(leaves, clip_norm)
        adam.step()
    return [leaf.detach().numpy() for leaf in leaves]


def moved(before: Any, rnn: RNN) -> list[np.ndarray]:
    return [now - old for now, old in zip(rnn.parameters_as_numpy(), before, strict=True)]


def test_that_plain_sgd_is_the_tutorials_step() -> None:
    rnn, reference = a_network(), RNNNumpy.from_parameters(*a_network().parameters_as_numpy())

    loss = PlainSgd(rnn, 0.1).step(batch_from_pairs(XS[:1], YS[:1]))

    assert float(loss) == pytest.approx(reference.calculate_total_loss(XS[:1], YS[:1]), rel=1e-12)
    reference.sgd_step(XS[0], YS[0], 0.1)
    for mine, true in zip(rnn.parameters_as_numpy(), reference.parameters_as_numpy(), strict=True):
        np.testing.assert_allclose(mine, true, atol=1e-14)


def test_that_a_new_learning_rate_counts_from_the_next_step() -> None:
    rnn, twin = a_network(), a_network()
    optimizer = PlainSgd(rnn, 0.1)
    optimizer.forget()

    optimizer.learning_rate = 0.05
    optimizer.step(a_batch())
    PlainSgd(twin, 0.05).step(a_batch())

    np.testing.assert_array_equal(rnn.V, twin.V)


@pytest.mark.parametrize("clip_norm", [None, 100.0, 0.05], ids=["none", "loose", "tight"])
def test_that_adam_takes_the_steps_of_pytorchs_adam(clip_norm: float | None) -> None:
    rnn = a_network()
    expected = torch_adam(rnn, 5, 0.01, clip_norm)
    optimizer = ClippedAdam(rnn, 0.01, clip_norm)

    for _ in range(5):
        optimizer.step(a_batch())

    for mine, true in zip(rnn.parameters_as_numpy(), expected, strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-9, atol=1e-12)


def test_that_the_norm_is_that_of_the_mean_loss_however_many_sentences_share_a_step() -> None:
    one, four = a_network(), a_network()

    ClippedAdam(one, 0.01, 0.05).step(batch_from_pairs(XS[:1], YS[:1]))
    ClippedAdam(four, 0.01, 0.05).step(batch_from_pairs(XS[:1] * 4, YS[:1] * 4))

    for mine, other in zip(one.parameters_as_numpy(), four.parameters_as_numpy(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)


def test_that_adam_returns_the_summed_loss_before_the_step() -> None:
    rnn = a_network()
    before = rnn.calculate_total_loss(XS, YS)

    loss = ClippedAdam(rnn, 0.01, 1.0).step(a_batch())

    assert float(loss) == pytest.approx(before, rel=1e-12)
    assert rnn.calculate_total_loss(XS, YS) < before


def test_that_the_learning_rate_of_adam_can_be_halved() -> None:
    rnn, before = a_network(), a_network().parameters_as_numpy()
    optimizer = ClippedAdam(rnn, 0.02, None)
    assert optimizer.learning_rate == 0.02

    optimizer.learning_rate = 0.01
    optimizer.step(a_batch())

    assert optimizer.learning_rate == 0.01
    assert max(np.abs(each).max() for each in moved(before, rnn)) == pytest.approx(0.01, rel=1e-4)


def test_that_forgetting_makes_the_next_step_a_first_step() -> None:
    rnn = a_network()
    optimizer = ClippedAdam(rnn, 0.01, None)
    for _ in range(4):
        optimizer.step(a_batch())
    fresh = rnn.copy()

    optimizer.forget()
    optimizer.step(a_batch())
    ClippedAdam(fresh, 0.01, None).step(a_batch())

    for mine, true in zip(rnn.parameters_as_numpy(), fresh.parameters_as_numpy(), strict=True):
        np.testing.assert_allclose(mine, true, atol=1e-14)


def test_that_a_gradient_that_is_not_finite_stops_before_the_step() -> None:
    rnn = a_network(scale=100.0)
    rnn.U[:, 0] = 0.0  # the first state is 0, where tanh lets any error through
    rnn.W[:] = 1e308
    before = rnn.parameters_as_numpy()
    assert np.isfinite(rnn.calculate_total_loss(XS[1:2], YS[1:2]))

    with pytest.raises(DivergedError):
        ClippedAdam(rnn, 0.01, 1.0).step(batch_from_pairs(XS[1:2], YS[1:2]))

    for now, old in zip(rnn.parameters_as_numpy(), before, strict=True):
        assert now.tobytes() == old.tobytes()


@pytest.mark.parametrize(
    "make", [lambda rnn: PlainSgd(rnn, 0.1), lambda rnn: ClippedAdam(rnn, 0.1, 1.0)]
)
def test_that_a_score_that_is_not_finite_stops_before_the_step(make: Any) -> None:
    rnn = a_network()
    rnn.V[6, 1] = torch.nan
    before = rnn.parameters_as_numpy()

    with pytest.raises(DivergedError):
        make(rnn).step(a_batch())

    for now, old in zip(rnn.parameters_as_numpy(), before, strict=True):
        assert now.tobytes() == old.tobytes()


def test_that_the_first_step_imports_nothing_that_a_stop_would_wait_for() -> None:
    script = (
        "import sys\n"
        "from engine import train\n"
        "loaded = set(sys.modules)\n"
        "from engine.training.optimizers import ClippedAdam\n"
        "from engine.network.rnn import RNN\n"
        "ClippedAdam(RNN(8, 4), 0.1, None)\n"
        "print(len(set(sys.modules) - loaded))\n"
    )

    assert int(python("-c", script).stdout) < 20
