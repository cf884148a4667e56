"""A little of each target goes to all words: the gradients are those of PyTorch's form of it."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine.control import result_of
from engine.network.batching import batch_from_pairs
from engine.network.gradient_check import Gradients, check_entries
from engine.network.reference import Words
from engine.network.rnn import RNN
from engine.network.sampled_output import draw_words
from engine.training.cuda_graphs.optimizers import DeviceSgd
from tests.engine.support.device_runs import Epoch, sentences_of

XS, YS = [[0, 4, 4, 2], [0, 3, 2], [0, 3]], [[4, 4, 2, 1], [3, 2, 1], [3, 1]]
C = 40


def a_network() -> RNN:
    return RNN(C, 5, 10, dtype="float64", seed=4)


def states_of(leaves: list[torch.Tensor], xs: list[list[int]]) -> torch.Tensor:
    """Return s_t of all sentences, one after the other, (N, H)."""
    U_by_word, _, W = leaves
    states = []
    for x in xs:
        s = torch.zeros(len(W), dtype=torch.float64)
        for word in x:
            s = torch.tanh(U_by_word[word] + W @ s)
            states.append(s)
    return torch.stack(states)


@pytest.mark.parametrize("sentences", [1, 3])  # of 3, words share states
@pytest.mark.parametrize("smoothing", [0.1, 0.9])
def test_that_the_gradients_are_those_of_pytorchs_own_and_the_loss_that_of_the_next_word(
    sentences: int, smoothing: float
) -> None:
    rnn, xs, ys = a_network(), XS[:sentences], YS[:sentences]
    batch = batch_from_pairs(xs, ys)
    gradients = tuple(torch.full_like(each, 9.0) for each in rnn.parameters())
    plain = rnn.write_gradients(batch, gradients, 10)

    loss = rnn.write_gradients(batch, gradients, 10, scale=0.5, smoothing=smoothing)

    leaves = [each.clone().requires_grad_() for each in rnn.parameters()]
    scores, y = states_of(leaves, xs) @ leaves[1].t(), torch.from_numpy(np.concatenate(ys))
    smoothed = cross_entropy(scores, y, label_smoothing=smoothing, reduction="sum")
    assert torch.equal(loss, plain)
    assert (batch.shared is None) == (sentences == 1)
    for mine, theirs in zip(gradients, torch.autograd.grad(smoothed, leaves), strict=True):
        torch.testing.assert_close(mine, 0.5 * theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_that_a_sample_s_words_have_as_much_of_the_target_as_they_count(share: float) -> None:
    rnn, batch = a_network(), batch_from_pairs(XS, YS)
    probabilities = torch.full((C,), share)  # float32, as in training
    sample = draw_words(batch.y, probabilities, torch.Generator().manual_seed(0))
    gradients = tuple(torch.full_like(each, 9.0) for each in rnn.parameters())

    rnn.write_gradients(batch.with_sample(sample), gradients, 10, smoothing=0.2)

    leaves = [each.clone().requires_grad_() for each in rnn.parameters()]
    log_weights = sample.log_weights.double()
    scores = states_of(leaves, XS) @ leaves[1][sample.words].t() + log_weights
    weights = log_weights.exp()
    target = (0.2 * weights / weights.sum()).repeat(batch.words, 1)
    target[torch.arange(batch.words), sample.y] += 0.8
    smoothed = cross_entropy(scores, target, reduction="sum")
    for mine, theirs in zip(gradients, torch.autograd.grad(smoothed, leaves), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)
    if share == 1.0:
        exact = tuple(torch.empty_like(each) for each in rnn.parameters())
        rnn.write_gradients(batch, exact, 10, smoothing=0.2)
        for mine, theirs in zip(gradients, exact, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)


class Smoothed(RNN):
    """A network whose loss is the smoothed one, for differences of it."""

    def calculate_total_loss(self, xs: Any, ys: Any) -> float:
        scores = torch.cat([self.logits(self.hidden_states(x)) for x in xs])
        y = torch.from_numpy(np.concatenate(ys))
        return float(cross_entropy(scores, y, label_smoothing=0.3, reduction="sum"))


def by_mini_batch(model: RNN, x: Words, y: Words, reach: int) -> Gradients:
    gradients = tuple(torch.empty_like(each) for each in model.parameters())
    batch = batch_from_pairs([x, x], [y, y])
    model.write_gradients(batch, gradients, reach, scale=0.5, smoothing=0.3)
    dLdU, dLdV, dLdW = (each.numpy() for each in gradients)
    return np.ascontiguousarray(dLdU.T), dLdV, dLdW


def by_gpu_step(model: RNN, x: Words, y: Words, reach: int) -> Gradients:
    """Change a copy by half of the summed gradient of the sentence taken twice."""
    twin = model.copy()
    twin.bptt_truncate = reach
    sentences = sentences_of([len(x)] * 2, C)
    sentences.ids[:] = [*x, y[-1]] * 2
    epoch = Epoch(twin, sentences, lambda rnn: DeviceSgd(rnn, 0.5), 2)
    epoch.rule.is_direct, epoch.rule.smoothing = False, 0.3
    epoch.go_through([0, 1])
    U, V, W = (
        before - after
        for before, after in zip(
            model.parameters_as_numpy(), twin.parameters_as_numpy(), strict=True
        )
    )
    return U, V, W


def test_that_every_entry_is_right_on_each_road_of_training() -> None:
    model = Smoothed(C, 5, dtype="float64", seed=10)
    roads = {"mini-batch": by_mini_batch, "GPU step": by_gpu_step}
    x, y = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4])

    checking = check_entries(
        model, x, y, roads={name: partial(road, model) for name, road in roads.items()}
    )
    report = result_of(checking)

    assert {each.road for each in report.parameters} == set(roads)
    assert max(each.worst_error for each in report.parameters) < 1e-6
